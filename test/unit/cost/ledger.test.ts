import { describe, expect, it } from 'vitest';
import { totalOf } from '../../../src/cost/ledger';
import { emptyLedger, sumOf } from '../../../src/cost/history';
import { observe } from '../../../src/cost/observe';
import { dayOf, daysOf, monthOf } from '../../../src/cost/period';
import type { InstanceRow } from '../../../src/instances/store';
import { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, newFolder, rowOf } from './support';
import { newWindow, type Window } from './ledgerWindow';

/** Lists every minute for `ms`; a change is seen after the first minute, which is still counted as before. */
async function look(
  { store, ledger }: Window,
  clock: ManualClock,
  ms: number,
  ...rows: InstanceRow[]
): Promise<void> {
  const end = clock.now() + ms;
  if (store.rows().length === 0) store.list(clock.now(), ...rows);
  await ledger.settled();
  while (clock.now() < end) {
    await clock.advance(minute);
    store.list(clock.now(), ...rows);
    await ledger.settled();
  }
}

const today = dayOf(monday);

describe('the cost', () => {
  it('is the rate for the time that an instance was seen running', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    const { ledger } = window;
    await look(window, clock, 2 * hour, rowOf('a', 'running', 0.5), rowOf('b', 'running', 2));
    await look(window, clock, hour, rowOf('a', 'stopped', 0.5), rowOf('b', 'running', 2));

    const [dearest, cheapest] = ledger.costs(today);
    expect(dearest?.instanceId).toBe('b');
    expect(dearest?.sum.dollars).toBeCloseTo(6);
    expect(cheapest?.sum.dollars).toBeCloseTo((0.5 * 121) / 60);
    expect(cheapest?.sum).toMatchObject({
      onMs: 121 * minute,
      offMs: 59 * minute,
      estimatedMs: 0,
      unseenMs: 0,
    });
    expect(ledger.total(monthOf(monday)).dollars).toBeCloseTo(6 + (0.5 * 121) / 60);
    expect(ledger.runningSince('a')).toBeUndefined();
    expect(ledger.runningSince('b')).toBe(monday);
    expect(ledger.costOfRun('b').dollars).toBeCloseTo(6);
  });

  it('goes up to the last list, however soon it came after the one before', async () => {
    const clock = new ManualClock(monday);
    const { ledger, store } = await newWindow(await newFolder(), clock);
    const row = rowOf('a', 'running', 3_600);
    store.list(clock.now(), row);
    await ledger.settled();
    const second = async (): Promise<void> => {
      await clock.advance(1_000);
      store.list(clock.now(), row);
    };
    for (let count = 1; count <= 130; count++) {
      await second();
      if (count % 40 === 0) expect(ledger.total(today).dollars).toBeCloseTo(count);
    }
    // What wasn't added up yet isn't taken for the time in which the computer slept.
    await clock.advance(hour);
    store.list(clock.now(), row);
    expect(ledger.total(today)).toMatchObject({ onMs: 130_000, estimatedMs: hour });
  });

  it('of an instance that ran all weekend is an estimate', async () => {
    const folder = await newFolder();
    const clock = new ManualClock(monday - 63 * hour);
    const friday = await newWindow(folder, clock);
    await look(friday, clock, hour, rowOf('a', 'running', 1));
    await friday.ledger.flush();
    friday.ledger.dispose();

    await clock.advance(62 * hour);
    const { ledger, store } = await newWindow(folder, clock);
    store.list(clock.now(), rowOf('a', 'running', 1));
    await ledger.settled();

    const { sum } = ledger.costs({ from: 0, to: Infinity })[0] ?? {};
    expect(sum).toMatchObject({ onMs: hour, estimatedMs: 62 * hour, unseenMs: 0 });
    expect(sum?.estimatedDollars).toBeCloseTo(62);
    expect(ledger.runningSince('a')).toBe(monday - 63 * hour);
  });

  it('is not known for a gap unless it ran before and after', async () => {
    const folder = await newFolder();
    const clock = new ManualClock(monday);
    const first = await newWindow(folder, clock);
    await look(first, clock, hour, rowOf('a', 'running', 1), rowOf('b', 'stopped', 1));
    await first.ledger.flush();
    first.ledger.dispose();
    await clock.advance(3 * hour);
    const { ledger, store } = await newWindow(folder, clock);
    store.list(clock.now(), rowOf('a', 'stopped', 1), rowOf('b', 'running', 1));
    await ledger.settled();

    const costs = new Map(ledger.costs(today).map((cost) => [cost.instanceId, cost.sum]));
    expect(costs.get('a')).toMatchObject({ onMs: hour, unseenMs: 3 * hour, estimatedMs: 0 });
    expect(costs.get('b')).toMatchObject({ offMs: hour, unseenMs: 3 * hour, onMs: 0 });
    expect(totalOf(ledger.total(today))).toBeCloseTo(1);
    expect(ledger.runningSince('b')).toBe(clock.now());
  });

  it('uses a rate that arrives late, and says if there was none', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    const { ledger } = window;
    await look(window, clock, 5 * minute, rowOf('late', 'creating'), rowOf('never', 'running'));
    await look(window, clock, 55 * minute, rowOf('late', 'running', 1.2), rowOf('never', 'running'));

    const costs = new Map(ledger.costs(today).map((cost) => [cost.instanceId, cost.sum]));
    expect(costs.get('late')?.dollars).toBeCloseTo(1.2);
    expect(costs.get('late')?.unknownRateMs).toBe(0);
    expect(costs.get('never')).toMatchObject({ dollars: 0, onMs: hour, unknownRateMs: hour });
  });

  it('counts a new rate from when it was seen', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    const { ledger } = window;
    await look(window, clock, hour, rowOf('a', 'running', 1));
    await look(window, clock, hour, rowOf('a', 'running', 3));
    expect(ledger.total(today).dollars).toBeCloseTo((1 * 61 + 3 * 59) / 60);
    expect(ledger.runningSince('a')).toBe(monday);
  });

  it('ends when an instance is seen stopped, also between two lists', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await look(window, clock, hour, rowOf('a', 'running', 1), rowOf('b', 'running', 1));
    await clock.advance(2 * minute);
    window.store.look(rowOf('a', 'stopped', 1));
    expect(window.ledger.runningSince('a')).toBeUndefined();
    await clock.advance(3 * hour);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1), rowOf('b', 'running', 1));
    const costs = new Map(window.ledger.costs(today).map((cost) => [cost.instanceId, cost.sum]));
    expect(costs.get('a')).toMatchObject({ onMs: 62 * minute, unseenMs: 3 * hour });
    expect(costs.get('b')).toMatchObject({ onMs: hour, estimatedMs: 3 * hour + 2 * minute });
  });

  it('is divided at midnight and at the end of the month', async () => {
    const lastEvening = new Date(2026, 10, 30, 22, 0).getTime();
    const clock = new ManualClock(lastEvening);
    const window = await newWindow(await newFolder(), clock);
    const { ledger } = window;
    await look(window, clock, 5 * hour, rowOf('a', 'running', 1));
    expect(ledger.total(monthOf(lastEvening)).dollars).toBeCloseTo(2);
    expect(ledger.total(monthOf(clock.now())).dollars).toBeCloseTo(3);
    expect(
      daysOf({ from: lastEvening, to: clock.now() }).map((day) => Math.round(ledger.total(day).onMs / hour)),
    ).toEqual([2, 3]);
  });

  it('survives an empty list, a failing service, and a row that was left out', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    const { ledger, store } = window;
    await look(window, clock, hour, rowOf('a', 'running', 1));
    store.list(clock.now() + 1);
    store.fail();
    await clock.advance(hour);
    store.list(clock.now(), { ...rowOf('a', 'running', 1), unlisted: true });
    expect(ledger.total(today)).toMatchObject({ onMs: hour, estimatedMs: 0 });
    expect(ledger.runningSince('a')).toBe(monday);
    await look(window, clock, hour, rowOf('a', 'running', 1));
    expect(ledger.total(today)).toMatchObject({ onMs: 119 * minute, estimatedMs: 61 * minute });
  });

  it('belongs to one account', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    const { ledger, store } = window;
    await look(window, clock, hour, rowOf('a', 'running', 1));
    store.signIn('account-2');
    await ledger.settled();
    expect(ledger.costs(today)).toEqual([]);
    await look(window, clock, hour, rowOf('b', 'running', 5));
    expect(ledger.costs(today).map(({ instanceId }) => instanceId)).toEqual(['b']);
    store.signIn('account-1');
    await ledger.settled();
    expect(ledger.costs(today).map(({ instanceId }) => instanceId)).toEqual(['a']);
    store.signIn(undefined);
    expect(ledger.costs(today)).toEqual([]);
  });

  it('keeps the sums of old days and months, in little room', () => {
    const start = new Date(2026, 0, 1).getTime();
    let data = emptyLedger;
    let now = start;
    const see = (kind: 'on' | 'off'): void => {
      const sightings = [{ id: 'a', name: 'a', kind, rateHourly: 1, at: now }];
      data = observe(data, { listedAt: now, sightings }, now);
    };
    // Twice an hour, for 100 days: five minutes on, and nobody looks for the 25 minutes in which it goes off.
    for (let half = 0; half < 100 * 48; half++) {
      see('on');
      now += 5 * minute;
      see('off');
      now += 25 * minute;
    }
    const history = data.instances[0] ?? expect.fail('it is there');
    const january = sumOf(history, monthOf(start));
    expect(january).toMatchObject({ onMs: 31 * 48 * 5 * minute, unseenMs: 31 * 48 * 25 * minute });
    expect(january.dollars).toBeCloseTo(31 * 4);
    const february = sumOf(history, monthOf(new Date(2026, 1, 14).getTime()));
    expect(february.onMs).toBe(28 * 48 * 5 * minute);
    const { onMs } = sumOf(history, dayOf(now - 20 * 24 * hour));
    expect(onMs).toBe(48 * 5 * minute);
    const all = sumOf(history, { from: 0, to: Infinity });
    expect(all.onMs + all.unseenMs).toBe(now - 25 * minute - start);
    expect(JSON.stringify(data).length).toBeLessThan(60_000);

    // Three years on it is forgotten.
    now += 3 * 365 * 24 * hour;
    data = observe(data, { listedAt: now, sightings: [{ id: 'b', name: 'b', kind: 'on', at: now }] }, now);
    expect(data.instances.map(({ id }) => id)).toEqual(['b']);
  });

  it('goes on after the clock was ahead for a while', async () => {
    const clock = new ManualClock(monday + 1000 * hour);
    const folder = await newFolder();
    const ahead = await newWindow(folder, clock);
    await look(ahead, clock, hour, rowOf('a', 'running', 1));
    await ahead.ledger.flush();
    ahead.ledger.dispose();

    const right = new ManualClock(monday);
    const window = await newWindow(folder, right);
    const { ledger } = window;
    await look(window, right, hour, rowOf('a', 'running', 1));
    expect(ledger.total(today).onMs).toBeCloseTo(hour, -5);
  });
});
