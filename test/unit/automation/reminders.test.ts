import { silentLogger } from '../../../src/base/logger';
import { describe, expect, it, vi } from 'vitest';
import { Ledger, totalOf } from '../../../src/cost/ledger';
import { Reminders, type Reminder } from '../../../src/automation/reminders';
import type { InstanceRow } from '../../../src/instances/store';
import { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, newFolder, own, rowOf, StandInStore } from '../cost/support';

interface Window {
  readonly store: StandInStore;
  readonly ledger: Ledger;
  readonly reminders: Reminders;
  readonly said: Reminder[];
}

const settings = { hours: 8, excused: new Set<string>() };

async function newWindow(folder: string, clock: ManualClock): Promise<Window> {
  settings.hours = 8;
  settings.excused.clear();
  const store = new StandInStore();
  const ledger = own(new Ledger({ folder, clock, log: silentLogger, store }));
  const reminders = own(
    new Reminders({
      folder,
      clock,
      log: silentLogger,
      store,
      ledger,
      remindAfterHours: () => settings.hours,
      excused: (id) => settings.excused.has(id),
    }),
  );
  const said: Reminder[] = [];
  reminders.onDidRemind((reminder) => said.push(reminder));
  await ledger.settled();
  return { store, ledger, reminders, said };
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
    await clock.advance(5 * minute);
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
    await window.reminders.snooze('a', Infinity);
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
    await windows[1].reminders.snooze('b', Infinity);
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
