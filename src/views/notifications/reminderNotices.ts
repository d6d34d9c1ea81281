import * as vscode from 'vscode';
import { formatHourly } from '../../api/price';
import type { Reminder, Reminders } from '../../automation/reminders';
import type { Schedules } from '../../automation/schedules';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { formatDuration } from '../../base/duration';
import { plainText } from '../../base/text';
import { knownRate } from '../../cost/billing';
import { describeSum } from '../../cost/describe';
import { type Choice, showInformation } from '../../vscode/messages';

const hourMs = 3_600_000;

export interface ReminderNoticesOptions {
  readonly reminders: Reminders;
  readonly schedules: Pick<Schedules, 'set'>;
  readonly clock: Clock;
}

/** Reminds of instances that are still running. */
export function followReminders({ reminders, schedules, clock }: ReminderNoticesOptions): Disposable {
  return reminders.onDidRemind((reminder) => {
    const { id, name } = reminder.row.instance;
    const choices =
      reminder.kind === 'left'
        ? [
            stop(vscode.l10n.t('Stop'), id, { confirm: false }),
            {
              title: vscode.l10n.t('Stop in 1 Hour'),
              run: async () => schedules.set({ instanceId: id, name, at: clock.now() + hourMs }),
            },
            { title: vscode.l10n.t('Keep'), run: () => undefined },
          ]
        : [
            stop(vscode.l10n.t('Stop…'), id),
            {
              title: vscode.l10n.t('Remind Me in 2 Hours'),
              run: async () => reminders.snooze(id, 2 * hourMs),
            },
            { title: vscode.l10n.t('Never for This Instance'), run: async () => mute(reminders, id, name) },
          ];
    showInformation(textOf(reminder), ...choices);
  });
}

function textOf({ kind, row: { instance }, runningMs, cost }: Reminder): string {
  const name = plainText(instance.name, 60);
  const rate = knownRate(instance.rateHourly);
  const hourly = rate === undefined ? vscode.l10n.t('an unknown rate') : formatHourly(rate);
  switch (kind) {
    case 'left':
      return vscode.l10n.t(
        'The last window connected to “{0}” was closed, and it’s still running at {1}.',
        name,
        hourly,
      );
    case 'unconnected':
      return vscode.l10n.t(
        '“{0}” is running at {1}, but no window has been connected to it for an hour.',
        name,
        hourly,
      );
    case 'long':
      return rate === undefined
        ? vscode.l10n.t('{0} has been running for {1}.', name, formatDuration(runningMs))
        : vscode.l10n.t(
            '{0} has been running for {1} at {2}. Cost so far: {3}.',
            name,
            formatDuration(runningMs),
            hourly,
            // The first day of a longer run is no longer known by the hour.
            describeSum(cost, runningMs > 7 * 24 * hourMs),
          );
  }
}

function stop(title: string, id: string, options?: { readonly confirm: false }): Choice {
  return { title, run: () => vscode.commands.executeCommand('tensordock.stopInstance', id, options) };
}

async function mute(reminders: Reminders, id: string, name: string): Promise<void> {
  await reminders.mute(id);
  showInformation(vscode.l10n.t('You won’t be reminded of “{0}” again.', plainText(name, 60)), {
    title: vscode.l10n.t('Undo'),
    run: async () => reminders.mute(id, false),
  });
}
