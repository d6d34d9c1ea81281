import * as l10n from '@vscode/l10n';
import { formatDollars } from '../api/price';
import { formatDuration } from '../base/duration';
import type { InstanceRow } from '../instances/store';
import { billingOf } from './billing';
import type { CostSum } from './history';
import { keyOf } from './period';

/** What the numbers of a report leave out, and where they come from; one sentence or two each. */
export function reportNotes(since: number | undefined, sum: CostSum, rows: readonly InstanceRow[]): string[] {
  const stopped = rows.some(({ state }) => billingOf(state) === 'off') || sum.offMs > 0;
  return [
    l10n.t(
      'These totals are based on the rates and states that this extension observed. Your TensorDock invoice may differ.',
    ),
    ...(since === undefined
      ? [l10n.t('Nothing has been observed yet.')]
      : [l10n.t('Observed since {0}. Earlier costs are unknown.', keyOf(since, 'day'))]),
    ...(sum.estimatedMs >= 1000
      ? [
          l10n.t(
            '~ includes an estimate of {0} for {1} without an open window. The instance was running before and after.',
            formatDollars(sum.estimatedDollars),
            formatDuration(sum.estimatedMs),
          ),
        ]
      : []),
    ...(sum.unknownRateMs >= 1000
      ? [
          l10n.t(
            '{0} of running time had an unknown rate and isn’t included in any total.',
            formatDuration(sum.unknownRateMs),
          ),
        ]
      : []),
    ...(sum.unseenMs >= 1000
      ? [
          l10n.t(
            '“Not observed”: No window was open for a total of {0}, so costs for that time are unknown.',
            formatDuration(sum.unseenMs),
          ),
        ]
      : []),
    ...(sum.unclearMs >= 1000
      ? [
          l10n.t(
            'Instances were in an unknown state for a total of {0}. They may have been billed, and aren’t included in any total.',
            formatDuration(sum.unclearMs),
          ),
        ]
      : []),
    ...(stopped
      ? [
          l10n.t(
            'Stopped instances may still be billed, at least for storage, and aren’t included in any total. Delete an instance to end its costs.',
          ),
        ]
      : []),
  ];
}
