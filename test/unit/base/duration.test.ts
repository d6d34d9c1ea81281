import { expect, it } from 'vitest';
import { formatDuration } from '../../../src/base/duration';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

it.each([
  [0, '0 s'],
  [-5, '0 s'],
  [45_000, '45 s'],
  [59_400, '59 s'],
  [minute, '1 min'],
  [100_000, '1 min'],
  [12 * minute, '12 min'],
  [hour, '1 h'],
  [hour + 5 * minute + 59_000, '1 h 5 min'],
  [2 * day, '2 d'],
  [2 * day + 4 * hour + 59 * minute, '2 d 4 h'],
])('%d ms', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
