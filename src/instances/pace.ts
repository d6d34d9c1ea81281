import { freshAt, isShown, type Snapshot, type SnapshotRow } from './snapshot';
import { effectiveState, isOverdue, isTransient, isWithin } from './state';

/** How much one window needs to know, now. */
export interface Need {
  /** The view, or something else that shows rows, is visible. */
  readonly visible: boolean;
  readonly focused: boolean;
  /** When a person last did something here that shows an interest, milliseconds since the epoch; missing: never. */
  readonly lookedAt?: number;
  /** An operation of this window, or something a person is watching, waits for a state. */
  readonly waiting: boolean;
  /** The steady interval that the person chose, in milliseconds. */
  readonly intervalMs: number;
}

/** While something is in transition. */
export const transitionMs = 5_000;
const slowTransitionMs = 15_000;
const unhurriedAfterMs = 600_000;
/** From when on even a list that is on screen is only asked for now and then. */
const idleAfterMs = 3_600_000;
const idleMs = 300_000;
const slowestFailureMs = 300_000;
/** While something is running but nothing is visible. */
const hiddenMs = 300_000;

/**
 * How old the list may be for this window, in milliseconds; `undefined` if it needs no list at all. Longer if nothing
 * has changed for a while, the window isn't focused, or the service fails.
 */
export function toleratedAge(need: Need, snapshot: Snapshot, now: number): number | undefined {
  const base = ageWithoutFailures(need, snapshot, now);
  if (base === undefined) return undefined;
  const { failure } = snapshot;
  if (!failure) return base;
  const backedOff = Math.min(base * 2 ** Math.min(failure.count - 1, 6), slowestFailureMs);
  return Math.max(base, backedOff);
}

function ageWithoutFailures(need: Need, snapshot: Snapshot, now: number): number | undefined {
  const moving = hasTransition(snapshot, now);
  if (need.waiting || (need.visible && moving)) return transition(snapshot, now);
  if (need.visible) return steady(need, snapshot, now);
  // A running instance costs money even if nothing is visible: reminders and totals depend on it.
  return moving || snapshot.rows.some(({ instance }) => instance.state === 'running') ? hiddenMs : undefined;
}

/** When this window should poll next, in milliseconds since the epoch; `undefined`: not by itself. */
export function nextPoll(need: Need, snapshot: Snapshot, now: number): number | undefined {
  const age = toleratedAge(need, snapshot, now);
  if (age === undefined) return undefined;
  const last = Math.max(freshAt(snapshot), snapshot.failure?.at ?? 0);
  // A clock that was set back must not stop polling until it catches up.
  const due = last > now ? now : last + age;
  return Math.max(due, retryAt(snapshot, now));
}

/** The time from `Retry-After`, within reason. */
function retryAt({ failure }: Snapshot, now: number): number {
  if (failure?.retryAt === undefined || failure.at > now) return 0;
  return Math.min(failure.retryAt, failure.at + slowestFailureMs);
}

/** Whether some row is changing from one state to another. */
export function hasTransition(snapshot: Snapshot, now: number): boolean {
  return snapshot.rows.some((row) => isShown(row) && isMoving(row, now));
}

/** Whether the row is changing to another state, and not for longer than that can take. */
export function isMoving(row: SnapshotRow, now: number): boolean {
  const { instance, expectation, modifying } = row;
  if (expectation && !isOverdue(expectation, now)) return true;
  return modifying === true || isTransient(effectiveState(instance, expectation, now, modifying));
}

function transition(snapshot: Snapshot, now: number): number {
  return isQuiet(snapshot, now) ? slowTransitionMs : transitionMs;
}

function steady(need: Need, snapshot: Snapshot, now: number): number {
  const slower = (isQuiet(snapshot, now) ? 2 : 1) * (need.focused ? 1 : 2);
  const age = need.intervalMs * slower;
  const lookedAt = need.lookedAt ?? 0;
  const isIdle = isQuiet(snapshot, now, idleAfterMs) && !isWithin(lookedAt, idleAfterMs + 1, now);
  return isIdle ? Math.max(age, idleMs) : age;
}

/** Whether nothing has changed, and no action was accepted, for a while. */
function isQuiet(snapshot: Snapshot, now: number, forMs = unhurriedAfterMs): boolean {
  const since = snapshot.rows.map(({ expectation }) => expectation?.since ?? 0);
  return ![snapshot.changedAt, ...since].some((time) => isWithin(time, forMs + 1, now));
}
