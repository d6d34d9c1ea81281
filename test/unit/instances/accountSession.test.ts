import { afterEach, expect, test, vi } from 'vitest';
import { NotSignedInError } from '../../../src/api/errors';
import { Deferred } from '../../../src/base/deferred';
import { AccountLeftError } from '../../../src/instances/accountSession';
import { MemorySnapshot } from './memory';
import { createRequest, Person, type Window } from './windows';

let person: Person;
afterEach(() => person.close());

async function openWithInstance(): Promise<{ window: Window; id: string; other: MemorySnapshot }> {
  person = new Person({ wire: { listItems: 'full' } });
  const { id } = person.addInstance('box', { status: 'running' });
  const window = await person.open();
  await window.store.refresh();
  return { window, id, other: new MemorySnapshot('account-2') };
}

test('while no one is signed in, there is no session, and no instance is reported missing', async () => {
  const { window, id } = await openWithInstance();
  await window.store.setSession(undefined);
  expect(() => window.store.session).toThrow(NotSignedInError);
  expect(window.store.sessionOf('account-1')).toBeUndefined();
  await expect(window.store.refreshOne(id)).rejects.toThrow('Sign in first');
});

test('a session belongs to its account only', async () => {
  const { window, other } = await openWithInstance();
  const session = window.store.sessionOf('account-1');
  expect(session).toBe(window.store.session);
  expect(window.store.sessionOf('account-2')).toBeUndefined();
  await window.store.setSession({ accountId: 'account-2', api: window.api, shared: other });
  expect(window.store.sessionOf('account-1')).toBeUndefined();
  expect(window.store.session.accountId).toBe('account-2');
  expect(session?.isCurrent).toBe(false);
  expect(session?.left.reason).toBeInstanceOf(AccountLeftError);
});

test('a session that was left refuses to refresh or wait, also when it was left during the request', async () => {
  const { window, id, other } = await openWithInstance();
  const { session } = window.store;
  person.service.faults.add({ path: `/api/v2/instances/${id}`, fault: { kind: 'slow', ms: 5_000 } });
  const underWay = session.refreshOne(id);
  const waiting = session.waitFor(id, (row) => row === undefined);
  const results = Promise.allSettled([underWay, waiting]);
  await person.clock.advance(1_000);
  await window.store.setSession({ accountId: 'account-2', api: window.api, shared: other });
  for (const result of await person.outcome(results)) {
    expect(result).toMatchObject({ status: 'rejected', reason: new AccountLeftError() });
  }
  await expect(session.refreshOne(id)).rejects.toThrow(AccountLeftError);
  await expect(session.refresh()).rejects.toThrow(AccountLeftError);
  await expect(session.waitFor(id, () => true)).rejects.toThrow(AccountLeftError);
  expect(() => session.requireCurrent()).toThrow(AccountLeftError);
});

test('what a left session reports goes to its own account', async () => {
  const { window, id, other } = await openWithInstance();
  const { session } = window.store;
  await window.store.setSession({ accountId: 'account-2', api: window.api, shared: other });
  await session.accepted(id, 'stop');
  const { name, image, resources } = createRequest();
  await session.created({ id: 'new', name, image, resources, state: 'creating', statusText: '' });
  await session.deleted('gone');
  expect(other.current).toMatchObject({ rows: [], gone: [] });
  expect(
    person.shared.current.rows.map(({ instance, expectation }) => [instance.id, expectation?.action]),
  ).toEqual([
    [id, 'stop'],
    ['new', 'create'],
  ]);
  expect(person.shared.current.gone).toEqual(['gone']);
});

test('the same account signed in again has a new session, and the old one stays left', async () => {
  const { window } = await openWithInstance();
  const { session } = window.store;
  await window.store.setSession(undefined);
  await window.store.setSession({ accountId: 'account-1', api: window.api, shared: person.shared });
  expect(window.store.session).not.toBe(session);
  expect(session.isCurrent).toBe(false);
  expect(window.store.rows()).toHaveLength(1);
});

test('wants nothing of the service before what is known was read, whatever pokes it', async () => {
  const { window, other } = await openWithInstance();
  const read = other.read.bind(other);
  const held = new Deferred();
  other.read = async () => held.promise.then(read);
  const asking = vi.spyOn(other, 'tryAsking');
  const started = window.store.setSession({ accountId: 'account-2', api: window.api, shared: other });
  window.store.poke();
  await person.clock.advance(60_000);
  expect(asking).not.toHaveBeenCalled();
  held.resolve(undefined);
  await started;
  await person.until(() => other.current.listedAt > 0);
});
