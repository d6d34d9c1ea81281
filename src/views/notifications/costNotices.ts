import { plainText } from '../../base/text';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import { gpuName } from '../../api/gpuName';
import { type CapacityWatches, deadlineOf } from '../../automation/capacityWatch';
import type { Reminders } from '../../automation/reminders';
import type { Schedules } from '../../automation/schedules';
import { formatWhen, formatWhenInSentence } from '../../base/when';
import { formatDuration } from '../../base/duration';
import { formatHourly } from '../../api/price';
import { knownRate } from '../../cost/billing';
import { describeSum } from '../../cost/report';
import { showInformation } from '../../vscode/messages';

const hourMs = 3_600_000;

export interface CostNoticesOptions {
  readonly schedules: Schedules;
  readonly reminders: Reminders;
  readonly watches: CapacityWatches;
  readonly clock: Clock;
}

/** Notifies of a stop that is due or was missed, an instance that has been running for long, an available GPU. */
export function followCosts({ schedules, reminders, watches, clock }: CostNoticesOptions): Disposable[] {
  const name = (text: string): string => plainText(text, 60);
  const command = (id: string, ...args: unknown[]): Thenable<unknown> =>
    vscode.commands.executeCommand(id, ...args);
  return [
    schedules.onDidWarn((schedule) =>
      showInformation(
        vscode.l10n.t(
          '“{0}” will stop {1}.',
          name(schedule.name),
          formatWhenInSentence(schedule.at, clock.now()),
        ),
        { title: vscode.l10n.t('In 1 Hour'), run: async () => schedules.extend(schedule.id, hourMs) },
        { title: vscode.l10n.t('Don’t Stop'), run: async () => schedules.cancel(schedule.id) },
      ),
    ),
    schedules.onDidMiss(({ schedule, isRunning }) => {
      const when = formatWhenInSentence(schedule.at, clock.now());
      const reason = schedule.problem ?? vscode.l10n.t('VS Code wasn’t open, or the computer was asleep.');
      showInformation(
        isRunning
          ? vscode.l10n.t(
              '“{0}” was scheduled to stop {1} but is still running. {2}',
              name(schedule.name),
              when,
              reason,
            )
          : vscode.l10n.t(
              '“{0}” was scheduled to stop {1} but may still be running. {2}',
              name(schedule.name),
              when,
              reason,
            ),
        { title: vscode.l10n.t('Stop Now'), run: async () => schedules.stopNow(schedule.id) },
        { title: vscode.l10n.t('Keep Running'), run: async () => schedules.cancel(schedule.id) },
      );
    }),
    reminders.onDidRemind(({ row: { instance }, runningMs, cost }) => {
      const rate = knownRate(instance.rateHourly);
      showInformation(
        rate === undefined
          ? vscode.l10n.t('{0} has been running for {1}.', name(instance.name), formatDuration(runningMs))
          : vscode.l10n.t(
              '{0} has been running for {1} at {2}. Cost so far: {3}.',
              name(instance.name),
              formatDuration(runningMs),
              formatHourly(rate),
              // The first day of a longer run is no longer known by the hour.
              describeSum(cost, runningMs > 7 * 24 * hourMs),
            ),
        { title: vscode.l10n.t('Stop…'), run: () => command('tensordock.stopInstance', instance.id) },
        {
          title: vscode.l10n.t('Schedule Stop…'),
          run: () => command('tensordock.scheduleStop', instance.id),
        },
      );
    }),
    watches.onDidExpire((watch) =>
      showInformation(
        vscode.l10n.t(
          '{0} didn’t become available by {1}. You won’t be notified anymore.',
          gpuName(watch.model),
          formatWhen(deadlineOf(watch), clock.now()),
        ),
        { title: vscode.l10n.t('Wait Again'), run: async () => watches.add(watch) },
      ),
    ),
    watches.onDidFind(({ watch, offers }) => {
      const [cheapest] = offers;
      const location =
        cheapest && [cheapest.location.city, cheapest.location.country].filter(Boolean).join(', ');
      showInformation(
        vscode.l10n.t('{0} is now available: {1}.', gpuName(watch.model), name(location ?? '')),
        { title: vscode.l10n.t('Create Instance'), run: () => command('tensordock.createInstance') },
      );
    }),
  ];
}
