import * as l10n from '@vscode/l10n';

/**
 * `18:00`, `tomorrow 09:00`, `2026-11-24 09:00`: a time near `now`, in the form that people can type. Both are
 * milliseconds since the epoch.
 */
export function formatWhen(at: number, now: number): string {
  const date = new Date(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const today = new Date(now);
  const startOf = (days: number): number =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + days).getTime();
  if (at >= startOf(0) && at < startOf(1)) return time;
  if (at >= startOf(1) && at < startOf(2)) return `${l10n.t('tomorrow')} ${time}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The same as part of a sentence: `at 18:00`, `tomorrow at 09:00`, `on 2026-11-24 at 09:00`. */
export function formatWhenInSentence(at: number, now: number): string {
  const [day, time] = splitWhen(formatWhen(at, now));
  if (day === undefined) return l10n.t('at {0}', time);
  return /^\d/.test(day) ? l10n.t('on {0} at {1}', day, time) : l10n.t('{0} at {1}', day, time);
}

function splitWhen(when: string): readonly [day: string | undefined, time: string] {
  const space = when.lastIndexOf(' ');
  return space < 0 ? [undefined, when] : [when.slice(0, space), when.slice(space + 1)];
}
