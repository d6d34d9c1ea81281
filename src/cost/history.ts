import * as v from 'valibot';
import { dayOf, daysOf, keyOf, startOfKey, type Period } from './period';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Longer without a look than the slowest refresh of an open window: nobody was looking. */
export const gapMs = 6 * 60_000;
/** For how long single intervals, then days, then months are kept. */
const intervalsKeptMs = 7 * dayMs;
const daysKeptMs = 62 * dayMs;
const monthsKeptMs = 750 * dayMs;
const mostIntervals = 400;

const intervalSchema = v.object({
  /** `unseen`: no window was open, and it did not run before and after. */
  kind: v.picklist(['on', 'off', 'unclear', 'unseen']),
  from: v.number(),
  to: v.number(),
  rateHourly: v.optional(v.number()),
  /** Not seen, but it ran before and after. */
  estimated: v.optional(v.literal(true)),
});

const sumSchema = v.object({
  dollars: v.number(),
  estimatedDollars: v.number(),
  onMs: v.number(),
  estimatedMs: v.number(),
  unknownRateMs: v.number(),
  offMs: v.number(),
  unclearMs: v.number(),
  unseenMs: v.number(),
});

const historySchema = v.object({
  id: v.string(),
  name: v.string(),
  /** Since when it is on without a break that was seen; missing while it is not. */
  onSince: v.optional(v.number()),
  intervals: v.array(intervalSchema),
  /** What was folded, by day (`2026-11-24`) and by month (`2026-11`). */
  sums: v.record(v.string(), sumSchema),
});

export const ledgerSchema = v.object({
  version: v.literal(1),
  /** When the first look was taken; 0 never. */
  since: v.number(),
  /** When the newest look was taken. */
  seenAt: v.number(),
  instances: v.array(historySchema),
});

export interface Interval {
  readonly kind: 'on' | 'off' | 'unclear' | 'unseen';
  readonly from: number;
  readonly to: number;
  /** US dollars an hour; only where it is on, and was told. */
  readonly rateHourly?: number;
  readonly estimated?: true;
}

/** Money in US dollars, times in milliseconds. */
export interface CostSum {
  /** Seen: for times when some window was open. */
  readonly dollars: number;
  /** For times when none was, but it ran before and after; not in `dollars`. */
  readonly estimatedDollars: number;
  /** Seen on. */
  readonly onMs: number;
  /** Taken to be on; not in `onMs`. */
  readonly estimatedMs: number;
  /** How much of `onMs` and `estimatedMs` had no known rate, and so is in no money. */
  readonly unknownRateMs: number;
  /** Stopped. It may have been billed, and is in no money. */
  readonly offMs: number;
  /** In a state that does not say whether it was billed; in no money. */
  readonly unclearMs: number;
  /** Nobody was looking, and nothing can be said. */
  readonly unseenMs: number;
}

export interface InstanceHistory {
  readonly id: string;
  readonly name: string;
  readonly onSince?: number;
  readonly intervals: readonly Interval[];
  readonly sums: Readonly<Record<string, CostSum>>;
}

export interface LedgerData {
  readonly version: 1;
  readonly since: number;
  readonly seenAt: number;
  readonly instances: readonly InstanceHistory[];
}

/** One instance as it was seen at `at`. */
export interface Sighting {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly kind: 'on' | 'off' | 'unclear';
  readonly rateHourly?: number;
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

/**
 * Adds what was seen; the same ledger where it holds nothing new, so that several windows may tell the same. An
 * instance that is not among the sightings keeps what it has.
 */
export function observe(ledger: LedgerData, sightings: readonly Sighting[], now: number): LedgerData {
  const known = new Map(withoutFuture(ledger, now).instances.map((history) => [history.id, history]));
  let changed = false;
  for (const sighting of sightings) {
    const before = known.get(sighting.id);
    const after = see(before, sighting);
    if (after === before) continue;
    known.set(sighting.id, after);
    changed = true;
  }
  if (!changed) return ledger;
  const newest = Math.max(...sightings.map(({ at }) => at));
  const instances = [...known.values()]
    .map((history) => fold(history, now))
    .filter(({ intervals, sums }) => intervals.length > 0 || Object.keys(sums).length > 0);
  return {
    version: 1,
    since: ledger.since === 0 ? newest : ledger.since,
    seenAt: ledger.seenAt > now ? newest : Math.max(ledger.seenAt, newest),
    instances,
  };
}

/** What an instance cost in a period. Older than a week it is exact to the day, older than two months to the month. */
export function sumOf(history: InstanceHistory, period: Period): CostSum {
  const recent = history.intervals.map((interval) => costOf(interval, period));
  const folded = Object.entries(history.sums)
    .filter(([key]) => startOfKey(key) >= period.from && startOfKey(key) < period.to)
    .map(([, sum]) => sum);
  return addUp([...recent, ...folded]);
}

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

function see(history: InstanceHistory | undefined, sighting: Sighting): InstanceHistory {
  const { id, name, at, kind } = sighting;
  const rateHourly = kind === 'on' ? sighting.rateHourly : undefined;
  const fresh: Interval = { kind, from: at, to: at, rateHourly };
  const onSince = kind === 'on' ? at : undefined;
  const last = history?.intervals.at(-1);
  if (!history || !last) return { id, name, onSince, intervals: [fresh], sums: history?.sums ?? {} };
  if (at <= last.to) return history;
  const staysOn = kind === 'on' && last.kind === 'on';
  const next = { ...history, name, onSince: staysOn ? (history.onSince ?? last.from) : onSince };
  if (at - last.to > gapMs) {
    const gap: Interval = staysOn
      ? { ...last, from: last.to, to: at, rateHourly: last.rateHourly ?? rateHourly, estimated: true }
      : { kind: 'unseen', from: last.to, to: at };
    return { ...next, intervals: [...history.intervals, gap, fresh] };
  }
  // A running machine cannot be resized, so a rate that is told late, or is left out once, is the same.
  const sameRate =
    last.rateHourly === undefined || rateHourly === undefined || last.rateHourly === rateHourly;
  const longer = { ...last, to: at };
  const before = history.intervals.slice(0, -1);
  return last.kind === kind && sameRate
    ? { ...next, intervals: [...before, { ...longer, rateHourly: last.rateHourly ?? rateHourly }] }
    : { ...next, intervals: [...before, longer, fresh] };
}

/** What was written while the computer's clock was ahead would keep out everything that is seen from now on. */
function withoutFuture(ledger: LedgerData, now: number): LedgerData {
  if (ledger.seenAt <= now) return ledger;
  const instances = ledger.instances.map((history) => ({
    ...history,
    onSince: history.onSince === undefined ? undefined : Math.min(history.onSince, now),
    intervals: history.intervals
      .filter(({ from }) => from < now)
      .map((interval) => ({ ...interval, to: Math.min(interval.to, now - 1) })),
  }));
  return { ...ledger, instances };
}

/** Old intervals become sums of days, old days sums of months, and what is older still goes. */
function fold(history: InstanceHistory, now: number): InstanceHistory {
  const crowded = history.intervals.at(-mostIntervals)?.from ?? 0;
  const cut = Math.max(dayOf(now - intervalsKeptMs).from, crowded);
  const oldestDay = keyOf(now - daysKeptMs, 'month');
  const oldestMonth = keyOf(now - monthsKeptMs, 'month');
  const keys = Object.keys(history.sums);
  const nothingOld =
    (history.intervals[0]?.from ?? cut) >= cut &&
    keys.every((key) => (key.length > 7 ? key >= oldestDay : key >= oldestMonth));
  if (nothingOld) return history;
  const sums = new Map<string, CostSum>();
  const add = (key: string, sum: CostSum): void => {
    const whole = key.length > 7 && key < oldestDay ? key.slice(0, 7) : key;
    if (whole >= oldestMonth) sums.set(whole, addUp([sums.get(whole) ?? noCost, sum]));
  };
  for (const [key, sum] of Object.entries(history.sums)) add(key, sum);
  const intervals: Interval[] = [];
  for (const interval of history.intervals) {
    for (const day of daysOf({ from: interval.from, to: Math.min(interval.to, cut) })) {
      add(keyOf(day.from, 'day'), costOf(interval, { from: day.from, to: Math.min(day.to, cut) }));
    }
    if (interval.to >= cut) intervals.push({ ...interval, from: Math.max(interval.from, cut) });
  }
  return { ...history, intervals, sums: Object.fromEntries(sums) };
}

function costOf(interval: Interval, period: Period): CostSum {
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
