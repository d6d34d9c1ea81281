import { plainText } from '../../base/text';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import {
  type CapacityFound,
  type CapacityWatches,
  deadlineOf,
  wishName,
} from '../../automation/capacityWatch';
import type { Reminders } from '../../automation/reminders';
import { formatWhen } from '../../base/when';
import { formatDuration } from '../../base/duration';
import { locationName } from '../../api/locationName';
import { formatHourly } from '../../api/price';
import { knownRate } from '../../cost/billing';
import { describeSum } from '../../cost/describe';
import { showInformation } from '../../vscode/messages';

const hourMs = 3_600_000;

export interface CostNoticesOptions {
  readonly reminders: Reminders;
  readonly watches: CapacityWatches;
  readonly clock: Clock;
}

/** Notifies of an instance that has been running for long, an available GPU. */
export function followCosts({ reminders, watches, clock }: CostNoticesOptions): Disposable[] {
  const name = (text: string): string => plainText(text, 60);
  const command = (id: string, ...args: unknown[]): Thenable<unknown> =>
    vscode.commands.executeCommand(id, ...args);
  return [
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
          wishName(watch),
          formatWhen(deadlineOf(watch), clock.now()),
        ),
        { title: vscode.l10n.t('Wait Again'), run: async () => watches.renew(watch) },
      ),
    ),
    watches.onDidFind((found) => {
      const { watch, offers } = found;
      const choice = { model: watch.model, count: watch.count, locationId: offers[0]?.location.id };
      showInformation(describeFound(found), {
        title: vscode.l10n.t('Create Instance'),
        run: () => command('tensordock.createInstance', choice),
      });
    }),
  ];
}

/** What is available where, and at which price, where that is lowest. */
function describeFound({ watch, offers }: CapacityFound): string {
  const [cheapest, ...others] = offers;
  const place = cheapest === undefined ? '' : locationName(cheapest.location);
  const price = cheapest?.gpu.priceHourly;
  const where =
    price === undefined ? place : vscode.l10n.t('{0}, for {1} per GPU', place, formatHourly(price));
  if (others.length === 0) return vscode.l10n.t('{0} is now available: {1}.', wishName(watch), where);
  return others.length === 1
    ? vscode.l10n.t('{0} is now available: {1}, and at 1 more location.', wishName(watch), where)
    : vscode.l10n.t(
        '{0} is now available: {1}, and at {2} more locations.',
        wishName(watch),
        where,
        others.length,
      );
}
