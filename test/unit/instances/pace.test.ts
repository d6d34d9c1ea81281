import { afterEach, describe, expect, test } from 'vitest';
import type { ServiceOptions } from '../../simulator/options';
import { fullList, names, Person, shown, thinList, type Window } from './windows';

let person: Person;

afterEach(() => person.close());

const minute = 60_000;

function openOn(options: ServiceOptions, ...names: readonly string[]): Promise<Window> {
  person = new Person(options);
  return person.openWith(...names);
}

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
    person.addInstance('one');
    const window = await person.open();
    await person.until(() => names(window).length === 1);
    window.need = { ...window.need, visible: false };
    const before = person.count('GET');
    await person.clock.advance(60 * minute);
    expect(person.count('GET')).toBe(before);
  });

  test('often while something is in transition, and rarely when nothing has changed for a while', async () => {
    const window = await openOn({ ...fullList, delays: { boot: 90_000 } }, 'one');
    person.world.stopByItself(person.idOf('one'));
    person.world.start('main', person.idOf('one'));
    await person.until(() => shown(window, 'one') === 'starting');
    const before = person.count('GET');
    await person.clock.advance(20_000);
    expect(person.count('GET') - before).toBe(4);
    await person.clock.advance(20 * minute);
    const later = person.count('GET');
    await person.clock.advance(10 * minute);
    expect(person.count('GET') - later).toBe(10);
  });

  test('every five minutes when nothing has changed and nobody has looked for an hour, until somebody does', async () => {
    const window = await openOn(fullList, 'one');
    const countIn = async (minutes: number): Promise<number> => {
      const before = person.count('GET');
      await person.clock.advance(minutes * minute);
      return person.count('GET') - before;
    };
    expect(await countIn(10)).toBe(20);
    expect(await countIn(40)).toBe(40);
    await person.clock.advance(20 * minute);
    expect(await countIn(60)).toBe(12);
    window.need = { ...window.need, lookedAt: person.clock.now() };
    window.store.poke();
    expect(await countIn(10)).toBeGreaterThanOrEqual(10);
    await person.clock.advance(60 * minute);
    expect(await countIn(60)).toBe(12);
    person.addInstance('two');
    await person.until(() => names(window).length === 2);
    expect(await countIn(9)).toBe(18);
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

  test('a failure ends with the next answer, also if that is the same as before', async () => {
    const window = await openOn(fullList, 'one');
    await person.clock.advance(2 * minute);
    person.service.faults.add({ times: 3, fault: { kind: 'drop', when: 'before' } });
    await person.until(() => window.store.status.failure !== undefined, 2 * minute);
    await person.until(() => window.store.status.failure === undefined, 2 * minute);
    expect(names(window)).toEqual(['one']);
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

  test('a poll that changes nothing is one request, no write, and no event but that of the list', async () => {
    const window = await openOn(fullList, 'one', 'two');
    const events = { changes: 0, lists: 0 };
    window.store.onDidChange(() => (events.changes += 1));
    window.store.onDidList(() => (events.lists += 1));
    const { reads, writes } = person.shared;
    const asked = person.count('GET');
    await person.clock.advance(30_000);
    expect(person.count('GET') - asked).toBe(1);
    expect(person.shared.writes - writes).toBe(0);
    // Before and after the request; the other one answers the notification that the list was confirmed.
    expect(person.shared.reads - reads).toBeLessThanOrEqual(3);
    expect(events).toEqual({ changes: 0, lists: 1 });
  });

  test('details that a list leaves out for good are requested less and less, and not from a hidden window', async () => {
    const window = await openOn(thinList, 'one');
    const details = (): number => person.count('GET', person.idOf('one'));
    await person.clock.advance(60 * minute);
    const first = details();
    expect(first).toBeLessThanOrEqual(6);
    await person.clock.advance(6 * 60 * minute);
    const later = details();
    expect(later - first).toBeLessThanOrEqual(4);
    window.onScreen = new Set([person.idOf('one')]);
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
    person.world.start('main', person.addInstance('late').id);
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

  test('details of a row in transition go before a list, also after a minute of many requests', async () => {
    const window = await openOn(thinList, 'one');
    await person.clock.advance(2 * minute);
    const id = person.idOf('one');
    for (let request = 0; request < 48; request++) {
      await person.outcome(window.store.refresh());
      await person.clock.advance(500);
    }
    person.world.setStatus(id, 'stopping');
    await person.outcome(window.store.refresh());
    const details = (): number => person.count('GET', id);
    const before = details();
    await person.until(() => details() > before, 2_000);
    // Nor do lists end.
    const lists = (): number => person.count('GET', '/instances');
    for (let round = 0; round < 4; round++) {
      const listed = lists();
      await person.until(() => lists() > listed, 45_000);
    }
  });

  test('a clock that jumps ahead causes one request, and one that is set back stops nothing', async () => {
    const window = await openOn(fullList, 'one');
    const before = person.count('GET');
    await person.clock.advance(0);
    person.clock.jump(8 * 60 * minute);
    await person.clock.advance(0);
    expect(person.count('GET') - before).toBe(1);
    person.clock.jump(-24 * 60 * minute);
    person.addInstance('two');
    await window.store.refresh();
    expect(names(window)).toEqual(['one', 'two']);
    person.addInstance('three');
    await person.clock.advance(31_000);
    expect(names(window)).toEqual(['one', 'two', 'three']);
  });
});
