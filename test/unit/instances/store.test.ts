import { afterEach, describe, expect, test } from 'vitest';
import type { ServiceOptions } from '../../simulator/options';
import { createRequest, names, Person, shown, type Window } from './windows';

let person: Person;
afterEach(() => person.close());

const minute = 60_000;
const list = '/api/v2/instances';
const fullList: ServiceOptions = { wire: { listItems: 'full' } };
const thinList: ServiceOptions = { wire: { listItems: 'thin' } };

async function openOn(options: ServiceOptions, ...machines: readonly string[]): Promise<Window> {
  person = new Person(options);
  for (const name of machines) person.machine(name, { status: 'running' });
  const window = await person.open();
  if (machines.length > 0) await person.until(() => names(window).length === machines.length);
  await person.clock.advance(2_000);
  return window;
}

function idOf(name: string): string {
  const machine = person.world.all().find((candidate) => candidate.name === name);
  if (!machine) throw new Error(`No machine ${name}`);
  return machine.id;
}

describe('what is shown', () => {
  test('new instances come last, and the others stay where they are', async () => {
    const window = await openOn(fullList, 'one', 'two');
    person.machine('three');
    person.world.rename(idOf('one'), 'first');
    await person.clock.advance(31_000);
    expect(names(window)).toEqual(['first', 'two', 'three']);
  });

  test('only what changed is reported', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const told: unknown[] = [];
    window.store.onDidChange(({ added, removed, changed }) => told.push({ added, removed, changed }));
    person.world.stopByItself(idOf('two'));
    await person.clock.advance(31_000);
    expect(told).toContainEqual({ added: [], removed: [], changed: [idOf('two')] });
    expect(JSON.stringify(told)).not.toContain(idOf('one'));
  });

  test('what a thin list leaves out is requested once and stays', async () => {
    const window = await openOn(thinList, 'one', 'two');
    const address = (): string | undefined => window.store.row(idOf('two'))?.instance.ipAddress;
    expect(address()).toBe(person.world.instance(idOf('two')).ipAddress);
    await person.clock.advance(2 * minute);
    expect(address()).toBe(person.world.instance(idOf('two')).ipAddress);
    expect(person.count('GET', idOf('two'))).toBe(1);
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
      const since = (of: Window): number | undefined => of.store.row(idOf('one'))?.runningSince;
      expect(since(window)).toBeUndefined();
      const stop = await window.operations.begin('stop', idOf('one'));
      await person.outcome(stop.done);
      expect(since(window)).toBeUndefined();
      const start = await window.operations.begin('start', idOf('one'));
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
    await person.until(() => window.store.status.failure === undefined, 2 * minute);
  });

  test('an instance whose details always fail doesn’t keep others from loading theirs', async () => {
    person = new Person(thinList);
    const machines = Array.from({ length: 12 }, (_, index) =>
      person.machine(`m${index}`, { status: 'running' }),
    );
    const poisoned = machines[0]?.id ?? '';
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

describe('how often the service is asked', () => {
  test.each([
    ['nothing happens and the window is focused', { focused: true }, 10],
    ['the window isn’t focused', { focused: false }, 5],
    ['nothing is visible, and an instance is running', { visible: false }, 1],
  ])('%s', async (_name, need, expected) => {
    const window = await openOn(fullList, 'one');
    window.need = { ...window.need, ...need };
    window.store.poke();
    const before = person.count('GET');
    await person.clock.advance(5 * minute);
    expect(person.count('GET') - before).toBe(expected);
  });

  test('not at all while nothing is visible and nothing is running', async () => {
    person = new Person(fullList);
    person.machine('one');
    const window = await person.open();
    await person.until(() => names(window).length === 1);
    window.need = { ...window.need, visible: false };
    const before = person.count('GET');
    await person.clock.advance(60 * minute);
    expect(person.count('GET')).toBe(before);
  });

  test('often while something is in transition, and rarely when nothing has changed for a while', async () => {
    const window = await openOn({ ...fullList, delays: { boot: 90_000 } }, 'one');
    person.world.stopByItself(idOf('one'));
    person.world.start('main', idOf('one'));
    await person.until(() => shown(window, 'one') === 'starting');
    const before = person.count('GET');
    await person.clock.advance(20_000);
    expect(person.count('GET') - before).toBe(4);
    await person.clock.advance(20 * minute);
    const later = person.count('GET');
    await person.clock.advance(10 * minute);
    expect(person.count('GET') - later).toBe(10);
  });

  test('rarely while the service fails, and not before the time in Retry-After', async () => {
    const window = await openOn(fullList, 'one');
    person.service.faults.add({ times: 1, fault: { kind: 'rate-limited', retryAfter: '120' } });
    await person.until(() => window.store.status.failure !== undefined);
    const before = person.count('GET');
    await person.clock.advance(110_000);
    expect(person.count('GET') - before).toBe(0);
    await person.clock.advance(15_000);
    expect(window.store.status.failure).toBeUndefined();
  });

  test('a Retry-After of a year is cut to minutes', async () => {
    const window = await openOn(fullList, 'one');
    person.service.faults.add({ times: 1, fault: { kind: 'rate-limited', retryAfter: '31536000' } });
    await person.until(() => window.store.status.failure !== undefined);
    await person.clock.advance(6 * minute);
    expect(window.store.status.failure).toBeUndefined();
  });

  test('twelve windows ask as often as one', async () => {
    await openOn(thinList, 'one', 'two');
    const alone = person.count('GET');
    await person.clock.advance(10 * minute);
    const ofOne = person.count('GET') - alone;
    for (let index = 0; index < 11; index += 1) await person.open();
    const before = person.count('GET');
    await person.clock.advance(10 * minute);
    expect(person.count('GET') - before).toBeLessThanOrEqual(ofOne);
  });

  test('a poll that changes nothing is one request, one write, and no event but that of the list', async () => {
    const window = await openOn(fullList, 'one', 'two');
    const events = { changes: 0, lists: 0 };
    window.store.onDidChange(() => (events.changes += 1));
    window.store.onDidList(() => (events.lists += 1));
    const { reads, writes } = person.shared;
    const asked = person.count('GET');
    await person.clock.advance(30_000);
    expect(person.count('GET') - asked).toBe(1);
    expect(person.shared.writes - writes).toBe(1);
    // One before the request; the other one answers the notification that somebody wrote.
    expect(person.shared.reads - reads).toBeLessThanOrEqual(2);
    expect(events).toEqual({ changes: 0, lists: 1 });
  });

  test('details that a list leaves out for good are requested less and less, and not from a hidden window', async () => {
    const window = await openOn(thinList, 'one');
    const details = (): number => person.count('GET', idOf('one'));
    await person.clock.advance(60 * minute);
    const first = details();
    expect(first).toBeLessThanOrEqual(6);
    await person.clock.advance(6 * 60 * minute);
    const later = details();
    expect(later - first).toBeLessThanOrEqual(4);
    window.onScreen = new Set([idOf('one')]);
    await person.clock.advance(8 * 60 * minute);
    expect(details()).toBeGreaterThan(later);
    window.need = { ...window.need, visible: false };
    window.store.poke();
    const hidden = details();
    await person.clock.advance(24 * 60 * minute);
    expect(details()).toBe(hidden);
  });

  test('three hundred thin rows are filled in within the budget, those in transition first', async () => {
    person = new Person({ ...thinList, seed: { many: 300 }, delays: { boot: 90_000 } });
    const window = await person.open();
    await person.until(() => names(window).length === 300);
    const moving = person.world.all()[299]?.id ?? '';
    await person.clock.advance(minute);
    person.world.start('main', person.machine('late').id);
    person.world.setStatus(moving, 'starting');
    await person.until(() => window.store.row(moving)?.state === 'starting', 31_000);
    await person.until(() => window.store.row(moving)?.detailed === true, 10_000);
    await person.until(() => window.store.rows().every((row) => row.detailed), 25 * minute);
    const times = person.service.requests.map((request) => request.time);
    const busiest = Math.max(
      ...times.map((start) => times.filter((at) => at >= start && at < start + minute).length),
    );
    expect(busiest).toBeLessThanOrEqual(60);
  });

  test('a clock that jumps ahead causes one request, and one that is set back stops nothing', async () => {
    const window = await openOn(fullList, 'one');
    const before = person.count('GET');
    await person.clock.advance(0);
    person.clock.jump(8 * 60 * minute);
    await person.clock.advance(0);
    expect(person.count('GET') - before).toBe(1);
    person.clock.jump(-24 * 60 * minute);
    person.machine('two');
    await window.store.refresh();
    expect(names(window)).toEqual(['one', 'two']);
    person.machine('three');
    await person.clock.advance(31_000);
    expect(names(window)).toEqual(['one', 'two', 'three']);
  });
});

describe('an accepted action', () => {
  test('a start shows stoppeddisassociated in its first two minutes as starting', async () => {
    person = new Person({ ...fullList, delays: { boot: 60_000, blinkAfter: 5_000, blink: 20_000 } });
    person.machine('one');
    const window = await person.open();
    await person.until(() => shown(window, 'one') === 'stopped');
    await window.api.startInstance(idOf('one'));
    await window.store.session.accepted(idOf('one'), 'start');
    const seen = new Set<string | undefined>();
    const raw = new Set<string | undefined>();
    window.store.onDidChange(() => {
      seen.add(shown(window, 'one'));
      raw.add(window.store.row(idOf('one'))?.instance.state);
    });
    await person.until(() => shown(window, 'one') === 'running', 2 * minute);
    expect([...seen]).toEqual(['starting', 'running']);
    expect([...raw]).toContain('stoppeddisassociated');
    await person.clock.advance(5_000);
    expect(window.store.row(idOf('one'))?.pending).toBeUndefined();
  });

  test('a start that did not work shows stopped again after two minutes', async () => {
    person = new Person(fullList);
    person.machine('one');
    const window = await person.open();
    await window.store.refresh();
    await window.store.session.accepted(idOf('one'), 'start');
    await person.clock.advance(110_000);
    expect(shown(window, 'one')).toBe('starting');
    await person.clock.advance(30_000);
    expect(window.store.row(idOf('one'))).toMatchObject({ state: 'stopped', pending: undefined });
  });

  test('a deleted instance is deleting while it is listed, and then gone at once', async () => {
    const window = await openOn({ ...fullList, delays: { remove: 40_000 } }, 'one', 'two');
    const id = idOf('one');
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

describe('a list that is wrong', () => {
  test('a list that is suddenly empty deletes nothing, is requested again, and moves no row', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const asked = person.count('GET', list);
    person.service.faults.add({ path: list, times: 2, fault: { kind: 'body', body: '{"data":[]}' } });
    await person.until(() => person.count('GET', list) >= asked + 2);
    await person.clock.advance(5_000);
    expect(names(window)).toEqual(['one', 'two', 'three']);
    expect(window.store.rows().every((row) => row.unlisted)).toBe(true);
    expect(person.count('GET', idOf('two'))).toBe(1);
    await person.clock.advance(minute);
    expect(names(window)).toEqual(['one', 'two', 'three']);
    expect(window.store.rows().some((row) => row.unlisted)).toBe(false);
    expect(window.gone).toEqual([]);
    expect(person.log.lines.join('\n')).toContain('3 instances are missing from the list, asking again');
  });

  test('one that is short once removes nothing', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const only = JSON.stringify({ data: [{ id: idOf('two'), name: 'two', status: 'running' }] });
    const changes: unknown[] = [];
    window.store.onDidChange((change) => changes.push(...change.removed));
    person.service.faults.add({ path: list, times: 1, fault: { kind: 'body', body: only } });
    await person.clock.advance(2 * minute);
    expect(names(window)).toEqual(['one', 'two', 'three']);
    expect(changes).toEqual([]);
  });

  test('an instance that the service no longer knows leaves the view, and is gone after a second 404', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const id = idOf('two');
    person.world.vanish(id);
    await person.until(() => names(window).length === 2, 40_000);
    const looks = person.requests('GET', id).map((request) => request.time);
    expect(window.gone).toEqual([]);
    await person.until(() => window.gone.length > 0, 3 * minute);
    const times = person.requests('GET', id).map((request) => request.time);
    expect(looks).toHaveLength(1);
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(minute);
    expect(names(window)).toEqual(['one', 'three']);
  });

  test('an instance that comes back between the two 404s isn’t gone, and keeps its position', async () => {
    const window = await openOn(fullList, 'one', 'two', 'three');
    const id = idOf('two');
    const short = JSON.stringify({
      data: ['one', 'three'].map((name) => ({ id: idOf(name), name, status: 'running' })),
    });
    person.service.faults.add({ path: list, times: 1, fault: { kind: 'body', body: short } });
    person.service.faults.add({
      path: `${list}/${id}`,
      fault: { kind: 'status', status: 404, body: { error: 'Instance not found' } },
    });
    await person.until(() => names(window).length === 2, 40_000);
    await person.until(() => names(window).length === 3, 40_000);
    await person.clock.advance(5 * minute);
    expect(names(window)).toEqual(['one', 'two', 'three']);
    expect(window.gone).toEqual([]);
  });

  test('every window hears what is gone, also one that was opened later', async () => {
    const window = await openOn(fullList, 'one', 'two');
    const other = await person.open({ visible: false });
    const id = idOf('one');
    person.world.vanish(id);
    await person.until(() => window.gone.length > 0, 4 * minute);
    expect(other.gone).toEqual([id]);
    expect((await person.open()).gone).toEqual([id]);
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

describe('done means seen to be done', () => {
  test('a deleted instance that stays listed is not called deleted: its row says that it is unconfirmed', async () => {
    const window = await openOn({ ...fullList, delays: { remove: 30 * minute } }, 'one');
    const id = idOf('one');
    const operation = await window.operations.begin('delete', id);
    await expect(person.outcome(operation.done, 10 * minute)).rejects.toThrow(
      'still there, and may be billed',
    );
    expect(window.store.row(id)).toMatchObject({ unconfirmed: 'delete' });
    expect(window.gone).toEqual([]);
  });

  test('a deleted instance missing from one list only is not gone yet', async () => {
    const window = await openOn(fullList, 'one', 'two');
    const id = idOf('one');
    await window.store.session.accepted(id, 'delete');
    person.service.faults.add({ path: list, fault: { kind: 'body', body: '{"data":[]}' }, times: 2 });
    person.service.faults.add({ path: `${list}/${id}`, fault: { kind: 'html', status: 502 }, times: 3 });
    await window.store.refresh();
    expect(window.gone).toEqual([]);
    expect(window.store.row(id)).toBeDefined();
  });

  test('an instance whose ID is __proto__ keeps its row and its state', async () => {
    person = new Person(fullList);
    person.machine('odd', { id: '__proto__', status: 'running' });
    const window = await person.open();
    await window.store.refresh();
    await window.store.session.accepted('__proto__', 'stop');
    expect(shown(window, 'odd')).toBe('stopping');
    expect(shown(await person.open(), 'odd')).toBe('stopping');
  });

  test('a clock that is set back by hours does not leave a row stopping', async () => {
    const window = await openOn(fullList, 'one');
    await window.store.session.accepted(idOf('one'), 'stop');
    person.clock.jump(-5 * 60 * minute);
    await window.store.refresh();
    expect(shown(window, 'one')).toBe('running');
  });

  test('a stopped instance that is being modified is not shown as creating', async () => {
    const window = await openOn({ ...fullList, delays: { modify: minute } });
    const id = person.machine('one').id;
    await window.store.refresh();
    await window.api.modifyInstance(id, { vcpuCount: 4, ramGb: 16, storageGb: 200 });
    await person.clock.advance(1_000);
    await window.store.refresh();
    expect(window.store.row(id)).toMatchObject({ state: 'stopped', pending: 'modify' });
    await person.until(() => window.store.row(id)?.pending === undefined, 3 * minute);
    expect(shown(window, 'one')).toBe('stopped');
  });

  test('a stop is done only when an answer that came after it shows it', async () => {
    const window = await openOn(fullList, 'one');
    const id = idOf('one');
    person.world.stopByItself(id);
    await window.store.refresh();
    person.world.bringUp(id);
    person.world.settings.delays = { ...person.world.settings.delays, stop: 20_000 };
    const operation = await window.operations.begin('stop', id);
    await person.outcome(operation.done, 5 * minute);
    expect(person.world.instance(id).status).toBe('stopped');
  });
});
