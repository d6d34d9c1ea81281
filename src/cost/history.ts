import * as v from 'valibot';
import { startOfKey, type Period } from './period';

const hourMs = 3_600_000;

/** A time, a duration, or an amount of money: never negative, never infinite. */
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));

const intervalSchema = v.object({
  kind: v.picklist(['on', 'off', 'unclear', 'unseen']),
  from: amount,
  to: amount,
  rateHourly: v.optional(amount),
  estimated: v.optional(v.literal(true)),
});

const sumSchema = v.object({
  dollars: amount,
  estimatedDollars: amount,
  onMs: amount,
  estimatedMs: amount,
  unknownRateMs: amount,
  offMs: amount,
  unclearMs: amount,
  unseenMs: amount,
});

const historySchema = v.object({
  id: v.string(),
  name: v.string(),
  onSince: v.optional(amount),
  intervals: v.array(intervalSchema),
  sums: v.record(v.string(), sumSchema),
});

/** The file of an account's costs. */
export const ledgerSchema = v.object({
  version: v.literal(1),
  since: amount,
  seenAt: amount,
  instances: v.array(historySchema),
});

/** What is known about an instance from one time to another, milliseconds since the epoch. */
export interface Interval {
  /** `unseen`: nothing was observed, and it wasn't running both before and after. */
  readonly kind: 'on' | 'off' | 'unclear' | 'unseen';
  readonly from: number;
  readonly to: number;
  /** US dollars an hour; only if it's on and the rate is known. */
  readonly rateHourly?: number;
  /** Not observed, but it was running before and after. */
  readonly estimated?: true;
}

/** Money in US dollars, times in milliseconds. */
export interface CostSum {
  /** For times that were observed. */
  readonly dollars: number;
  /** For times that weren't observed, between two at which it was running; not in `dollars`. */
  readonly estimatedDollars: number;
  /** Observed running. */
  readonly onMs: number;
  /** Assumed to be running; not in `onMs`. */
  readonly estimatedMs: number;
  /** How much of `onMs` and `estimatedMs` had no known rate, so it isn't in any amount. */
  readonly unknownRateMs: number;
  /** Stopped. It may have been billed, and isn't in any amount. */
  readonly offMs: number;
  /** In a state that doesn't say whether it was billed; not in any amount. */
  readonly unclearMs: number;
  /** Not observed; nothing is known. */
  readonly unseenMs: number;
}

/** What is recorded of one instance. */
export interface InstanceHistory {
  readonly id: string;
  /** The last name that was seen; text from outside. */
  readonly name: string;
  /** Since when it has been on without an observed break; missing while it isn't. */
  readonly onSince?: number;
  /** The last week, oldest first. */
  readonly intervals: readonly Interval[];
  /** What is older, by day (`2026-11-24`) and month (`2026-11`). */
  readonly sums: Readonly<Record<string, CostSum>>;
}

/** What is recorded of an account. Immutable. */
export interface LedgerData {
  readonly version: 1;
  /** When the first observation was made; 0 if none was. */
  readonly since: number;
  /** When the newest observation was made. */
  readonly seenAt: number;
  readonly instances: readonly InstanceHistory[];
}

export const emptyLedger: LedgerData = { version: 1, since: 0, seenAt: 0, instances: [] };

export const noCost: CostSum = {
  dollars: 0,
  estimatedDollars: 0,
  onMs: 0,
  estimatedMs: 0,
  unknownRateMs: 0,
  offMs: 0,
  unclearMs: 0,
  unseenMs: 0,
};

/** What an instance cost in a period. Older than a week it's exact to the day, older than two months to the month. */
export function sumOf(history: InstanceHistory, period: Period): CostSum {
  const recent = history.intervals.map((interval) => costOf(interval, period));
  const folded = Object.entries(history.sums)
    .filter(([key]) => startOfKey(key) >= period.from && startOfKey(key) < period.to)
    .map(([, sum]) => sum);
  return addUp([...recent, ...folded]);
}

/** The sum of sums. */
export function addUp(sums: readonly CostSum[]): CostSum {
  return sums.reduce(
    (one, other) => ({
      dollars: one.dollars + other.dollars,
      estimatedDollars: one.estimatedDollars + other.estimatedDollars,
      onMs: one.onMs + other.onMs,
      estimatedMs: one.estimatedMs + other.estimatedMs,
      unknownRateMs: one.unknownRateMs + other.unknownRateMs,
      offMs: one.offMs + other.offMs,
      unclearMs: one.unclearMs + other.unclearMs,
      unseenMs: one.unseenMs + other.unseenMs,
    }),
    noCost,
  );
}

/** What the part of an interval that is in a period cost. */
export function costOf(interval: Interval, period: Period): CostSum {
  const ms = Math.min(interval.to, period.to) - Math.max(interval.from, period.from);
  if (ms <= 0) return noCost;
  switch (interval.kind) {
    case 'off':
      return { ...noCost, offMs: ms };
    case 'unclear':
      return { ...noCost, unclearMs: ms };
    case 'unseen':
      return { ...noCost, unseenMs: ms };
    case 'on': {
      const dollars = ((interval.rateHourly ?? 0) * ms) / hourMs;
      const unknownRateMs = interval.rateHourly === undefined ? ms : 0;
      return interval.estimated
        ? { ...noCost, estimatedDollars: dollars, estimatedMs: ms, unknownRateMs }
        : { ...noCost, dollars, onMs: ms, unknownRateMs };
    }
  }
}
