import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { parseRepeat, parseWhen } from '../../../src/automation/when';
import { formatWhen, formatWhenInSentence } from '../../../src/base/when';
import { hour, minute, monday } from '../cost/support';

const day = 24 * hour;
const at = (days: number, hours: number, minutes = 0): number =>
  new Date(2026, 10, 23 + days, hours, minutes).getTime();

describe('what a person types for a time', () => {
  it.each([
    ['2h', monday + 2 * hour],
    ['90m', monday + 90 * minute],
    ['90 min', monday + 90 * minute],
    ['1h30', monday + 90 * minute],
    ['1h05', monday + 65 * minute],
    ['1h 30m', monday + 90 * minute],
    ['1h30min', monday + 90 * minute],
    ['1.5h', monday + 90 * minute],
    ['1,5 hours', monday + 90 * minute],
    ['in 2 hours', monday + 2 * hour],
    ['1 hour', monday + hour],
    ['3 hrs', monday + 3 * hour],
    ['2d', monday + 2 * day],
    ['1 day 2h', monday + day + 2 * hour],
    ['18:00', at(0, 18)],
    ['18.30', at(0, 18, 30)],
    [' 18:00 ', at(0, 18)],
    ['at 18:00', at(0, 18)],
    ['6pm', at(0, 18)],
    ['6:30 PM', at(0, 18, 30)],
    ['12am', at(1, 0)],
    ['12pm', at(0, 12)],
    ['8:00', at(1, 8)],
    ['9:00', at(1, 9)],
    ['today 18:00', at(0, 18)],
    ['tomorrow 9:00', at(1, 9)],
    ['Tomorrow at 9am', at(1, 9)],
    ['fri 18:00', at(4, 18)],
    ['Friday 18:00', at(4, 18)],
    ['mon 8:00', at(7, 8)],
    ['monday 10:00', at(0, 10)],
    ['2026-11-25 09:15', at(2, 9, 15)],
  ])('%s', (text, expected) => {
    expect(parseWhen(text, monday)).toEqual({ at: expected });
  });

  it.each([
    '',
    'soon',
    '18',
    '25:00',
    '9:60',
    '13pm',
    '0am',
    'f 18:00',
    'someday 9:00',
    '-2h',
    '2x',
    '2h 3h',
  ])('is told how to write it: “%s”', (text) => {
    expect(parseWhen(text, monday)).toEqual({ problem: expect.stringContaining('2h, 90m, 1h30') as string });
  });

  it.each(['today 8:00', '2026-11-22 09:00', '0m', '0h'])('is refused as past: %s', (text) => {
    expect(parseWhen(text, monday)).toEqual({ problem: 'That time is in the past. Choose a later time.' });
  });

  it.each(['40d', '2027-11-23 09:00'])('is refused as too far ahead: %s', (text) => {
    expect(parseWhen(text, monday)).toEqual({ problem: expect.stringContaining('31 days') as string });
  });

  it('refuses a day that the calendar does not have', () => {
    expect(parseWhen('2026-11-31 09:00', monday)).toHaveProperty('problem');
  });

  it('never throws, and never gives a time that is not ahead', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const when = parseWhen(text, monday);
        if ('at' in when) expect(when.at).toBeGreaterThan(monday);
        else expect(when.problem).not.toBe('');
      }),
    );
  });

  it('reads what it writes, to the minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 * 24 * 60 - 1 }), (minutes) => {
        const time = monday + minutes * minute;
        // An hour that the clocks repeat has two readings.
        const twice = new Date(time - hour).getHours() === new Date(time).getHours();
        fc.pre(!twice && new Date(time + hour).getHours() !== new Date(time).getHours());
        expect(parseWhen(formatWhen(time, monday), monday)).toEqual({ at: time });
      }),
    );
  });
});

describe('how times are written', () => {
  it('names the day only where it is another one', () => {
    expect(formatWhen(at(0, 18), monday)).toBe('18:00');
    expect(formatWhen(at(1, 9, 5), monday)).toBe('tomorrow 09:05');
    expect(formatWhen(at(2, 9), monday)).toBe('2026-11-25 09:00');
  });
});

describe('a time in a sentence', () => {
  const now = new Date(2026, 10, 24, 12, 0).getTime();

  it.each([
    [new Date(2026, 10, 24, 18, 0), 'at 18:00'],
    [new Date(2026, 10, 25, 9, 0), 'tomorrow at 09:00'],
    [new Date(2026, 11, 1, 9, 0), 'on 2026-12-01 at 09:00'],
  ])('%s reads %s', (at, text) => {
    expect(formatWhenInSentence(at.getTime(), now)).toBe(text);
  });
});

describe('what a person types for a time that repeats', () => {
  it.each([
    ['every day 22:00', { minute: 22 * 60, days: [0, 1, 2, 3, 4, 5, 6] }],
    ['Daily at 10:30pm', { minute: 22 * 60 + 30, days: [0, 1, 2, 3, 4, 5, 6] }],
    ['weekdays 19:00', { minute: 19 * 60, days: [1, 2, 3, 4, 5] }],
    ['weekends at 1:00', { minute: 60, days: [6, 0] }],
    ['every friday 18:00', { minute: 18 * 60, days: [5] }],
    ['fridays 18:00', { minute: 18 * 60, days: [5] }],
  ])('“%s” is understood', (text, repeat) => {
    expect(parseRepeat(text)).toEqual(repeat);
  });

  it.each(['every day', 'every day 25:00', 'every day 10', 'someday 10:00', 'friday 18:00', '18:00'])(
    '“%s” is no such time',
    (text) => {
      expect(parseRepeat(text)).toBeUndefined();
    },
  );
});
