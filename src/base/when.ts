import * as l10n from '@vscode/l10n';
import { formatDate, formatTimeOfDay } from './locale';

/** A time near another one: its day, unless that is today, and the time of the day. */
interface When {
  readonly day?: { readonly text: string; readonly isDate: boolean };
  readonly time: string;
}

/**
 * `18:00`, `tomorrow 09:00`, `2026-11-24 09:00`: a time near `now`; in English in the form that people can type. Both
 * are milliseconds since the epoch.
 */
export function formatWhen(at: number, now: number): string {
  const { day, time } = whenOf(at, now);
  return day === undefined ? time : `${day.text} ${time}`;
}

/** The same as part of a sentence: `at 18:00`, `tomorrow at 09:00`, `on 2026-11-24 at 09:00`. */
export function formatWhenInSentence(at: number, now: number): string {
  const { day, time } = whenOf(at, now);
  if (day === undefined) return l10n.t('at {0}', time);
  return day.isDate ? l10n.t('on {0} at {1}', day.text, time) : l10n.t('{0} at {1}', day.text, time);
}

function whenOf(at: number, now: number): When {
  const time = formatTimeOfDay(at);
  const today = new Date(now);
  const startOf = (days: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + days).getTime();
  if (at >= startOf(0) && at < startOf(1)) return { time };
  if (at >= startOf(1) && at < startOf(2)) return { day: { text: l10n.t('tomorrow'), isDate: false }, time };
  return { day: { text: formatDate(at), isDate: true }, time };
}
