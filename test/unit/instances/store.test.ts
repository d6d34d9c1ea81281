import { afterEach, describe, expect, test } from 'vitest';
import type { ServiceOptions } from '../../simulator/options';
import { createRequest, fullList, names, Person, shown, thinList, type Window } from './windows';

let person: Person;

afterEach(() => person.close());

const minute = 60_000;

const list = '/api/v2/instances';

function openOn(options: ServiceOptions, ...names: readonly string[]): Promise<Window> {
  person = new Person(options);
  return person.openWith(...names);
}

describe('what is shown', () => {
  test('new instances come last, and the others stay where they are', async () => {
    const window = await openOn(fullList, 'one', 'two');
    person.addInstance('three');
    person.world.rename(person.idOf('one'), 'first');
    await person.clock.advance(31_000);
    expect(names(window)).toEqual(['first', 'two', 'three']);
  });

  test('only what changed is reported', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const told: unknown[] = [];
    window.store.onDidChange(({ added, removed, changed }) => told.push({ added, removed, changed }));
    person.world.stopByItself(person.idOf('two'));
    await person.clock.advance(31_000);
    expect(told).toContainEqual({ added: [], removed: [], changed: [person.idOf('two')] });
    expect(JSON.stringify(told)).not.toContain(person.idOf('one'));
  });

  test('what a thin list leaves out is requested once and stays', async () => {
    const window = await openOn(thinList, 'one', 'two');
    const address = (): string | undefined => window.store.row(person.idOf('two'))?.instance.ipAddress;
    expect(address()).toBe(person.world.instance(person.idOf('two')).ipAddress);
    await person.clock.advance(2 * minute);
    expect(address()).toBe(person.world.instance(person.idOf('two')).ipAddress);
    expect(person.count('GET', person.idOf('two'))).toBe(1);
  });

  test('the image that only the create knew stays when the service leaves it out', async () => {
    const window = await openOn(fullList);
    await person.outcome((await window.operations.create(createRequest(), 'key')).done);
    await person.clock.advance(minute);
    expect(window.store.rows()[0]?.instance.image).toBe('ubuntu2404');
    expect(window.store.rows()[0]?.instance.ipAddress).toMatch(/^203/);
  });

  test.each([
    ['full', fullList],
    ['thin', thinList],
  ])(
    'every window knows since when an instance has been running if its start was seen, %s list',
    async (_, options) => {
      const window = await openOn(options, 'one');
      const since = (of: Window): number | undefined => of.store.row(person.idOf('one'))?.runningSince;
      expect(since(window)).toBeUndefined();
      const stop = await window.operations.begin('stop', person.idOf('one'));
      await person.outcome(stop.done);
      expect(since(window)).toBeUndefined();
      const start = await window.operations.begin('start', person.idOf('one'));
      await person.outcome(start.done);
      const seen = since(window);
      expect(seen).toBeGreaterThan(person.clock.now() - minute);
      await person.clock.advance(5 * minute);
      expect(since(window)).toBe(seen);
      expect(since(await person.open())).toBe(seen);
    },
  );

  test('rows of the last session are shown before the service has answered', async () => {
    await openOn(fullList, 'one', 'two');
    person.service.faults.add({ times: 100, fault: { kind: 'never', when: 'before' } });
    expect(names(await person.open())).toEqual(['one', 'two']);
  });

  test('a failure keeps the rows, says why, and is over at the next good answer', async () => {
    const window = await openOn(fullList, 'one', 'two');
    person.service.faults.add({ path: list, times: 3, fault: { kind: 'html', status: 502 } });
    await person.until(() => window.store.status.failure !== undefined);
    expect(names(window)).toEqual(['one', 'two']);
    expect(window.store.status.failure).toMatchObject({ code: 'service-down', count: 1 });
    expect(window.store.status.failure?.message).not.toMatch(/try again/i);
    await person.until(() => window.store.status.failure === undefined, 2 * minute);
  });

  test('an instance whose details always fail doesn’t keep others from loading theirs', async () => {
    person = new Person(thinList);
    const instances = Array.from({ length: 12 }, (_, index) =>
      person.addInstance(`m${index}`, { status: 'running' }),
    );
    const poisoned = instances[0]?.id ?? '';
    person.service.faults.add({
      path: `${list}/${poisoned}`,
      times: 1_000,
      fault: { kind: 'body', body: '{"deta' },
    });
    const window = await person.open();
    await person.until(() => window.store.rows().filter((row) => row.detailed).length === 11, 2 * minute);
    expect(window.store.row(poisoned)).toMatchObject({ state: 'running', detailed: false });
    expect(window.store.status.failure).toBeUndefined();
  });
});

describe('an accepted action', () => {
  test('a start shows stoppeddisassociated in its first two minutes as starting', async () => {
    person = new Person({ ...fullList, delays: { boot: 60_000, blinkAfter: 5_000, blink: 20_000 } });
    person.addInstance('one');
    const window = await person.open();
    await person.until(() => shown(window, 'one') === 'stopped');
    await window.api.startInstance(person.idOf('one'));
    await window.store.session.accepted(person.idOf('one'), 'start');
    const seen = new Set<string | undefined>();
    const raw = new Set<string | undefined>();
    window.store.onDidChange(() => {
      seen.add(shown(window, 'one'));
      raw.add(window.store.row(person.idOf('one'))?.instance.state);
    });
    await person.until(() => shown(window, 'one') === 'running', 2 * minute);
    expect([...seen]).toEqual(['starting', 'running']);
    expect([...raw]).toContain('stoppeddisassociated');
    await person.clock.advance(5_000);
    expect(window.store.row(person.idOf('one'))?.pending).toBeUndefined();
  });

  test('a start that did not work shows stopped again after two minutes', async () => {
    person = new Person(fullList);
    person.addInstance('one');
    const window = await person.open();
    await window.store.refresh();
    await window.store.session.accepted(person.idOf('one'), 'start');
    await person.clock.advance(110_000);
    expect(shown(window, 'one')).toBe('starting');
    await person.clock.advance(30_000);
    expect(window.store.row(person.idOf('one'))).toMatchObject({ state: 'stopped', pending: undefined });
  });

  test('a deleted instance is deleting while it is listed, and then gone at once', async () => {
    const window = await openOn({ ...fullList, delays: { remove: 40_000 } }, 'one', 'two');
    const id = person.idOf('one');
    await window.api.deleteInstance(id);
    await window.store.session.accepted(id, 'delete');
    await person.clock.advance(30_000);
    expect(shown(window, 'one')).toBe('deleting');
    await person.until(() => names(window).length === 1, 30_000);
    expect(window.gone).toEqual([id]);
  });

  test('a created instance has a row before it’s listed, and a 404 in its first minutes means nothing', async () => {
    const window = await openOn({ ...fullList, delays: { visible: 90_000 } });
    const { id } = await window.api.createInstance(createRequest());
    await window.store.session.created({ id, name: 'made', state: 'creating', statusText: '' });
    await window.store.refreshOne(id);
    await person.clock.advance(60_000);
    expect(shown(window, 'made')).toBe('creating');
    expect(window.gone).toEqual([]);
    expect(person.count('GET', id)).toBeLessThan(20);
    await person.until(() => shown(window, 'made') === 'running', minute);
  });
});

describe('accounts', () => {
  test('signing out leaves no row, no request, and no client', async () => {
    const window = await openOn(fullList, 'one');
    await window.store.setSession(undefined);
    expect(window.store.rows()).toEqual([]);
    expect(window.store.status.accountId).toBeUndefined();
    const before = person.count('GET');
    await person.clock.advance(10 * minute);
    expect(person.count('GET')).toBe(before);
    expect(() => window.store.api).toThrow('Sign in');
  });

  test('an answer that arrives after the account was left is ignored', async () => {
    const window = await openOn(fullList, 'one');
    person.service.faults.add({ path: list, fault: { kind: 'slow', ms: 20_000 } });
    const refresh = window.store.refresh();
    await person.clock.advance(1_000);
    await window.store.setSession(undefined);
    await person.outcome(refresh);
    expect(window.store.rows()).toEqual([]);
    expect(person.shared.current.failure).toBeUndefined();
  });
});
