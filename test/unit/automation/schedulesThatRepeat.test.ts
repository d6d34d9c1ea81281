import { describe, expect, it, vi } from 'vitest';
import { everyDay } from '../../../src/automation/repeat';
import { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, newFolder } from '../cost/support';
import { inAnHour, knows, newWindow, pass } from './windows';

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
