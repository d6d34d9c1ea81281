import * as l10n from '@vscode/l10n';
import { formatDollars, formatHourly } from '../api/price';
import type { InstanceRow } from '../instances/store';
import { runningRate, type RunningRate } from './billing';
import type { CostSum } from './history';
import { totalOf } from './ledger';

/** The smallest amount that isn't shown as less than a cent, in US dollars. */
const leastShown = 0.005;

/**
 * A cost in words, wherever one is shown: `$1.20`; `~$1.20` if a part is estimated; `at least $1.20` if the sum
 * includes time whose cost isn't known (no rate, nothing observed, stopped, an unclear state, or `partial`: more
 * time that the sum doesn't mention); `unknown` if no cost is known at all.
 */
export function describeSum(sum: CostSum, partial = false): string {
  const dollars = formatDollars(totalOf(sum));
  const amount = sum.estimatedMs > 0 ? `~${dollars}` : dollars;
  if (!partial && isComplete(sum)) return amount;
  // "At least nothing" says no more than that it isn't known.
  return totalOf(sum) >= leastShown ? l10n.t('at least {0}', amount) : l10n.t('unknown');
}

/** Whether a sum has no time whose cost isn't known. */
export function isComplete({ unknownRateMs, unseenMs, unclearMs, offMs }: CostSum): boolean {
  return unknownRateMs + unseenMs + unclearMs + offMs === 0;
}

/** The rate of everything that is running: `$0.49/hr`, with `+` where more is unknown; undefined where all is. */
export function rateText({ running, unknown, dollarsHourly }: RunningRate): string | undefined {
  if (running === unknown) return undefined;
  const rate = formatHourly(dollarsHourly, 2);
  return unknown > 0 ? `${rate}+` : rate;
}

/** What is running, in words. */
export interface RateWords {
  /** `$0.99/hr`; missing if no rate is known. */
  readonly rate?: string;
  /** `2 running`, with how many have no known rate, and how many are stopped and may be billed. */
  readonly text: string;
}

export function describeRate(rows: readonly InstanceRow[]): RateWords {
  const rate = runningRate(rows);
  const { running, unknown, stopped, unclear } = rate;
  const parts = [
    running === 0 ? l10n.t('nothing is running') : l10n.t('{0} running', running),
    ...(unknown > 0 ? [l10n.t('{0} at an unknown rate, not counted', unknown)] : []),
    ...(stopped > 0 ? [l10n.t('{0} stopped, may still be billed', stopped)] : []),
    ...(unclear > 0 ? [l10n.t('{0} in an unknown state, may be billed', unclear)] : []),
  ];
  return { rate: rateText(rate), text: parts.join(', ') };
}
