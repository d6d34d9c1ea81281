import * as l10n from '@vscode/l10n';
import { everyDay, type Repeat, weekdays, weekends } from './repeat';
import { farthestMs } from './schedule';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A time that was understood, milliseconds since the epoch, or what to tell the person who typed it. */
export type When = { readonly at: number } | { readonly problem: string };

/**
 * Reads what a person types for a time that is still to come: a duration (`2h`, `90m`, `1h30`, `1.5 hours`), a
 * time of day (`18:00`, `6pm`: the next one), one of another day (`tomorrow 9:00`, `fri 18:00`, `2026-11-24
 * 09:00`). Days and times are those of this computer.
 */
export function parseWhen(text: string, now: number): When {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const at = afterDuration(words, now) ?? atTimeOfDay(words, now);
  if (at === undefined) {
    return {
      problem: l10n.t('Enter a duration (2h, 90m, 1h30) or a time (18:00, 6pm, tomorrow 9:00, fri 18:00).'),
    };
  }
  if (at <= now) return { problem: l10n.t('That time is in the past. Choose a later time.') };
  if (at > now + farthestMs) {
    return { problem: l10n.t('That’s too far ahead. Choose a time within the next 31 days.') };
  }
  return { at };
}

/** Reads a time of day, such as `18:00` or `6pm`, as minutes since midnight; `undefined` if it's something else. */
export function parseTimeOfDay(text: string): number | undefined {
  const [, dayText, hourText = '', minuteText, half] = timePattern.exec(text.trim().toLowerCase()) ?? [];
  if (dayText !== undefined || (minuteText === undefined && half === undefined)) return undefined;
  const hour = hourOf(Number(hourText), half);
  const minute = Number(minuteText ?? 0);
  return hour === undefined || minute > 59 ? undefined : hour * 60 + minute;
}

const repeatPattern =
  /^(daily|every ?day|every ?night|weekdays|weekends|(?:every )?[a-z]{6,9}s?) (?:at )?(\S.*)$/;

/** Reads a time that repeats: `every day 22:00`, `weekdays 19:00`, `fridays 6pm`; `undefined` if it's something else. */
export function parseRepeat(text: string): Repeat | undefined {
  const [, daysText = '', timeText = ''] = repeatPattern.exec(text.trim().toLowerCase()) ?? [];
  const minute = parseTimeOfDay(timeText);
  const days = daysOf(daysText);
  return minute === undefined || days === undefined ? undefined : { minute, days };
}

function daysOf(text: string): readonly number[] | undefined {
  if (/^(daily|every ?(day|night))$/.test(text)) return everyDay;
  if (text === 'weekdays') return weekdays;
  if (text === 'weekends') return weekends;
  const day = dayNames.findIndex((name) => text === `${name}s` || text === `every ${name}`);
  return day < 0 ? undefined : [day];
}

const number = String.raw`(\d{1,5}(?:[.,]\d{1,3})?)`;
const daysPart = String.raw`(?:${number} ?d(?:ays?)?)?`;
const hoursPart = String.raw`(?:${number} ?h(?:(?:ou)?rs?)?)?`;
const minutesPart = String.raw`(?:${number} ?m(?:in(?:ute)?s?)?)?`;
const durationPattern = new RegExp(`^(?:in )?${daysPart} ?${hoursPart} ?${minutesPart}$`);
/** `1h30`: what follows the hours is minutes. */
const shortPattern = /^(?:in )?(\d{1,3}) ?h ?([0-5]?\d)$/;

function afterDuration(words: string, now: number): number | undefined {
  const [, ...parts] = shortPattern.exec(words) ?? [];
  const [days, hours, minutes] =
    parts.length > 0 ? [undefined, ...parts] : (durationPattern.exec(words)?.slice(1) ?? []);
  if (days === undefined && hours === undefined && minutes === undefined) return undefined;
  const ms = amount(days) * dayMs + amount(hours) * hourMs + amount(minutes) * minuteMs;
  return now + Math.round(ms);
}

function amount(text: string | undefined): number {
  return text === undefined ? 0 : Number(text.replace(',', '.'));
}

const timePattern = /^(?:(?!at )(.+?) )?(?:at )?(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?$/;
const datePattern = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const dayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function atTimeOfDay(words: string, now: number): number | undefined {
  const match = timePattern.exec(words);
  if (!match) return undefined;
  const [, dayText, hourText = '', minuteText, half] = match;
  // `18` alone may be hours, minutes or a time of day.
  if (minuteText === undefined && half === undefined) return undefined;
  const hour = hourOf(Number(hourText), half);
  const minute = Number(minuteText ?? 0);
  if (hour === undefined || minute > 59) return undefined;
  const today = new Date(now);
  const on = (year: number, month: number, day: number): number =>
    new Date(year, month, day, hour, minute).getTime();
  const inDays = (days: number): number => on(today.getFullYear(), today.getMonth(), today.getDate() + days);
  if (dayText === undefined) return inDays(0) > now ? inDays(0) : inDays(1);
  if (dayText === 'today' || dayText === l10n.t('today')) return inDays(0);
  if (dayText === 'tomorrow' || dayText === l10n.t('tomorrow')) return inDays(1);
  const [, year, month, day] = datePattern.exec(dayText) ?? [];
  if (year !== undefined) {
    const at = on(Number(year), Number(month) - 1, Number(day));
    return new Date(at).getDate() === Number(day) && new Date(at).getMonth() === Number(month) - 1
      ? at
      : undefined;
  }
  const weekday = dayText.length < 3 ? -1 : dayNames.findIndex((name) => name.startsWith(dayText));
  if (weekday < 0) return undefined;
  const ahead = (weekday - today.getDay() + 7) % 7;
  return inDays(ahead) > now ? inDays(ahead) : inDays(ahead + 7);
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour <= 23 ? hour : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === 'pm' ? 12 : 0);
}
