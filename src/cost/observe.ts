import { knownRate } from './billing';
import {
  addUp,
  costOf,
  noCost,
  type CostSum,
  type InstanceHistory,
  type Interval,
  type LedgerData,
} from './history';
import { dayOf, daysOf, keyOf, monthOf, startOfKey } from './period';

const dayMs = 24 * 3_600_000;
/** Longer between two observations than the slowest refresh of an open window: nothing was observed in between. */
export const gapMs = 6 * 60_000;
/** For how long single intervals, then days, then months are kept. */
const intervalsKeptMs = 7 * dayMs;
export const daysKeptMs = 62 * dayMs;
const monthsKeptMs = 750 * dayMs;
const mostIntervals = 400;

/** One instance as it was seen at `at`. */
export interface Sighting {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  /** `gone`: the account no longer has it. */
  readonly kind: 'on' | 'off' | 'unclear' | 'gone';
  readonly rateHourly?: number;
}

/** What a window saw of an account. */
export interface Observation {
  /** When the newest list was requested; 0 if none was. */
  readonly listedAt: number;
  readonly sightings: readonly Sighting[];
}

/**
 * Adds what was seen; the same ledger if it has nothing new, so that several windows may add the same. An instance
 * that isn't among the sightings keeps what it has. What lies in the future of `now` was recorded while the
 * computer's clock was ahead, and is dropped.
 */
export function observe(ledger: LedgerData, { listedAt, sightings }: Observation, now: number): LedgerData {
  const past = withoutFuture(ledger, now);
  const known = new Map(past.instances.map((history) => [history.id, history]));
  const seen = sightings.filter(({ at }) => at <= now);
  const seenAt = [listedAt, ...seen.map(({ at }) => at)]
    .filter((at) => at <= now)
    .reduce((newest, at) => Math.max(newest, at), past.seenAt);
  let changed = past !== ledger || seenAt !== past.seenAt;
  for (const sighting of seen) {
    const before = known.get(sighting.id);
    const after = see(before, sighting, past.seenAt);
    if (after === undefined || after === before) continue;
    known.set(sighting.id, after);
    changed = true;
  }
  if (!changed) return ledger;
  const limits = limitsAt(now);
  return {
    version: 1,
    since: past.since === 0 ? seenAt : past.since,
    seenAt,
    instances: [...known.values()]
      .map((history) => fold(history, limits))
      .filter(({ intervals, sums }) => intervals.length > 0 || Object.keys(sums).length > 0),
  };
}

/** The history with the time since its last observation as unseen, if that was long ago. */
export function untilNow(history: InstanceHistory, now: number): InstanceHistory {
  const last = history.intervals.at(-1);
  // An instance that is gone ends with an unseen interval.
  if (!last || last.kind === 'unseen' || now - last.to <= gapMs) return history;
  return { ...history, intervals: [...history.intervals, { kind: 'unseen', from: last.to, to: now }] };
}

function see(
  history: InstanceHistory | undefined,
  sighting: Sighting,
  seenAt: number,
): InstanceHistory | undefined {
  const { id, name, at, kind } = sighting;
  const last = history?.intervals.at(-1);
  if (kind === 'gone') return history && last ? leave(history, last, at) : history;
  const rateHourly = kind === 'on' ? knownRate(sighting.rateHourly) : undefined;
  const fresh: Interval = { kind, from: at, to: at, rateHourly };
  // A status that is new to us ends no run: it may be on.
  const mayBeOn = kind === 'unclear' || (kind === 'on' && last?.kind === 'unclear');
  const onSince = (mayBeOn ? history?.onSince : undefined) ?? (kind === 'on' ? at : undefined);
  if (!history || !last) {
    // It may have been created right after the last observation.
    const missed: Interval[] =
      seenAt > 0 && at - seenAt > gapMs ? [{ kind: 'unseen', from: seenAt, to: at }] : [];
    return { id, name, onSince, intervals: [...missed, fresh], sums: history?.sums ?? {} };
  }
  if (at <= last.to) return history;
  const staysOn = kind === 'on' && last.kind === 'on';
  const next = { ...history, name, onSince: staysOn ? (history.onSince ?? last.from) : onSince };
  if (at - last.to > gapMs) {
    const gap: Interval = staysOn
      ? { ...last, from: last.to, to: at, rateHourly: last.rateHourly ?? rateHourly, estimated: true }
      : { kind: 'unseen', from: last.to, to: at };
    return { ...next, intervals: [...history.intervals, gap, fresh] };
  }
  // A running instance can't be resized, so a rate that comes late or is left out once is the same rate.
  const sameRate =
    last.rateHourly === undefined || rateHourly === undefined || last.rateHourly === rateHourly;
  const longer = { ...last, to: at };
  const before = history.intervals.slice(0, -1);
  return last.kind === kind && sameRate && !last.estimated
    ? { ...next, intervals: [...before, { ...longer, rateHourly: last.rateHourly ?? rateHourly }] }
    : { ...next, intervals: [...before, longer, fresh] };
}

/** When it went is unknown if nothing was observed for a while; otherwise it cost nothing after its last sighting. */
function leave(history: InstanceHistory, last: Interval, at: number): InstanceHistory {
  if (last.kind === 'unseen' || at < last.to) return history;
  const to = at - last.to > gapMs ? at : last.to;
  const end: Interval = { kind: 'unseen', from: last.to, to };
  return { ...history, onSince: undefined, intervals: [...history.intervals, end] };
}

/** The same ledger if nothing in it lies in the future. */
function withoutFuture(ledger: LedgerData, now: number): LedgerData {
  if (ledger.seenAt <= now) return ledger;
  const instances = ledger.instances.map((history) => ({
    ...history,
    onSince: history.onSince === undefined ? undefined : Math.min(history.onSince, now),
    intervals: history.intervals
      .filter(({ from }) => from < now)
      .map((interval) => ({ ...interval, to: Math.min(interval.to, now - 1) })),
    sums: Object.fromEntries(
      Object.entries(history.sums).flatMap(([key, sum]): [string, CostSum][] => {
        const start = startOfKey(key);
        const end = (key.length > 7 ? dayOf(start) : monthOf(start)).to;
        if (start >= now) return [];
        return [[key, end > now ? shorten(sum, now - start) : sum]];
      }),
    ),
  }));
  return { ...ledger, since: Math.min(ledger.since, now), seenAt: now - 1, instances };
}

/**
 * The sum of a day or month of which only `longestMs` have passed. How much of its estimate a clock that was ahead
 * added can't be told, so nothing is estimated; no more time is left than there was.
 */
function shorten(sum: CostSum, longestMs: number): CostSum {
  const seenMs = sum.onMs + sum.offMs + sum.unclearMs;
  const share = seenMs > longestMs ? longestMs / seenMs : 1;
  const onMs = sum.onMs * share;
  return {
    dollars: sum.dollars * share,
    estimatedDollars: 0,
    onMs,
    estimatedMs: 0,
    unknownRateMs: Math.min(sum.unknownRateMs, onMs),
    offMs: sum.offMs * share,
    unclearMs: sum.unclearMs * share,
    unseenMs: Math.min(sum.estimatedMs + sum.unseenMs, longestMs - seenMs * share),
  };
}

/** From when on intervals, days, and months are kept. */
interface Limits {
  readonly intervals: number;
  readonly oldestDay: string;
  readonly oldestMonth: string;
}

function limitsAt(now: number): Limits {
  return {
    intervals: dayOf(now - intervalsKeptMs).from,
    oldestDay: keyOf(now - daysKeptMs, 'month'),
    oldestMonth: keyOf(now - monthsKeptMs, 'month'),
  };
}

/** Old intervals become sums of days, old days become sums of months, and what is older still is dropped. */
function fold(
  history: InstanceHistory,
  { intervals: kept, oldestDay, oldestMonth }: Limits,
): InstanceHistory {
  const crowded = history.intervals.at(-mostIntervals)?.from ?? 0;
  const cut = Math.max(kept, crowded);
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
    if (interval.from >= cut) {
      intervals.push(interval);
      continue;
    }
    for (const day of daysOf({ from: interval.from, to: Math.min(interval.to, cut) })) {
      add(keyOf(day.from, 'day'), costOf(interval, { from: day.from, to: Math.min(day.to, cut) }));
    }
    if (interval.to >= cut) intervals.push({ ...interval, from: cut });
  }
  return { ...history, intervals, sums: Object.fromEntries(sums) };
}
