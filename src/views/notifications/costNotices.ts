import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import {
  type CapacityFound,
  type CapacityWatches,
  deadlineOf,
  wishName,
} from '../../automation/capacityWatch';
import { formatWhen } from '../../base/when';
import { locationName } from '../../api/locationName';
import { formatHourly } from '../../api/price';
import { showInformation } from '../../vscode/messages';

export interface CostNoticesOptions {
  readonly watches: CapacityWatches;
  readonly clock: Clock;
  /** The ID of the account that waits. */
  readonly account?: string;
}

/** Notifies of an available GPU. */
export function followCosts({ watches, clock, account }: CostNoticesOptions): Disposable[] {
  const command = (id: string, ...args: unknown[]): Thenable<unknown> =>
    vscode.commands.executeCommand(id, ...args);
  return [
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
      const choice = { model: watch.model, count: watch.count, locationId: offers[0]?.location.id, account };
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
