import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock';

const day = 24 * 3_600_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a timer of 30 days fires once, after 30 days', () => {
  const callback = vi.fn();
  systemClock.after(30 * day, callback);
  vi.advanceTimersByTime(30 * day - 1);
  expect(callback).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60 * day);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('a long timer can be canceled after its first part', () => {
  const callback = vi.fn();
  const timer = systemClock.after(60 * day, callback);
  vi.advanceTimersByTime(40 * day);
  timer.dispose();
  vi.advanceTimersByTime(60 * day);
  expect(callback).not.toHaveBeenCalled();
});
