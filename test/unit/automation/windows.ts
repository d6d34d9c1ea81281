import { expect, vi } from 'vitest';
import type { Schedule } from '../../../src/automation/schedule';
import { Schedules } from '../../../src/automation/schedules';
import { silentLogger } from '../../../src/base/logger';
import type { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, own, rowOf, StandInOperations, StandInStore } from '../cost/support';

/** One window, as far as schedules go. */
export interface Window {
  readonly store: StandInStore;
  readonly operations: StandInOperations;
  readonly schedules: Schedules;
  readonly warned: Schedule[];
  readonly missed: Schedule[];
  /** The instances that this window knows some window to be connected to. */
  readonly connected: Set<string>;
}

/** A window with two running instances, `a` and `b`, once it has read the schedules. */
export async function newWindow(folder: string, clock: ManualClock): Promise<Window> {
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
export async function pass(clock: ManualClock, ms: number, ...windows: Window[]): Promise<void> {
  for (let left = ms; left > 0; left -= minute) {
    await clock.advance(Math.min(left, minute));
    for (const { schedules } of windows) await schedules.settled();
  }
}

/** Resolves when a window knows of so many schedules. */
export async function knows(window: Window, count: number): Promise<void> {
  await vi.waitFor(() => expect(window.schedules.list()).toHaveLength(count), 5_000);
}

/** A stop of the instance `a`. */
export const inAnHour = { instanceId: 'a', name: 'alpha', at: monday + hour };
