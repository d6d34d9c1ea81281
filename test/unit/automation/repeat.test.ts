import { afterEach, describe, expect, test } from 'vitest';
import { everyDay, formatRepeat, nextTime, weekdays, weekends } from '../../../src/automation/repeat';

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** The times of some days, as a clock in Berlin shows them. */
function times(minute: number, days: readonly number[], from: string, count: number): readonly string[] {
  process.env.TZ = 'Europe/Berlin';
  const found: string[] = [];
  let at = new Date(from).getTime();
  for (let index = 0; index < count; index++) {
    at = nextTime({ minute, days }, at);
    found.push(new Date(at).toISOString());
  }
  return found;
}

describe('a time that repeats', () => {
  test('comes every day at the same time of the clock, also when clocks change', () => {
    expect(times(22 * 60, everyDay, '2026-10-23T12:00:00Z', 3)).toEqual([
      '2026-10-23T20:00:00.000Z',
      '2026-10-24T20:00:00.000Z',
      '2026-10-25T21:00:00.000Z',
    ]);
    expect(times(22 * 60, everyDay, '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-28T21:00:00.000Z',
      '2026-03-29T20:00:00.000Z',
    ]);
  });

  test('comes once on a day that has it twice, and on one that leaves it out', () => {
    expect(times(150, everyDay, '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
    expect(times(150, everyDay, '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  test('comes on its days of the week only', () => {
    expect(times(600, weekdays, '2026-11-20T12:00:00Z', 1)).toEqual(['2026-11-23T09:00:00.000Z']);
    expect(times(600, [5], '2026-11-20T09:00:00Z', 1)).toEqual(['2026-11-27T09:00:00.000Z']);
  });

  test.each([
    [everyDay, 'every day at 22:05'],
    [weekdays, 'Monday to Friday at 22:05'],
    [weekends, 'on weekends at 22:05'],
    [[5], 'Fridays at 22:05'],
    [[1, 3], 'Mondays, Wednesdays at 22:05'],
  ])('%j is called “%s”', (days, text) => {
    expect(formatRepeat({ minute: 22 * 60 + 5, days })).toBe(text);
  });
});
