import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { CapacityWatch } from '../../../src/automation/capacityWatch';
import type { Schedule } from '../../../src/automation/schedule';
import type { CostParts } from '../../../src/commands/costParts';
import type { Services } from '../../../src/commands/services';
import { signOut } from '../../../src/commands/signOut';
import type { OperationKind, OperationRecord } from '../../../src/instances/operations/journal';
import { hour, monday } from '../cost/support';
import { resetWindow, window } from '../fakeVscode';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const account = { id: 'a', origin: 'https://dashboard.example', label: 'mine', token: 'token-a' };

interface Given {
  readonly signedIn?: boolean;
  readonly schedules?: readonly Schedule[];
  readonly pending?: readonly OperationRecord[];
  readonly watches?: readonly CapacityWatch[];
  readonly entries?: readonly { readonly account: string }[];
}

let removed: string[];
beforeEach(() => {
  resetWindow();
  removed = [];
});

/** Signs out in a window where so much is under way. */
async function signOutWith(given: Given): Promise<void> {
  const { signedIn = true, schedules = [], pending = [], watches = [], entries = [] } = given;
  const services = {
    settings: { origin: account.origin },
    accounts: {
      // Another one that is signed in stays out of it.
      all: async () => [{ ...account, id: 'b', token: 'token-b' }, account],
      remove: async (origin: string, id: string) => void removed.push(`${id} at ${origin}`),
    },
    store: { status: { accountId: signedIn ? account.id : undefined } },
    operations: { pending: () => pending },
    clock: { now: () => monday },
    ssh: {
      paths: { ownConfig: '/home/me/.ssh/tensordock/config' },
      hosts: {
        entries: async () => entries,
        removeAccount: async (id: string) => void removed.push(`hosts of ${id}`),
      },
    },
  } as unknown as Services;
  const parts = {
    schedules: { list: (id: string) => schedules.filter(({ accountId }) => accountId === id) },
    timers: { endAll: async (id: string) => void removed.push(`timers of ${id}`) },
    watches: { list: () => watches },
  } as unknown as CostParts;
  await signOut(services, parts);
}

function operation(kind: OperationKind, name: string): OperationRecord {
  return { version: 1, id: kind, accountId: 'a', kind, name, startedAt: 0, step: 'begin' };
}

const busy: Given = {
  schedules: [
    { id: 's', accountId: 'a', instanceId: 'i', name: '[box](command:x)', at: monday + 9 * hour },
    { id: 't', accountId: 'b', instanceId: 'j', name: 'of another account', at: monday + 9 * hour },
  ],
  pending: [operation('startWhenAvailable', 'waiting'), operation('modify', 'growing')],
  watches: [{ id: 'w', accountId: 'a', since: 0, model: 'geforcertx4090-pcie-24gb' }],
};

describe('signing out', () => {
  test('asks nothing while nothing is under way', async () => {
    await signOutWith({});
    expect(removed).toEqual([`timers of a`, `a at ${account.origin}`]);
    expect(window.messages).toEqual([expect.stringContaining('keep being billed')]);
  });

  test('says what won’t happen, for this account only, and stops at Cancel', async () => {
    await expect(signOutWith(busy)).rejects.toThrow();
    expect(removed).toEqual([]);
    const text = window.texts.join('\n');
    expect(text).toContain('Sign out of TensorDock?');
    expect(text).toContain('won’t stop at 18:00');
    expect(text).not.toContain('](command:');
    expect(text).toContain('“waiting” won’t start when a GPU is available.');
    expect(text).toContain('What you asked for on “growing” may not finish.');
    expect(text).toContain('You won’t be notified when RTX 4090 is available.');
    expect(text).not.toContain('of another account');
  });

  test('signs out once that is confirmed', async () => {
    window.answer = 0;
    await signOutWith(busy);
    expect(removed).toContain(`a at ${account.origin}`);
  });

  test('offers to remove the SSH hosts of this account, and leaves them otherwise', async () => {
    await signOutWith({ entries: [{ account: 'a' }, { account: 'b' }] });
    expect(window.messages).toEqual([
      expect.stringContaining('1 SSH host stays in /home/me/.ssh/tensordock/config'),
    ]);
    expect(removed).toEqual([`timers of a`, `a at ${account.origin}`]);
    resetWindow();
    window.answer = 0;
    await signOutWith({ entries: [{ account: 'a' }, { account: 'a' }] });
    await vi.waitFor(() => expect(removed).toContain('hosts of a'));
  });

  test('requires being signed in', async () => {
    await expect(signOutWith({ signedIn: false })).rejects.toThrow('You aren’t signed in to TensorDock.');
    expect(removed).toEqual([]);
  });
});
