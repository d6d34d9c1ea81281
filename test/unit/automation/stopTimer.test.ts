import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { everyDay } from '../../../src/automation/repeat';
import { latestMs, type Schedule } from '../../../src/automation/schedule';
import { ScheduleFile } from '../../../src/automation/scheduleFile';
import { Schedules } from '../../../src/automation/schedules';
import { stopsOnly, StopTimer } from '../../../src/automation/stopTimer';
import { TimerFile } from '../../../src/automation/timerFile';
import { silentLogger } from '../../../src/base/logger';
import { Operations } from '../../../src/instances/operations/operations';
// Loaded with the first operation; a clock that a test moves doesn't wait for that.
import '../../../src/instances/operations/work';
import { newFolder, own } from '../cost/support';
import type { Need } from '../../../src/instances/pace';
import { InstanceStore } from '../../../src/instances/store';
import { Person, type Window } from '../instances/windows';

const minute = 60_000;
const hour = 60 * minute;
const log = silentLogger;

let person: Person;
let window: Window;
let folder: string;
let id: string;
let schedules: Schedules;
let timerFile: TimerFile;
const running: Promise<void>[] = [];

beforeEach(async () => {
  person = new Person();
  id = person.addInstance('alpha', { status: 'running' }).id;
  window = await person.open();
  await window.store.refresh();
  folder = await newFolder();
  timerFile = new TimerFile(folder, log);
  schedules = schedulesOf(window);
});
afterEach(async () => {
  await timerFile.change(() => []);
  await Promise.all(running.splice(0));
  person.close();
});

/** The schedules as a window of the person sees them. */
function schedulesOf({ store, operations }: Window): Schedules {
  return own(new Schedules({ folder, clock: person.clock, log, store, operations }));
}

/** Starts a timer as if it were in a process of its own, with a window's parts for the time of the stop; the result says whether it ended. */
async function startTimer(
  { id: scheduleId, accountId }: Schedule,
  timerId = 'timer',
): Promise<() => boolean> {
  await timerFile.change((all) => [
    ...all.filter((one) => one.id !== timerId),
    { id: timerId, scheduleId, accountId, origin: '', token: '', startedAt: 0 },
  ]);
  const { clock } = person;
  const ended = new StopTimer({
    timerId,
    scheduleId,
    schedules: new ScheduleFile(folder, log),
    timers: new TimerFile(folder, log),
    clock,
    log,
    open: async () => {
      const need = (): Omit<Need, 'waiting'> => ({ visible: false, focused: false, intervalMs: 30_000 });
      const store = new InstanceStore({ clock, log, random: () => 0, need, onScreen: () => new Set() });
      await store.setSession({ accountId: 'account-1', api: window.api, shared: person.shared });
      const operations = new Operations({ journal: stopsOnly(person.journal, id), store, clock, log });
      return {
        store,
        operations,
        close: async () => {
          operations.dispose();
          store.dispose();
        },
      };
    },
  }).run();
  running.push(ended);
  let over = false;
  void ended.then(() => (over = true));
  return () => over;
}

/** All windows are killed: nothing of them acts anymore. */
function killWindows(): void {
  schedules.dispose();
  window.close();
}

/** Turns the clock in small steps until it holds; files need real time in between. */
async function until(holds: () => boolean | Promise<boolean>, stepMs = 5_000): Promise<void> {
  await expect
    .poll(
      async () => {
        await person.clock.advance(stepMs);
        return holds();
      },
      { timeout: 10_000, interval: 5 },
    )
    .toBe(true);
}

const stops = (): number => person.count('POST', '/stop');
const notes = async (): Promise<readonly string[]> => (await timerFile.read()).notes.map(({ end }) => end);
const inAnHour = (): { instanceId: string; name: string; at: number } => ({
  instanceId: id,
  name: 'alpha',
  at: person.clock.now() + hour,
});

describe('a background timer', () => {
  test('stops the instance at its time, notes it, and ends', async () => {
    const schedule = await schedules.set(inAnHour());
    const over = await startTimer(schedule);
    killWindows();
    person.clock.jump(hour - 10_000);
    await person.clock.advance(0);
    expect(stops()).toBe(0);
    await until(over);
    expect(stops()).toBe(1);
    expect(person.world.instance(id).status).toBe('stopped');
    expect(await notes()).toEqual(['stopped']);
  });

  test('and two of its kind and three windows stop it once', async () => {
    const others = [schedules, schedulesOf(await person.open()), schedulesOf(await person.open())];
    const schedule = await schedules.set(inAnHour());
    const over = [await startTimer(schedule), await startTimer(schedule, 'second')];
    person.clock.jump(hour - 1);
    await until(() => over.every((each) => each()));
    expect(stops()).toBe(1);
    for (const each of others) await each.settled();
  });

  test('stops it if the window that had claimed it was killed before it sent anything', async () => {
    const schedule = await schedules.set(inAnHour());
    person.journal.onNote = ({ step }) => {
      if (step === 'asking-stop') killWindows();
    };
    person.clock.jump(hour);
    await until(() => person.journal.records.size > 0, 1_000);
    person.journal.onNote = () => undefined;
    killWindows();
    person.journal.loseClaims();
    const over = await startTimer(schedule);
    await until(over, 30_000);
    expect(stops()).toBe(1);
    expect(person.world.instance(id).status).toBe('stopped');
  });

  test('leaves everything else that closed windows left behind to them', async () => {
    const other = person.addInstance('other').id;
    await window.store.refresh();
    const schedule = await schedules.set(inAnHour());
    killWindows();
    const left = { version: 1, id: 'left', accountId: 'account-1', kind: 'start', name: 'other' } as const;
    const startedAt = person.clock.now() + hour;
    person.journal.records.set('left', { ...left, instanceId: other, startedAt, step: 'begin' });
    const over = await startTimer(schedule);
    person.clock.jump(hour);
    await until(over);
    expect(stops()).toBe(1);
    expect(person.count('POST', '/start')).toBe(0);
  });

  test('does nothing after a cancel', async () => {
    const schedule = await schedules.set(inAnHour());
    const over = await startTimer(schedule);
    await schedules.cancel(schedule.id);
    await until(over, 0);
    expect(stops()).toBe(0);
  });

  test('does nothing if it’s ended in the last moment, while it asks about the instance', async () => {
    const schedule = await schedules.set(inAnHour());
    person.service.faults.add({ path: `/api/v2/instances/${id}`, fault: { kind: 'slow', ms: 20_000 } });
    const over = await startTimer(schedule);
    killWindows();
    person.clock.jump(hour);
    await until(() => person.requests('GET', id).length > 0, 1_000);
    await timerFile.change(() => []);
    await until(over, 1_000);
    expect(stops()).toBe(0);
  });

  test('that was asleep at the time leaves a single stop to a window, which asks', async () => {
    const schedule = await schedules.set(inAnHour());
    const over = await startTimer(schedule);
    killWindows();
    person.clock.jump(hour + latestMs + minute);
    await until(over);
    expect(stops()).toBe(0);
    const next = schedulesOf(await person.open());
    const missed = vi.fn();
    next.onDidMiss(missed);
    await until(() => missed.mock.calls.length > 0);
  });

  test('goes on every day, tells of a day it slept, and ends with the schedule', async () => {
    const minuteOfDay = new Date(person.clock.now()).getHours() * 60 + 30;
    const schedule = await schedules.set({
      instanceId: id,
      name: 'alpha',
      repeat: { minute: minuteOfDay, days: everyDay },
    });
    const over = await startTimer(schedule);
    killWindows();
    person.clock.jump(schedule.at - person.clock.now());
    await until(async () => (await notes()).length === 1);
    expect(stops()).toBe(1);
    person.world.start('main', id);
    person.world.bringUp(id);
    person.clock.jump(24 * hour + latestMs);
    await until(async () => (await notes()).length === 2);
    expect(await notes()).toEqual(['stopped', 'missed']);
    person.clock.jump(23 * hour + 45 * minute);
    await until(async () => (await notes()).length === 3, 30_000);
    expect(stops()).toBe(2);
    expect(over()).toBe(false);
  });
});
