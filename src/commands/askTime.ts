import * as vscode from 'vscode';
import { parseWhen } from '../automation/when';
import type { Clock } from '../base/clock';
import { formatWhen } from '../base/when';
import { askText } from '../vscode/prompts';

/** How the question for a time looks. */
export interface TimeQuestion {
  readonly title?: string;
  readonly prompt: string;
  readonly value?: string;
}

/**
 * Asks for a time that a person types, and shows how it's read while they type. Returns milliseconds since the epoch.
 * Throws `CancellationError` if they give up, and `Error` if the time has passed meanwhile.
 */
export async function askTime(clock: Clock, question: TimeQuestion): Promise<number> {
  const typed = await askText({
    ...question,
    validate: (value) => {
      const when = parseWhen(value, clock.now());
      return 'problem' in when ? when.problem : { info: formatWhen(when.at, clock.now()) };
    },
  });
  if (typed === undefined) throw new vscode.CancellationError();
  return timeOf(typed, clock.now());
}

/** A time from what a person typed, or milliseconds since the epoch. Throws an `Error` for a person if it's neither. */
export function timeOf(given: unknown, now: number): number {
  if (typeof given === 'number' && Number.isFinite(given)) return given;
  const when = parseWhen(typeof given === 'string' ? given : '', now);
  if ('problem' in when) throw new Error(when.problem);
  return when.at;
}
