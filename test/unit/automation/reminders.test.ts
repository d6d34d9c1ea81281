import { describe, expect, it, vi } from 'vitest';
import { totalOf } from '../../../src/cost/ledger';
import type { Reminder } from '../../../src/automation/reminders';
import type { InstanceRow } from '../../../src/instances/store';
import { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, newFolder, rowOf } from '../cost/support';
import { openReminders, type ReminderWindow } from './reminderWindow';

interface Window extends ReminderWindow {
  readonly said: Reminder[];
  /** The instances that some window is connected to, as this one knows; undefined: it doesn't know. */
  readonly connected: Set<string> | undefined;
}

const settings = { hours: 8, excused: new Set<string>() };

async function newWindow(folder: string, clock: ManualClock, connected?: Set<string>): Promise<Window> {
  settings.hours = 8;
  settings.excused.clear();
  const said: Reminder[] = [];
  const options = {
    remindAfterHours: () => settings.hours,
    excused: (id: string) => settings.excused.has(id),
    isConnected: connected && ((id: string) => connected.has(id)),
  };
  const opened = await openReminders(folder, clock, options, (reminders) =>
    reminders.onDidRemind((reminder) => said.push(reminder)),
  );
  return { ...opened, said, connected };
}

/** Lists every five minutes, in all windows. */
async function pass(
  clock: ManualClock,
  ms: number,
  windows: Window[],
  ...rows: InstanceRow[]
): Promise<void> {
  const end = clock.now() + ms;
  while (clock.now() < end) {
    for (const { store, ledger, reminders } of windows) {
      store.list(clock.now(), ...rows);
      await ledger.settled();
      await reminders.settled();
    }
    await clock.advance(Math.min(5 * minute, end - clock.now()));
  }
}

describe('an instance that runs for long', () => {
  it('is reported once per period, in one of two windows', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const windows = [await newWindow(folder, clock), await newWindow(folder, clock)];
    const said = (): Reminder[] => windows.flatMap((window) => window.said);
    await pass(clock, 7 * hour, windows, rowOf('a', 'running', 0.5));
    expect(said()).toEqual([]);
    await pass(clock, 3 * hour, windows, rowOf('a', 'running', 0.5));
    expect(said()).toMatchObject([{ row: { instance: { id: 'a' } }, runningSince: monday }]);
    expect(totalOf(said()[0]?.cost ?? expect.fail('it is there'))).toBeCloseTo(4, 0);
    await pass(clock, 5 * hour, windows, rowOf('a', 'running', 0.5));
    expect(said()).toHaveLength(1);
    await pass(clock, 3 * hour, windows, rowOf('a', 'running', 0.5));
    expect(said()).toHaveLength(2);
  });

  it('is reported after a weekend without an open window', async () => {
    const folder = await newFolder();
    const clock = new ManualClock(monday - 63 * hour);
    const friday = await newWindow(folder, clock);
    await pass(clock, hour, [friday], rowOf('a', 'running', 1));
    await friday.ledger.flush();
    friday.ledger.dispose();
    friday.reminders.dispose();
    await clock.advance(62 * hour);
    const window = await newWindow(folder, clock);
    window.store.list(clock.now(), rowOf('a', 'running', 1));
    await vi.waitFor(() => expect(window.said).toHaveLength(1), 5_000);
    expect(window.said[0]?.runningMs).toBe(63 * hour);
    expect(window.said[0]?.cost.estimatedDollars).toBeGreaterThan(60);
  });

  it('begins anew when it was stopped in between', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await pass(clock, 9 * hour, [window], rowOf('a', 'running', 1));
    await window.reminders.snooze('a', 100 * hour);
    await pass(clock, 10 * minute, [window], rowOf('a', 'stopped', 1));
    await pass(clock, 7 * hour, [window], rowOf('a', 'running', 1));
    expect(window.said).toHaveLength(1);
    await pass(clock, 2 * hour, [window], rowOf('a', 'running', 1));
    expect(window.said).toHaveLength(2);
  });

  it('isn’t reported while the person has silenced it', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const windows = [await newWindow(folder, clock), await newWindow(folder, clock)] as const;
    const said = (): string[] => windows.flatMap((one) => one.said).map(({ row }) => row.instance.id);
    const rows = [rowOf('a', 'running', 1), rowOf('b', 'running', 1)];
    await pass(clock, 8 * hour + 10 * minute, [...windows], ...rows);
    expect(said().sort()).toEqual(['a', 'b']);
    await windows[0].reminders.snooze('a', hour);
    await windows[1].reminders.mute('b');
    await pass(clock, 2 * hour, [...windows], ...rows);
    expect(said().sort()).toEqual(['a', 'a', 'b']);
    await pass(clock, 20 * hour, [...windows], ...rows);
    expect(said().filter((id) => id === 'b')).toHaveLength(1);
  });

  it('isn’t reported while its stop is scheduled', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    settings.excused.add('a');
    await pass(clock, 9 * hour, [window], rowOf('a', 'running', 1));
    expect(window.said).toEqual([]);
    settings.excused.clear();
    window.reminders.check();
    await window.reminders.settled();
    expect(window.said).toHaveLength(1);
  });

  it('is never reported if the setting is 0, and follows a new setting at once', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    settings.hours = 0;
    await pass(clock, 30 * hour, [window], rowOf('a', 'running', 1), rowOf('b', 'stopped', 1));
    expect(window.said).toEqual([]);
    settings.hours = 24;
    window.reminders.check();
    await window.reminders.settled();
    expect(window.said.map(({ row }) => row.instance.id)).toEqual(['a']);
  });
});

describe('a running instance that nobody is connected to', () => {
  const kinds = (windows: readonly Window[]): string[] =>
    windows.flatMap(({ said }) => said).map(({ kind }) => kind);
  const rows = [rowOf('a', 'running', 1)];

  async function windowsOn(
    count: number,
  ): Promise<{ clock: ManualClock; folder: string; windows: Window[] }> {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const windows: Window[] = [];
    for (let index = 0; index < count; index++) windows.push(await newWindow(folder, clock, new Set()));
    return { clock, folder, windows };
  }

  const connect = (windows: readonly Window[], isConnected: boolean): void => {
    for (const { connected } of windows) {
      if (isConnected) connected?.add('a');
      else connected?.clear();
    }
  };

  it('is reported once when its last window was closed, in one of five, but not while it reloads', async () => {
    const { clock, windows } = await windowsOn(5);
    connect(windows, true);
    await pass(clock, 30 * minute, windows, ...rows);
    connect(windows, false);
    await pass(clock, minute, windows, ...rows);
    connect(windows, true);
    await pass(clock, 10 * minute, windows, ...rows);
    expect(kinds(windows)).toEqual([]);
    connect(windows, false);
    await pass(clock, 30 * minute, windows, ...rows);
    expect(kinds(windows)).toEqual(['left']);
  });

  it('is reported at the next start if all windows were closed or killed', async () => {
    const { clock, folder, windows } = await windowsOn(2);
    connect(windows, true);
    await pass(clock, 10 * minute, windows, ...rows);
    for (const { ledger, reminders } of windows) {
      await ledger.flush();
      ledger.dispose();
      reminders.dispose();
    }
    clock.jump(5 * hour);
    const next = [await newWindow(folder, clock, new Set()), await newWindow(folder, clock, new Set())];
    await pass(clock, 10 * minute, next, ...rows);
    expect(kinds(next)).toEqual(['left']);
  });

  it('is reported after an hour, once, also over a sleep, and again when the person asks for it', async () => {
    const { clock, windows } = await windowsOn(2);
    await pass(clock, 50 * minute, windows, ...rows);
    expect(kinds(windows)).toEqual([]);
    clock.jump(20 * minute);
    await pass(clock, 2 * hour, windows, ...rows);
    expect(kinds(windows)).toEqual(['unconnected']);
    await windows[0]?.reminders.snooze('a', 2 * hour);
    await pass(clock, 110 * minute, windows, ...rows);
    expect(kinds(windows)).toHaveLength(1);
    await pass(clock, 20 * minute, windows, ...rows);
    expect(kinds(windows)).toEqual(['unconnected', 'unconnected']);
  });

  it('is reported once for each, although the lists of the windows differ', async () => {
    const { clock, windows } = await windowsOn(2);
    const [one, other] = windows;
    if (!one || !other) throw new Error('there are two');
    other.store.list(clock.now(), ...rows);
    await pass(clock, 2 * hour, [one], ...rows, rowOf('b', 'running', 1));
    await other.reminders.settled();
    const said = windows.flatMap((window) =>
      window.said.map(({ row, kind }) => `${kind} ${row.instance.id}`),
    );
    expect(said.sort()).toEqual(['unconnected a', 'unconnected b']);
  });

  it('is reported when its last window was closed while the clock was a year ahead', async () => {
    const { clock, windows } = await windowsOn(1);
    connect(windows, true);
    await pass(clock, 10 * minute, windows, ...rows);
    clock.jump(8760 * hour);
    connect(windows, false);
    await pass(clock, minute, windows, ...rows);
    clock.jump(-8760 * hour);
    await pass(clock, 10 * minute, windows, ...rows);
    expect(kinds(windows)).toContain('left');
  });

  it('is never reported again if the person says so', async () => {
    const { clock, windows } = await windowsOn(2);
    await windows[1]?.reminders.mute('a');
    connect(windows, true);
    await pass(clock, 10 * minute, windows, ...rows);
    connect(windows, false);
    await pass(clock, 20 * hour, windows, ...rows);
    expect(kinds(windows)).toEqual([]);
  });
});
