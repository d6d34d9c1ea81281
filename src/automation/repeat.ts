import * as l10n from '@vscode/l10n';
import { formatTimeOfDay } from '../base/locale';
import * as v from 'valibot';

export const repeatSchema = v.object({
  minute: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 60 - 1)),
  days: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(6))), v.minLength(1)),
});

/** A time of day on some days of the week, in the time zone of this computer. */
export interface Repeat {
  /** Minutes since midnight, as a clock shows them. */
  readonly minute: number;
  /** Days of the week; 0 is Sunday. */
  readonly days: readonly number[];
}

export const everyDay: readonly number[] = [0, 1, 2, 3, 4, 5, 6];
export const weekdays: readonly number[] = [1, 2, 3, 4, 5];
export const weekends: readonly number[] = [6, 0];

/**
 * The first time after `after`, both in milliseconds since the epoch. It's once a day: when clocks are set back, the
 * first of two equal times counts; a time that is left out when they're set forward comes as much later.
 */
export function nextTime({ minute, days }: Repeat, after: number): number {
  const from = new Date(after);
  for (let ahead = 0; ahead <= 8; ahead++) {
    const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() + ahead);
    const at = new Date(
      day.getFullYear(),
      day.getMonth(),
      day.getDate(),
      Math.floor(minute / 60),
      minute % 60,
    ).getTime();
    if (at > after && days.includes(day.getDay())) return at;
  }
  throw new RangeError('A repeated time needs a day of the week.');
}

/** `every day at 22:00`, `Monday to Friday at 19:00`, `Fridays at 18:00`, as part of a sentence. */
export function formatRepeat({ minute, days }: Repeat): string {
  const time = formatTimeOfDay(new Date(2000, 0, 1, 0, minute).getTime());
  if (isSame(days, everyDay)) return l10n.t('every day at {0}', time);
  if (isSame(days, weekdays)) return l10n.t('Monday to Friday at {0}', time);
  if (isSame(days, weekends)) return l10n.t('on weekends at {0}', time);
  return l10n.t(
    '{0} at {1}',
    everyDay
      .filter((day) => days.includes(day))
      .map(dayName)
      .join(', '),
    time,
  );
}

function dayName(day: number): string {
  return (
    [
      l10n.t('Sundays'),
      l10n.t('Mondays'),
      l10n.t('Tuesdays'),
      l10n.t('Wednesdays'),
      l10n.t('Thursdays'),
      l10n.t('Fridays'),
      l10n.t('Saturdays'),
    ][day] ?? ''
  );
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return everyDay.every((day) => one.includes(day) === other.includes(day));
}
