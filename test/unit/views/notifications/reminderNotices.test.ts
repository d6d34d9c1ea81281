import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  followReminders,
  type ReminderNoticesOptions,
} from '../../../../src/views/notifications/reminderNotices';
import { ManualClock } from '../../../simulator/clock';
import { openReminders, type ReminderWindow } from '../../automation/reminderWindow';
import { hour, minute, monday, newFolder, own, rowOf } from '../../cost/support';
import { resetWindow, window as editor } from '../../fakeVscode';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

let clock: ManualClock;
let folder: string;
let windows: ReminderWindow[];
const connected = new Set<string>();
const scheduled = vi.fn<ReminderNoticesOptions['schedules']['set']>();
const box = rowOf('id', 'running', 0.5, 'box');

beforeEach(async () => {
  resetWindow();
  scheduled.mockReset();
  connected.clear();
  clock = new ManualClock(monday);
  folder = await newFolder();
  windows = [await open(), await open()];
});

/** A window that shows its reminders. */
async function open(): Promise<ReminderWindow> {
  const options = { remindAfterHours: () => 8, isConnected: (id: string) => connected.has(id) };
  return openReminders(folder, clock, options, (reminders) =>
    own(followReminders({ reminders, schedules: { set: scheduled }, clock })),
  );
}

/** Lists every half hour, in all windows. */
async function pass(ms: number, row = box): Promise<void> {
  const end = clock.now() + ms;
  for (;;) {
    for (const { store, ledger, reminders } of windows) {
      store.list(clock.now(), row);
      await ledger.settled();
      await reminders.settled();
    }
    if (clock.now() >= end) return;
    await clock.advance(Math.min(30 * minute, end - clock.now()));
    // What is due by now is reported before the next list.
    for (const { reminders } of windows) await reminders.settled();
  }
}

/** The person is connected for a while and closes the window. */
async function connectAndLeave(): Promise<void> {
  connected.add('id');
  await pass(10 * minute);
  connected.delete('id');
}

const buttons = (): readonly string[] => editor.texts.slice(1, 4);

describe('an instance that runs for long', () => {
  // A window is connected all the time.
  beforeEach(() => connected.add('id'));

  it('is reported with its rate and cost, once for two windows', async () => {
    await pass(9 * hour);
    expect(editor.messages).toEqual([
      'box has been running for 8 h at $0.50/hr. Cost so far: at least ~$3.75.',
    ]);
    expect(buttons()).toEqual(['Stop…', 'Remind Me in 2 Hours', 'Never for This Instance']);
  });

  it('is reported without numbers if its rate is unknown', async () => {
    await pass(9 * hour, rowOf('id', 'running', undefined, 'box'));
    expect(editor.messages).toEqual(['box has been running for 8 h.']);
  });

  it('is stopped after a question', async () => {
    editor.answer = 0;
    await pass(9 * hour);
    await expect.poll(() => editor.ran).toEqual([['tensordock.stopInstance', 'id', undefined]]);
  });

  it('is reported again after 2 hours, and not before', async () => {
    editor.answer = 1;
    await pass(8 * hour);
    expect(editor.messages).toHaveLength(1);
    editor.answer = undefined;
    await pass(110 * minute);
    expect(editor.messages).toHaveLength(1);
    await pass(20 * minute);
    expect(editor.messages).toHaveLength(2);
    expect(editor.messages[1]).toMatch(/^box has been running for 10 h/);
  });

  it('is never reported again if the person says so, whichever window is open then', async () => {
    editor.answer = 2;
    await pass(8 * hour);
    await expect.poll(() => editor.messages).toHaveLength(2);
    expect(editor.messages[1]).toBe('You won’t be reminded of “box” again.');
    editor.answer = undefined;
    windows = [await open()];
    await pass(9 * hour);
    expect(editor.messages).toHaveLength(2);
  });

  it('is reported as before if that is undone', async () => {
    // The third button of the reminder, then the only one of what it says.
    editor.answer = 2;
    editor.beforeAnswer = () => {
      if (editor.messages.length === 2) editor.answer = 0;
    };
    await pass(8 * hour);
    await expect.poll(() => editor.messages).toHaveLength(2);
    editor.answer = undefined;
    await pass(9 * hour);
    expect(editor.messages).toHaveLength(3);
  });
});

describe('an instance whose last window was closed', () => {
  it('is reported once, after the grace for a reload', async () => {
    await connectAndLeave();
    await pass(0);
    await clock.advance(minute);
    await pass(0);
    expect(editor.messages).toEqual([]);
    await clock.advance(2 * minute);
    await pass(0);
    expect(editor.messages).toEqual([
      'The last window connected to “box” was closed, and it’s still running at $0.50/hr.',
    ]);
    expect(buttons()).toEqual(['Stop', 'Stop in 1 Hour', 'Keep']);
  });

  it.each([
    ['stopped at once', 0, [['tensordock.stopInstance', 'id', { confirm: false }]], []],
    ['stopped in an hour', 1, [], [{ instanceId: 'id', name: 'box', at: expect.any(Number) as number }]],
    ['kept', 2, [], []],
  ])('is %s', async (_what, answer, ran, schedules) => {
    editor.answer = answer;
    await connectAndLeave();
    await pass(10 * minute);
    await expect.poll(() => editor.ran).toEqual(ran);
    await expect.poll(() => scheduled.mock.calls.flat()).toEqual(schedules);
    for (const [{ at = 0 }] of scheduled.mock.calls) {
      expect(Math.abs(at - clock.now() - hour)).toBeLessThan(10 * minute);
    }
    expect(editor.messages).toHaveLength(1);
  });
});

it('an instance that no window is connected to is reported after an hour, once', async () => {
  await pass(50 * minute);
  expect(editor.messages).toEqual([]);
  await pass(3 * hour);
  expect(editor.messages).toEqual([
    '“box” is running at $0.50/hr, but no window has been connected to it for an hour.',
  ]);
  expect(buttons()).toEqual(['Stop…', 'Remind Me in 2 Hours', 'Never for This Instance']);
});

it('a name from outside is shown as text, without commands or icons', async () => {
  await pass(2 * hour, rowOf('id', 'running', undefined, '[x](command:evil) $(trash)\n'));
  expect(editor.messages).toHaveLength(1);
  expect(editor.messages[0]).not.toMatch(/\]\(command:|\$\(trash\)|\n/);
  expect(editor.messages[0]).toContain('an unknown rate');
});
