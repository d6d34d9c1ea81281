import { beforeEach, expect, test, vi } from 'vitest';
import { ensureSshEntry } from '../../../src/commands/ensureSshEntry';
import type { Services } from '../../../src/commands/services';
import type { InstanceRow } from '../../../src/instances/store';
import { resetWindow, window as editor } from '../fakeVscode';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

beforeEach(resetWindow);

const row = { instance: { id: 'box-1', name: 'box' } } as unknown as InstanceRow;

interface Setup {
  readonly unwritable?: string;
  readonly entry?: object;
  readonly apply?: () => Promise<string>;
}

function servicesOf({ unwritable, entry, apply }: Setup): Services {
  const paths = {
    folder: '/storage/ssh',
    knownHosts: '/storage/ssh/known_hosts',
    platform: 'linux',
    includeLine: 'Include /storage/ssh/config',
  };
  const ssh = {
    unwritable,
    paths,
    choosePlace: async () => undefined,
    optionsFor: () => ({ user: 'user' }),
    person: {
      plan: async () => ({ kind: 'add', file: '/home/me/.ssh/config', line: paths.includeLine }),
      apply: apply ?? (async () => 'done'),
    },
    hosts: {
      ensureEntry: async () => entry ?? { alias: 'td-box', endpoint: { host: '203.0.113.5', port: 22 } },
    },
    target: async (alias: string, included: boolean) => ({ ssh: 'ssh', alias, included }),
  };
  return {
    ssh,
    log: { warn: vi.fn() },
    store: { session: { accountId: 'account' } },
  } as unknown as Services;
}

test('where the SSH folder can’t be written, a terminal still connects, and the line to add is shown once', async () => {
  const services = servicesOf({ unwritable: '/home/me/.ssh' });
  const entry = await ensureSshEntry(services, row);
  await ensureSshEntry(services, row);
  expect(entry.included).toBe(false);
  expect(editor.messages).toHaveLength(1);
  expect(editor.messages[0]).toContain('/home/me/.ssh can’t be written');
  expect(editor.messages[0]).toContain('Include /storage/ssh/config');
});

test('nothing is written before the person agreed', async () => {
  const apply = vi.fn(async () => 'done');
  await expect(ensureSshEntry(servicesOf({ apply }), row)).rejects.toThrow('Canceled');
  expect(apply).not.toHaveBeenCalled();
  expect(editor.messages).toEqual(['Add one line to your SSH configuration?']);
});

test('an instance with forwards but none for SSH says so', async () => {
  editor.answer = 0;
  await expect(ensureSshEntry(servicesOf({ entry: { none: 'no-forward' } }), row)).rejects.toThrow(
    'has port forwards, but none for SSH',
  );
});
