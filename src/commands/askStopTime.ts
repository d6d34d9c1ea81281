import * as vscode from 'vscode';
import { everyDay, formatRepeat, type Repeat, weekdays } from '../automation/repeat';
import type { ScheduleWish } from '../automation/schedule';
import { parseRepeat, parseTimeOfDay } from '../automation/when';
import type { Clock } from '../base/clock';
import { formatWhen } from '../base/when';
import { askText, pick } from '../vscode/prompts';
import { askTime, timeOf } from './askTime';

/** When to stop: once, or on some days. */
export type StopTime = Pick<ScheduleWish, 'at' | 'repeat'>;

const hourMs = 3_600_000;

/** Asks when to stop. Throws `CancellationError` if the person picks nothing. */
export async function askStopTime(clock: Clock): Promise<StopTime> {
  const after = (hours: number): { label: string; description: string; ask: () => Promise<StopTime> } => ({
    label: hours === 1 ? vscode.l10n.t('In 1 hour') : vscode.l10n.t('In {0} hours', hours),
    description: formatWhen(clock.now() + hours * hourMs, clock.now()),
    ask: async () => ({ at: clock.now() + hours * hourMs }),
  });
  const repeating = (
    label: string,
    description: string,
    days: readonly number[],
    value: string,
  ): { label: string; description: string; ask: () => Promise<StopTime> } => ({
    label,
    description,
    ask: async () => ({ repeat: await askRepeat(label, days, value) }),
  });
  const picked = await pick(
    [
      after(1),
      after(2),
      after(4),
      {
        label: vscode.l10n.t('At another time…'),
        description: vscode.l10n.t('such as 18:00 or 90m'),
        ask: async () => ({ at: await askOnce(clock) }),
      },
      repeating(vscode.l10n.t('Every day…'), vscode.l10n.t('for the nights'), everyDay, '22:00'),
      repeating(vscode.l10n.t('Monday to Friday…'), vscode.l10n.t('after work'), weekdays, '19:00'),
      repeating(vscode.l10n.t('Every Friday…'), vscode.l10n.t('for the weekend'), [5], '18:00'),
    ],
    { title: vscode.l10n.t('Schedule Stop'), placeHolder: vscode.l10n.t('Select when to stop') },
  );
  if (!picked) throw new vscode.CancellationError();
  return picked.ask();
}

/** What a program gives: a time as `timeOf` reads it, or one that repeats. Throws an `Error` if it's neither. */
export function stopTimeOf(given: unknown, now: number): StopTime {
  const repeat = typeof given === 'string' ? parseRepeat(given) : undefined;
  return repeat ? { repeat } : { at: timeOf(given, now) };
}

async function askOnce(clock: Clock): Promise<number> {
  return askTime(clock, {
    title: vscode.l10n.t('Schedule Stop'),
    prompt: vscode.l10n.t('Enter how long from now (2h, 90m, 1h30) or when (18:00, tomorrow 9:00).'),
    value: '2h',
  });
}

async function askRepeat(title: string, days: readonly number[], value: string): Promise<Repeat> {
  const typed = await askText({
    title,
    prompt: vscode.l10n.t('Enter a time of day, such as 22:00 or 10pm.'),
    value,
    validate: (text) => {
      const minute = parseTimeOfDay(text);
      return minute === undefined
        ? vscode.l10n.t('Enter a time of day, such as 22:00 or 10pm.')
        : { info: formatRepeat({ minute, days }) };
    },
  });
  const minute = typed === undefined ? undefined : parseTimeOfDay(typed);
  if (minute === undefined) throw new vscode.CancellationError();
  return { minute, days };
}
