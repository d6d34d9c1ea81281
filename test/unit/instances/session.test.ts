import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TensorDockClient } from '../../../src/api/client';
import { silentLogger } from '../../../src/base/logger';
import { AccountIds } from '../../../src/instances/accountIds';
import { Accounts } from '../../../src/instances/accounts';
import { Session } from '../../../src/instances/session';
import { InstanceStore, type StoreChange } from '../../../src/instances/store';
import { inProcessFetch } from '../../simulator/inProcess';
import { MemorySecrets } from './memory';
import { origin, Person, token } from './windows';

const elsewhere = 'http://127.0.0.1:2';
let folder: string;
let person: Person;
let secrets: MemorySecrets;
const opened: Window[] = [];
const tokensRead: string[] = [];

interface Window {
  readonly accounts: Accounts;
  readonly store: InstanceStore;
  readonly session: Session;
  readonly changes: StoreChange[];
  readonly failures: unknown[];
  signIn(token: string): Promise<string>;
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tensordock-session-'));
  secrets = new MemorySecrets();
  person = new Person({
    wire: { listItems: 'full' },
    tokens: [token, { token: 'new-token', organization: 'main' }, { token: 'other', organization: 'other' }],
  });
  person.addInstance('box', { status: 'running' });
});
afterEach(async () => {
  for (const { session, store, accounts } of opened.splice(0)) {
    for (const each of [session, store, accounts]) each.dispose();
  }
  person.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A window at the origin that the settings name. */
async function open(at = { origin }): Promise<Window> {
  const log = silentLogger;
  const accounts = new Accounts(secrets, new AccountIds({ secrets, folder, log }), log);
  const store = new InstanceStore({
    clock: person.clock,
    log,
    random: () => 0.5,
    need: () => ({ visible: false, focused: false, intervalMs: 30_000 }),
    onScreen: () => new Set(),
  });
  const clientFor = (from: string, getToken: () => Promise<string>): TensorDockClient =>
    new TensorDockClient({
      origin: from,
      getToken: async () => {
        tokensRead.push(await getToken());
        return tokensRead.at(-1);
      },
      fetch: inProcessFetch(person.service),
      clock: person.clock,
    });
  const session = new Session({
    accounts,
    account: async (from) => (await accounts.signedIn(from)).active,
    store,
    origin: () => {
      if (at.origin === '') throw new Error('No address.');
      return at.origin;
    },
    storage: folder,
    clientFor,
    log,
  });
  const changes: StoreChange[] = [];
  const failures: unknown[] = [];
  store.onDidChange((change) => changes.push(change));
  session.onDidFail((error) => failures.push(error));
  const signIn = async (text: string): Promise<string> => {
    const { instances } = await clientFor(at.origin, async () => text).listInstances();
    const { id } = await accounts.identify(
      at.origin,
      text,
      instances.map((instance) => instance.id),
    );
    await accounts.add({ id, origin: at.origin, label: 'mine', token: text });
    await session.settled();
    return id;
  };
  const window = { accounts, store, session, changes, failures, signIn };
  opened.push(window);
  session.begin();
  await session.settled();
  return window;
}

const shown = ({ store }: Window): readonly string[] => store.rows().map(({ instance }) => instance.name);

describe('who is signed in', () => {
  test('a window shows what the account has, and every other window follows', async () => {
    const [one, other] = [await open(), await open()];
    expect(one.store.status.accountId).toBeUndefined();
    await one.signIn(token);
    await one.session.ready();
    expect(shown(one)).toEqual(['box']);
    await other.session.ready();
    expect(shown(other)).toEqual(['box']);
  });

  test('signing out leaves nothing on screen, and signing in again shows the last rows at once', async () => {
    const window = await open();
    const id = await window.signIn(token);
    await window.session.ready();
    await window.accounts.remove(origin, id);
    await window.session.settled();
    expect(window.store.status.accountId).toBeUndefined();
    expect(shown(window)).toEqual([]);
    expect(await window.signIn(token)).toBe(id);
    expect(shown(window)).toEqual(['box']);
  });

  test('a new token of the account goes on in the same session, and no row disappears', async () => {
    const window = await open();
    const id = await window.signIn(token);
    await window.session.ready();
    const { session } = window.store;
    window.changes.length = 0;
    expect(await window.signIn('new-token')).toBe(id);
    expect(window.store.session).toBe(session);
    expect(window.changes.flatMap(({ removed }) => removed)).toEqual([]);
    await session.refresh();
    expect(tokensRead.at(-1)).toBe('new-token');
  });

  test('another account has a session, a client, and a snapshot of its own', async () => {
    const window = await open();
    const first = await window.signIn(token);
    await window.session.ready();
    const { session } = window.store;
    const second = await window.signIn('other');
    await window.session.ready();
    expect(second).not.toBe(first);
    expect(shown(window)).toEqual([]);
    expect(session.isCurrent).toBe(false);
    await expect(session.api.listInstances()).resolves.toMatchObject({ instances: [{ name: 'box' }] });
  });

  test('it is said why it can’t be determined, and it is determined again when that is over', async () => {
    const at = { origin };
    const window = await open(at);
    await window.signIn(token);
    at.origin = '';
    window.session.update();
    await window.session.settled();
    expect(window.failures).toEqual([new Error('No address.')]);
    at.origin = elsewhere;
    window.session.update();
    await window.session.settled();
    expect(window.store.status.accountId).toBeUndefined();
    at.origin = origin;
    window.session.update();
    await window.session.settled();
    expect(window.store.status.accountId).toBeDefined();
  });

  test('what an account has is remembered, so that a later token continues it', async () => {
    const window = await open();
    const id = await window.signIn(token);
    await window.session.ready();
    const later = person.addInstance('later').id;
    await person.clock.advance(1_000);
    await window.store.refresh();
    await vi.waitFor(async () =>
      expect(await readFile(path.join(folder, 'accounts.json'), 'utf8')).toContain(later),
    );
    person.world.vanish(person.world.all().find(({ name }) => name === 'box')?.id ?? '');
    await window.accounts.remove(origin, id);
    expect(await window.signIn('new-token')).toBe(id);
  });
});
