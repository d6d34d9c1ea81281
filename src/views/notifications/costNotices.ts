import { plainText } from '../../base/text';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import type { CapacityWatches } from '../../automation/capacityWatch';
import type { Reminders } from '../../automation/reminders';
import type { Schedules } from '../../automation/schedules';
import { formatDuration, formatWhen } from '../../automation/when';
import { formatHourly } from '../../api/price';
import { showInformation } from '../../vscode/messages';

const hourMs = 3_600_000;

export interface CostNoticesOptions {
  readonly schedules: Schedules;
  readonly reminders: Reminders;
  readonly watches: CapacityWatches;
  readonly clock: Clock;
}

/** Says what is due: a stop that comes, one that was missed, a machine that runs for long, a GPU that is free. */
export function followCosts({ schedules, reminders, watches, clock }: CostNoticesOptions): Disposable[] {
  const name = (text: string): string => plainText(text, 60);
  const command = (id: string, ...args: unknown[]): Thenable<unknown> =>
    vscode.commands.executeCommand(id, ...args);
  return [
    schedules.onDidWarn((schedule) =>
      showInformation(
        vscode.l10n.t(
          '“{0}” will be stopped {1}.',
          name(schedule.name),
          formatWhen(schedule.at, clock.now()),
        ),
        { title: vscode.l10n.t('An Hour Later'), run: async () => schedules.extend(schedule.id, hourMs) },
        { title: vscode.l10n.t('Do Not Stop It'), run: async () => schedules.cancel(schedule.id) },
      ),
    ),
    schedules.onDidMiss((schedule) =>
      showInformation(
        vscode.l10n.t(
          '“{0}” was to be stopped {1}, and was not. It may still run. {2}',
          name(schedule.name),
          formatWhen(schedule.at, clock.now()),
          schedule.problem ?? vscode.l10n.t('No window was open then.'),
        ),
        { title: vscode.l10n.t('Stop It Now'), run: async () => schedules.stopNow(schedule.id) },
        { title: vscode.l10n.t('Let It Run'), run: async () => schedules.cancel(schedule.id) },
      ),
    ),
    reminders.onDidRemind(({ row: { instance }, runningMs }) =>
      showInformation(
        instance.rateHourly === undefined
          ? vscode.l10n.t('“{0}” has been running for {1}.', name(instance.name), formatDuration(runningMs))
          : vscode.l10n.t(
              '“{0}” has been running for {1}, at {2}.',
              name(instance.name),
              formatDuration(runningMs),
              formatHourly(instance.rateHourly),
            ),
        { title: vscode.l10n.t('Stop…'), run: () => command('tensordock.stopInstance', instance.id) },
        {
          title: vscode.l10n.t('Stop at a Time…'),
          run: () => command('tensordock.scheduleStop', instance.id),
        },
      ),
    ),
    watches.onDidFind(({ watch, offers }) => {
      const [cheapest] = offers;
      const place =
        cheapest && [cheapest.location.city, cheapest.location.country].filter(Boolean).join(', ');
      showInformation(
        vscode.l10n.t(
          '{0} is to be had now: {1}.',
          name(cheapest?.gpu.displayName ?? watch.model),
          name(place ?? ''),
        ),
        { title: vscode.l10n.t('Create Instance'), run: () => command('tensordock.createInstance') },
      );
    }),
  ];
}
