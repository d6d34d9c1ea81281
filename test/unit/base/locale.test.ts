import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { formatDollars, formatHourly } from '../../../src/api/price';
import {
  compareTexts,
  formatDate,
  formatMonth,
  formatNumber,
  formatPercent,
  formatTimeOfDay,
  formatTimeToSecond,
  formatUsDollars,
  setLanguage,
} from '../../../src/base/locale';
import { formatWhen, formatWhenInSentence } from '../../../src/base/when';

const evening = new Date(2026, 10, 24, 18, 0, 5).getTime();
const weekBefore = evening - 7 * 24 * 3_600_000;
/** Intl separates with spaces that don't break. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

beforeEach(() => setLanguage('en'));
afterEach(() => setLanguage('en'));

it.each([
  ['en', '$1,234.50', '$0.4946/hr', '12,000', 'November 2026', '2026-11-24', '18:00:05', '99.5%'],
  ['de', '1.234,50 $', '0,4946 $/hr', '12.000', 'November 2026', '24.11.2026', '18:00:05', '99,5 %'],
  ['ja', '$1,234.50', '$0.4946/hr', '12,000', '2026年11月', '2026/11/24', '18:00:05', '99.5%'],
  ['zh-cn', '$1,234.50', '$0.4946/hr', '12,000', '2026年11月', '2026年11月24日', '18:00:05', '99.5%'],
  ['qps-ploc', '$1,234.50', '$0.4946/hr', '12,000', 'November 2026', 'Nov 24, 2026', '18:00:05', '99.5%'],
  ['not a language', '$1,234.50', '$0.4946/hr', '12,000', 'November 2026', '2026-11-24', '18:00:05', '99.5%'],
])('writes money, numbers, and dates as people who read %s do', (language, ...shown) => {
  setLanguage(language);
  expect(
    [
      formatDollars(1234.5),
      formatHourly(0.4946),
      formatNumber(12_000),
      formatMonth(evening),
      formatDate(evening),
      formatTimeToSecond(evening),
      formatPercent(99.5),
    ].map(plain),
  ).toEqual(shown);
});

it('shows amounts too small to be written, and no negative zero', () => {
  setLanguage('de');
  expect(plain(formatDollars(0.001))).toBe('<0,01 $');
  setLanguage('en');
  expect(formatDollars(0.001)).toBe('<$0.01');
  expect(formatDollars(-0.001)).toBe('$0.00');
  expect(formatDollars(-2)).toBe('-$2.00');
});

it('names another day by its date, in the order of the language', () => {
  expect(formatWhen(evening, weekBefore)).toBe('2026-11-24 18:00');
  setLanguage('ja');
  expect(formatWhen(evening, weekBefore)).toBe('2026/11/24 18:00');
  expect(formatWhen(evening, evening)).toBe('18:00');
  expect(formatWhenInSentence(evening, weekBefore)).toBe('on 2026/11/24 at 18:00');
});

it('shows the time of the day as people can type it back', () => {
  for (const language of ['en', 'de', 'ja', 'zh-cn']) {
    setLanguage(language);
    expect([evening, evening - 18 * 3_600_000].map(formatTimeOfDay)).toEqual(['18:00', '00:00']);
  }
});

it('sorts by numbers in names, and as the language does', () => {
  expect(['gpu-10', 'gpu-2'].sort(compareTexts)).toEqual(['gpu-2', 'gpu-10']);
  const cities = ['Zürich', 'Ängelholm'];
  setLanguage('de');
  expect(cities.sort(compareTexts)).toEqual(['Ängelholm', 'Zürich']);
  setLanguage('sv');
  expect(cities.sort(compareTexts)).toEqual(['Zürich', 'Ängelholm']);
});

it('writes English numbers and times as Intl does', () => {
  setLanguage('en');
  const intl = (value: number, options: Intl.NumberFormatOptions): string =>
    new Intl.NumberFormat('en-US', options).format(value);
  const number = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer().map((value) => value / 10_000),
  );
  fc.assert(
    fc.property(number, fc.integer({ min: 2, max: 4 }), (value, decimals) => {
      expect(formatNumber(value)).toBe(intl(value, { signDisplay: 'negative' }));
      const dollars = {
        style: 'currency',
        currency: 'USD',
        minimumFractionDigits: 2,
        maximumFractionDigits: decimals,
        signDisplay: 'negative',
      } as const;
      expect(formatUsDollars(value, decimals)).toBe(intl(value, dollars));
    }),
    {
      examples: [
        [-0, 2],
        [-0.001, 2],
        [0.005, 2],
        [1.005, 2],
        [999.995, 2],
        [123_456_789.1, 4],
        [1e9, 2],
        [1e15, 2],
      ],
    },
  );
  const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const time = new Intl.DateTimeFormat('en-US', parts);
  const second = new Intl.DateTimeFormat('en-US', { ...parts, second: '2-digit' });
  for (const hour of [0, 9, 12, 23]) {
    const at = new Date(2026, 0, 1, hour, 5, 9).getTime();
    expect(formatTimeOfDay(at)).toBe(time.format(at));
    expect(formatTimeToSecond(at)).toBe(second.format(at));
  }
});
