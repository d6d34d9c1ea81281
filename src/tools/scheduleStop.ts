import * as vscode from 'vscode';
import * as v from 'valibot';
import { formatRepeat } from '../automation/repeat';
import type { ScheduleWish } from '../automation/schedule';
import { parseRepeat, parseWhen } from '../automation/when';
import { formatWhenInSentence } from '../base/when';
import { errorText } from '../vscode/messages';
import { nameOf, requireAllowed } from './instances';
import { changing, field, InvalidInputError } from './tool';

/** Asks too: a stop ends what is running, and a later one than before costs more. */
export const scheduleStop = changing(
  v.strictObject({ instanceId: field.id, at: field.text(40) }),
  async (parts, { instanceId, at }) => {
    const row = await requireAllowed(parts, instanceId, 'stop');
    const now = parts.clock.now();
    const time = stopTime(at, now);
    const earlier = parts.schedules.of(instanceId);
    const when = 'repeat' in time ? formatRepeat(time.repeat) : formatWhenInSentence(time.at, now);
    return {
      question: {
        message: vscode.l10n.t('Schedule a stop of “{0}” {1}?', nameOf(row), when),
        detail: [
          vscode.l10n.t(
            'Everything running on it ends then. This works only while VS Code is open. A stopped instance may still be billed.',
          ),
          ...(earlier
            ? [
                vscode.l10n.t(
                  'A stop is already scheduled {0}. A new one of the same kind replaces it.',
                  formatWhenInSentence(earlier.at, now),
                ),
              ]
            : []),
        ],
        button: vscode.l10n.t('Schedule Stop'),
      },
      carryOut: async () => {
        const schedule = await parts.schedules
          .set({ instanceId, name: row.instance.name, ...time })
          // Nothing was scheduled then.
          .catch((error: unknown) => {
            throw new InvalidInputError(errorText(error));
          });
        return {
          instanceId,
          stopsAt: new Date(schedule.at).toISOString(),
          repeats: 'repeat' in time,
          onlyWhileVsCodeIsOpen: true,
        };
      },
    };
  },
);

function stopTime(
  text: string,
  now: number,
): { readonly at: number } | { readonly repeat: NonNullable<ScheduleWish['repeat']> } {
  const repeat = parseRepeat(text);
  if (repeat) return { repeat };
  const when = parseWhen(text, now);
  if ('problem' in when) throw new InvalidInputError(when.problem);
  return when;
}
