import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
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
import { inAnHour, knows, newWindow, pass } from './windows';

describe('a scheduled stop', () => {
  it('is carried out at its time, once, of two windows', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    await one.schedules.set(inAnHour);
    await knows(other, 1);

    await pass(clock, hour - minute, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual([]);
    await pass(clock, 2 * minute, one, other);
    await knows(one, 0);
    await knows(other, 0);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop a']);
    await pass(clock, 20 * minute, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toHaveLength(1);
  });

  it('is warned of by a window that sees it running, not by one that doesn’t know the instance yet', async () => {
    const folder = await newFolder();
    const clocks = [new ManualClock(monday), new ManualClock(monday)] as const;
    const [fresh, other] = [await newWindow(folder, clocks[0]), await newWindow(folder, clocks[1])];
    fresh.store.list(monday);
    await other.schedules.set(inAnHour);
    await knows(fresh, 1);
    await pass(clocks[0], 56 * minute, fresh);
    await pass(clocks[1], 56 * minute, other);
    expect(fresh.warned).toEqual([]);
    expect(other.warned).toHaveLength(1);
  });

  it('is warned of five minutes and one minute before, in one window, and can be put off', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    const { id } = await one.schedules.set(inAnHour);
    await knows(other, 1);
    await pass(clock, 54 * minute, one, other);
    expect([...one.warned, ...other.warned]).toEqual([]);
    await pass(clock, 2 * minute, one, other);
    expect([...one.warned, ...other.warned]).toMatchObject([{ id, at: monday + hour }]);

    await pass(clock, 3.5 * minute, one, other);
    expect([...one.warned, ...other.warned]).toHaveLength(2);
    await pass(clock, 0.25 * minute, one, other);
    expect([...one.warned, ...other.warned]).toHaveLength(2);
    expect(await other.schedules.extend(id, hour)).toMatchObject({ at: monday + 2 * hour });
    await pass(clock, 10 * minute, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual([]);
    await pass(clock, 49.5 * minute, one, other);
    expect([...one.warned, ...other.warned]).toHaveLength(4);
    await pass(clock, 2 * minute, one, other);
    await vi.waitFor(
      () => expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop a']),
      5_000,
    );
  });

  it('is not warned of where it is set for the next minutes, or the instance is off', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1), rowOf('b', 'running', 1));
    await window.schedules.set(inAnHour);
    await window.schedules.set({ instanceId: 'b', name: 'b', at: monday + minute });
    await pass(clock, 58 * minute, window);
    expect(window.warned).toEqual([]);
    expect(window.operations.begun).toEqual(['stop b']);
  });

  it('is over when it is cancelled in another window', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    const { id } = await one.schedules.set(inAnHour);
    await other.schedules.cancel(id);
    await knows(one, 0);
    await pass(clock, 2 * hour, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual([]);
    expect(await one.schedules.extend(id, hour)).toBeUndefined();
  });

  it('replaces an earlier one of the same instance', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    await window.schedules.set({ ...inAnHour, at: monday + 2 * hour });
    expect(window.schedules.list()).toMatchObject([{ at: monday + 2 * hour }]);
    expect(window.schedules.of('a')?.at).toBe(monday + 2 * hour);
  });

  it('survives a reload', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const before = await newWindow(folder, clock);
    await before.schedules.set(inAnHour);
    before.schedules.dispose();
    const after = await newWindow(folder, clock);
    await knows(after, 1);
    await pass(clock, hour + minute, after);
    expect(after.operations.begun).toEqual(['stop a']);
    expect(before.operations.begun).toEqual([]);
  });

  it('does nothing to an instance that is off by then, and is over', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    window.store.answer = () => rowOf('a', 'stoppeddisassociated', 1);
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual([]);
    expect(window.schedules.list()).toEqual([]);
  });

  it('asks the service first: a row of before may be wrong', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1));
    await window.schedules.set(inAnHour);
    window.store.answer = () => rowOf('a', 'running', 1);
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
  });

  it('is tried all the same where the service cannot say whether it is off', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1));
    await window.schedules.set(inAnHour);
    window.store.fail();
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
  });

  it('is dropped when its instance is deleted', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    window.store.goneIds.fire(['a']);
    await knows(window, 0);
  });
});

describe('what cannot be scheduled', () => {
  it.each([
    [monday, 'past'],
    [monday - 1, 'past'],
    [Number.NaN, 'past'],
    [monday + 40 * 24 * hour, 'too far'],
  ])('%d', async (at, reason) => {
    const window = await newWindow(await newFolder(), new ManualClock(monday));
    await expect(window.schedules.set({ ...inAnHour, at })).rejects.toThrow(reason);
    expect(window.schedules.list()).toEqual([]);
  });

  it('rejects everything while no one is signed in', async () => {
    const window = await newWindow(await newFolder(), new ManualClock(monday));
    window.store.signIn(undefined);
    await expect(window.schedules.set(inAnHour)).rejects.toThrow('You aren’t signed in');
  });
});

it('is carried out for its own account only', async () => {
  const clock = new ManualClock(monday);
  const window = await newWindow(await newFolder(), clock);
  await window.schedules.set(inAnHour);
  window.store.signIn('account-2');
  window.store.list(clock.now(), rowOf('a', 'running', 1));
  expect(window.schedules.list()).toEqual([]);
  expect(window.schedules.list('account-1')).toHaveLength(1);
  await pass(clock, hour + 2 * minute, window);
  expect(window.operations.begun).toEqual([]);
  window.store.signIn('account-1');
  window.store.list(clock.now(), rowOf('a', 'running', 1));
  await vi.waitFor(() => expect(window.operations.begun).toEqual(['stop a']), 5_000);
});

it('reports damaged schedules once, also where nothing is written afterwards', async () => {
  const folder = await newFolder();
  await writeFile(path.join(folder, 'schedules.json'), '{"version":1,"sched');
  const onDamaged = vi.fn();
  const clock = new ManualClock(monday);
  for (let windows = 0; windows < 2; windows++) {
    const store = new StandInStore();
    store.list(clock.now(), rowOf('a', 'running', 1));
    const operations = new StandInOperations();
    const fileEvents = { onDamaged };
    const schedules = own(new Schedules({ folder, clock, log: silentLogger, store, operations, fileEvents }));
    await vi.waitFor(() => expect(onDamaged).toHaveBeenCalledOnce(), 5_000);
    await schedules.settled();
  }
  expect(onDamaged).toHaveBeenCalledOnce();
});

it('ends a stop for an unused instance when some window connects to it', async () => {
  const clock = new ManualClock(monday);
  const folder = await newFolder();
  const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
  await one.schedules.set({ ...inAnHour, unlessConnected: true });
  await one.schedules.set({ instanceId: 'b', name: 'b', at: monday + hour, unlessConnected: true });
  await knows(other, 2);
  other.connected.add('a');
  other.schedules.check();
  await knows(one, 1);
  other.connected.clear();
  await pass(clock, hour + minute, one, other);
  expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop b']);
});
