import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Schedule } from '../../../src/automation/schedule';
import { Schedules } from '../../../src/automation/schedules';
import { silentLogger } from '../../../src/base/logger';
import type { CostParts } from '../../../src/commands/costParts';
import { scheduleStop } from '../../../src/commands/scheduleStop';
import type { Services } from '../../../src/commands/services';
import { followSchedules } from '../../../src/views/notifications/scheduleNotices';
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
import { resetWindow, window } from '../fakeVscode';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

let clock: ManualClock;
let operations: StandInOperations;
let schedules: Schedules;

const closing = 'This works only while VS Code is open. A stopped instance may still be billed.';

beforeEach(async () => {
  resetWindow();
  timed = [];
  clock = new ManualClock(monday);
  operations = new StandInOperations();
  const store = new StandInStore();
  store.list(clock.now(), rowOf('a', 'running', 1, 'alpha'));
  schedules = own(new Schedules({ folder: await newFolder(), clock, log: silentLogger, store, operations }));
  for (const notice of followSchedules(schedules, clock)) own(notice);
  services = { store, clock, operations, treeView: { visible: false, selection: [] } } as unknown as Services;
});

let services: Services;
let timed: string[];

async function run(...args: readonly unknown[]): Promise<void> {
  const start = async ({ instanceId }: Schedule): Promise<void> => void timed.push(instanceId);
  await scheduleStop(services, { schedules, timers: { start } } as unknown as CostParts, args);
}

/** Turns the clock in steps, so that each notice comes at its time. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= minute) {
    await clock.advance(Math.min(left, minute));
    await schedules.settled();
  }
}

describe('Schedule Stop', () => {
  test('offers times, and says once that nothing stops it while VS Code is closed', async () => {
    window.answer = 1;
    await run({ kind: 'instance', id: 'a' });
    expect(schedules.of('a')?.at).toBe(monday + 2 * hour);
    expect(window.messages).toEqual([`“alpha” will stop at 11:00. ${closing}`]);
  });

  test('repeats on the days that the person picks, at the time they enter', async () => {
    window.answer = 5;
    window.typed = '7pm';
    await run({ kind: 'instance', id: 'a' });
    expect(schedules.of('a')).toMatchObject({ at: monday + 10 * hour, repeat: { minute: 19 * 60 } });
    expect(window.messages).toEqual([`“alpha” will stop Monday to Friday at 19:00. ${closing}`]);
  });

  test('schedules nothing if the person closes the question', async () => {
    await expect(run({ kind: 'instance', id: 'a' })).rejects.toThrow('Canceled');
    expect(schedules.list()).toEqual([]);
  });

  test('offers a background timer, and says what ends it', async () => {
    window.answer = 0;
    await run({ kind: 'instance', id: 'a' });
    expect(timed).toEqual(['a']);
    expect(window.messages).toEqual([
      `“alpha” will stop at 10:00. ${closing}`,
      'A background timer on this computer will stop “alpha” at 10:00, even if VS Code is closed. It ends when you cancel the stop, sign out, or shut down the computer.',
    ]);
  });

  test.each([
    ['2h', { at: monday + 2 * hour }],
    ['every day 22:00', { at: monday + 13 * hour, repeat: { days: [0, 1, 2, 3, 4, 5, 6] } }],
    ['fridays at 6pm', { at: monday + 105 * hour, repeat: { days: [5] } }],
  ])('takes “%s” from a program without asking', async (given, expected) => {
    await run('a', given);
    expect(schedules.of('a')).toMatchObject(expected);
  });

  test('gives notice five minutes and one minute before, and “Not Now” keeps it running', async () => {
    await run('a', '1h');
    resetWindow();
    await pass(hour - 2 * minute);
    expect(window.messages).toEqual(['“alpha” will stop at 10:00.']);
    window.answer = 0;
    await pass(4 * minute);
    expect(window.texts.slice(-3)).toEqual(['“alpha” will stop at 10:00.', 'Not Now', 'In 1 Hour']);
    expect(operations.begun).toEqual([]);
    expect(schedules.list()).toEqual([]);
  });
});
