/** From (inclusive) to (exclusive), milliseconds since the epoch. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** The day of `at` in this computer's time zone; a day can have 23 or 25 hours. */
export function dayOf(at: number): Period {
  const date = new Date(at);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  return { from: new Date(year, month, day).getTime(), to: new Date(year, month, day + 1).getTime() };
}

/** The calendar month of `at`. */
export function monthOf(at: number): Period {
  const date = new Date(at);
  const [year, month] = [date.getFullYear(), date.getMonth()];
  return { from: new Date(year, month, 1).getTime(), to: new Date(year, month + 1, 1).getTime() };
}

/** The days of a period, in order. */
export function daysOf(period: Period): Period[] {
  const days: Period[] = [];
  for (let day = dayOf(period.from); day.from < period.to; day = dayOf(day.to)) days.push(day);
  return days;
}

/** The days of a period that have begun, in order. `now`: milliseconds since the epoch. */
export function daysUntil({ from, to }: Period, now: number): Period[] {
  return daysOf({ from, to: Math.min(to, now + 1) });
}

/** The calendar months from one time to another, in order. The month of the later one is always there. */
export function monthsBetween(from: number, to: number): Period[] {
  const months: Period[] = [];
  for (let month = monthOf(Math.min(from, to)); month.from <= to; month = monthOf(month.to))
    months.push(month);
  return months;
}

/** `2026-11-24` for a day, `2026-11` for a month; sorts by time. */
export function keyOf(at: number, unit: 'day' | 'month'): string {
  const date = new Date(at);
  const month = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}`;
  return unit === 'month' ? month : `${month}-${String(date.getDate()).padStart(2, '0')}`;
}

/** When the day or month of a key starts, milliseconds since the epoch. */
export function startOfKey(key: string): number {
  const [year = 0, month = 1, day = 1] = key.split('-').map(Number);
  return new Date(year, month - 1, day).getTime();
}
