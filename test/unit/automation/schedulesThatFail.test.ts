import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { latestMs, phaseOf, type Schedule } from '../../../src/automation/schedule';
import { Schedules } from '../../../src/automation/schedules';
import { ManualClock } from '../../simulator/clock';
import {
  hour,
  minute,
  monday,
  newFolder,
  own,
  rowOf,
  StandInOperations,
  StandInStore,
} from '../cost/support';
import { inAnHour, knows, newWindow, pass, type Window } from './windows';

/** The schedules that wait for a decision. */
function missedIn(window: Window, clock: ManualClock): readonly Schedule[] {
  return window.schedules.list().filter((schedule) => phaseOf(schedule, clock.now()) === 'missed');
}

describe('a stop that fails', () => {
  it('is retried every minute, and reported as missed with the reason when it’s too late', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    for (const { operations } of [one, other]) {
      operations.accept = () => Promise.reject(new Error('TensorDock does not answer.'));
    }
    await one.schedules.set(inAnHour);
    await knows(other, 1);
    await pass(clock, hour + 3 * minute, one, other);
    const tries = [...one.operations.begun, ...other.operations.begun].length;
    expect(tries).toBeGreaterThanOrEqual(2);
    expect(tries).toBeLessThanOrEqual(4);
    expect(one.schedules.of('a')?.problem).toBe('TensorDock does not answer.');

    await pass(clock, latestMs, one, other);
    expect([...one.missed, ...other.missed]).toMatchObject([{ problem: 'TensorDock does not answer.' }]);
    expect(missedIn(one, clock)).toHaveLength(1);
  });

  it('succeeds when the service is back in time', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.operations.accept = () => Promise.reject(new Error('TensorDock does not answer.'));
    await window.schedules.set(inAnHour);
    await pass(clock, hour + minute, window);
    window.operations.accept = () => Promise.resolve();
    await pass(clock, 3 * minute, window);
    expect(window.schedules.list()).toEqual([]);
    expect(window.missed).toEqual([]);
  });

  it('is tried again at its time after the clock was a day ahead when it failed', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    window.store.answer = () => rowOf('a', 'stopping', 1);
    await pass(clock, minute, window);
    clock.jump(24 * hour);
    await pass(clock, minute, window);
    clock.jump(-24 * hour);
    window.store.answer = () => rowOf('a', 'running', 1);
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
  });

  it('is asked about although the clock was a day ahead when it was asked about before', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    await pass(clock, minute, window);
    clock.jump(24 * hour);
    await pass(clock, minute, window);
    expect(window.missed).toHaveLength(1);
    clock.jump(-24 * hour);
    await pass(clock, minute, window);
    clock.jump(2 * hour);
    await pass(clock, minute, window);
    expect(window.missed).toHaveLength(2);
  });

  it('is not tried again where a person cancelled it', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.operations.accept = () => Promise.reject(new DOMException('Cancelled', 'AbortError'));
    await window.schedules.set(inAnHour);
    await pass(clock, hour + 5 * minute, window);
    expect(window.schedules.list()).toEqual([]);
    expect(window.operations.begun).toHaveLength(1);
  });

  it('is taken up by another window when its own closes in the midst of it', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const one = await newWindow(folder, clock);
    const closing = new AbortController();
    one.operations.accept = () =>
      new Promise((_resolve, reject) => {
        closing.signal.addEventListener('abort', () => reject(new DOMException('Cancelled', 'AbortError')));
      });
    await one.schedules.set(inAnHour);
    await clock.advance(hour);
    await vi.waitFor(() => expect(one.operations.begun).toEqual(['stop a']), 5_000);
    one.schedules.dispose();
    closing.abort();

    const other = await newWindow(folder, clock);
    await knows(other, 1);
    expect(phaseOf(other.schedules.list()[0] ?? expect.fail('it is there'), clock.now())).toBe('stopping');
    await pass(clock, 4 * minute, other);
    expect(other.operations.begun).toEqual(['stop a']);
    expect(other.schedules.list()).toEqual([]);
  });

  it('is not asked for twice where the other window noted it as an operation', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    const { record } = await new StandInOperations().begin('stop', 'a');
    window.operations.noted = { ...record, attendedAt: clock.now() + hour };
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual([]);
    // That stop may still fail, so the schedule goes on until the instance is seen to be off.
    expect(window.schedules.list()).toHaveLength(1);
    window.operations.noted = undefined;
    window.store.list(clock.now(), rowOf('a', 'stopped', 1, 'box'));
    await pass(clock, 2 * minute, window);
    expect(window.operations.begun).toEqual([]);
    expect(window.schedules.list()).toEqual([]);
  });

  it('is carried out if the stop that was under way fails', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    const { record: other } = await new StandInOperations().begin('stop', 'a');
    window.operations.noted = { ...other, attendedAt: clock.now() + hour };
    await pass(clock, hour + minute, window);
    window.operations.noted = undefined;
    await pass(clock, 2 * minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
  });

  it('that was accepted and shows no effect leads to a question, and isn’t sent again', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    const begin = window.operations.begin.bind(window.operations);
    window.operations.begin = async (kind, id) => {
      const done = Promise.reject(new Error('The instance didn’t stop.'));
      done.catch(() => undefined);
      return { ...(await begin(kind, id)), done };
    };
    await window.schedules.set(inAnHour);
    await pass(clock, hour + 5 * minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
    expect(window.missed).toMatchObject([{ name: 'alpha' }]);
    expect(window.schedules.list()).toHaveLength(1);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1, 'box'));
    await pass(clock, hour + 5 * minute, window);
    expect(window.schedules.list()).toEqual([]);
    expect(window.missed).toHaveLength(1);
  });
});

describe('a stop that no window was open for', () => {
  async function missedOne(): Promise<{ clock: ManualClock; folder: string; window: Window }> {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const before = await newWindow(folder, clock);
    await before.schedules.set(inAnHour);
    before.schedules.dispose();
    await clock.advance(hour + latestMs + minute);
    const window = await newWindow(folder, clock);
    await vi.waitFor(() => expect(window.missed).toHaveLength(1), 5_000);
    return { clock, folder, window };
  }

  it('leads to a question, and isn’t carried out', async () => {
    const { clock, folder, window } = await missedOne();
    const other = await newWindow(folder, clock);
    await pass(clock, 30 * minute, window, other);
    expect([...window.operations.begun, ...other.operations.begun]).toEqual([]);
    expect([...window.missed, ...other.missed]).toHaveLength(1);
    expect(missedIn(other, clock)).toMatchObject([{ name: 'alpha', at: monday + hour }]);
    await pass(clock, 31 * minute, window, other);
    expect([...window.missed, ...other.missed]).toHaveLength(2);
  });

  it('is carried out when a person says so', async () => {
    const { clock, window } = await missedOne();
    const [missed] = missedIn(window, clock);
    await window.schedules.stopNow(missed?.id ?? '');
    await knows(window, 0);
    expect(window.operations.begun).toEqual(['stop a']);
    await pass(clock, minute, window);
    expect(window.schedules.list()).toEqual([]);
  });

  it('can be put off, from now', async () => {
    const { clock, window } = await missedOne();
    const [missed] = missedIn(window, clock);
    const extended = await window.schedules.extend(missed?.id ?? '', hour);
    expect(extended?.at).toBe(clock.now() + hour);
    expect(missedIn(window, clock)).toEqual([]);
  });

  it('is over where the instance is off already', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const before = await newWindow(folder, clock);
    await before.schedules.set(inAnHour);
    before.schedules.dispose();
    await clock.advance(5 * hour);
    const store = new StandInStore();
    store.answer = () => rowOf('a', 'stopped', 1);
    const operations = new StandInOperations();
    const schedules = own(new Schedules({ folder, clock, log: silentLogger, store, operations }));
    const missed = vi.fn();
    schedules.onDidMiss(missed);
    const file = path.join(folder, 'schedules.json');
    await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('"schedules":[]'), 5_000);
    expect(operations.begun).toEqual([]);
    expect(missed).not.toHaveBeenCalled();
  });
});

it('asks about a stop that was claimed before the computer slept, and does not carry it out', async () => {
  const clock = new ManualClock(monday);
  const window = await newWindow(await newFolder(), clock);
  await window.schedules.set(inAnHour);
  let slept = false;
  window.store.answer = () => {
    if (!slept) {
      slept = true;
      clock.jump(latestMs + minute);
    }
    return rowOf('a', 'running', 1);
  };
  await clock.advance(hour);
  await window.schedules.settled();
  await pass(clock, 3 * minute, window);
  expect(window.operations.begun).toEqual([]);
  expect(window.missed).toMatchObject([{ name: 'alpha' }]);
});
