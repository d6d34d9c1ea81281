import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { everyDay } from '../../../src/automation/repeat';
import { type Schedule } from '../../../src/automation/schedule';
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

interface Window {
  readonly store: StandInStore;
  readonly operations: StandInOperations;
  readonly schedules: Schedules;
  readonly warned: Schedule[];
  readonly missed: Schedule[];
  /** The instances that this window knows some window to be connected to. */
  readonly connected: Set<string>;
}

async function newWindow(folder: string, clock: ManualClock): Promise<Window> {
  const store = new StandInStore();
  const operations = new StandInOperations();
  store.list(clock.now(), rowOf('a', 'running', 1), rowOf('b', 'running', 1));
  const connected = new Set<string>();
  const isConnected = (id: string): boolean => connected.has(id);
  const schedules = own(new Schedules({ folder, clock, log: silentLogger, store, operations, isConnected }));
  const window: Window = { store, operations, schedules, warned: [], missed: [], connected };
  schedules.onDidWarn((schedule) => window.warned.push(schedule));
  schedules.onDidMiss(({ schedule }) => window.missed.push(schedule));
  await schedules.settled();
  return window;
}

/** Turns the time on in steps, and lets all windows come to rest in between. */
async function pass(clock: ManualClock, ms: number, ...windows: Window[]): Promise<void> {
  for (let left = ms; left > 0; left -= minute) {
    await clock.advance(Math.min(left, minute));
    for (const { schedules } of windows) await schedules.settled();
  }
}

async function knows(window: Window, count: number): Promise<void> {
  await vi.waitFor(() => expect(window.schedules.list()).toHaveLength(count), 5_000);
}

const inAnHour = { instanceId: 'a', name: 'alpha', at: monday + hour };

describe('a stop that repeats', () => {
  const daily = { instanceId: 'a', name: 'alpha', repeat: { minute: 22 * 60, days: everyDay } };
  const tonight = monday + 13 * hour;

  it('is carried out every day, once, whichever of two windows is there', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    expect(await one.schedules.set(daily)).toMatchObject({ at: tonight });
    await knows(other, 1);
    clock.jump(13 * hour - 6 * minute);
    await pass(clock, 8 * minute, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop a']);
    expect([...one.warned, ...other.warned]).toHaveLength(2);
    one.schedules.dispose();
    await vi.waitFor(() => expect(other.schedules.of('a')?.at).toBe(tonight + 24 * hour), 5_000);
    clock.jump(24 * hour - 4 * minute);
    await pass(clock, 3 * minute, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop a', 'stop a']);
  });

  it('is left out once if the person says “Not Now”', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    const schedule = await window.schedules.set(daily);
    await window.schedules.skip(schedule);
    await window.schedules.skip(schedule);
    expect(window.schedules.of('a')?.at).toBe(tonight + 24 * hour);
  });

  it('is asked about once if it was missed, and goes on', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(daily);
    clock.jump(15 * hour);
    await pass(clock, 3 * hour, window);
    expect(window.missed).toMatchObject([{ at: tonight }]);
    expect(window.operations.begun).toEqual([]);
    expect(window.schedules.of('a')?.at).toBe(tonight + 24 * hour);
    await window.schedules.stopNow(window.schedules.of('a')?.id ?? '');
    await window.schedules.settled();
    expect(window.operations.begun).toEqual(['stop a']);
    expect(window.schedules.of('a')?.at).toBe(tonight + 24 * hour);
  });

  it('is independent of one that doesn’t, and ends with its instance', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(daily);
    await window.schedules.set(inAnHour);
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
    expect(window.schedules.list()).toMatchObject([{ at: tonight }]);
    window.store.answer = () => undefined;
    clock.jump(12 * hour - minute);
    await pass(clock, 3 * minute, window);
    expect(window.schedules.list()).toEqual([]);
  });

  it('isn’t lost to a clock that was ahead', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(daily);
    clock.jump(60 * 24 * hour);
    await pass(clock, 2 * minute, window);
    clock.jump(-60 * 24 * hour);
    await pass(clock, 2 * minute, window);
    expect(window.schedules.of('a')?.at).toBe(tonight);
  });
});
