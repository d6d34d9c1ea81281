import { isShown, type Snapshot } from './snapshot';
import { effectiveState, isTransient } from './state';

/** How much one window needs to know, now. */
export interface Need {
  /** The view, or something else that shows rows, can be seen. */
  readonly visible: boolean;
  readonly focused: boolean;
  /** An operation of this window waits for a state. */
  readonly waiting: boolean;
  /** The steady interval that the person chose, in milliseconds. */
  readonly intervalMs: number;
}

/** While something is in transition. */
export const transitionMs = 5_000;
const slowTransitionMs = 15_000;
const unhurriedAfterMs = 600_000;
const slowestFailureMs = 300_000;
/** While something runs that nobody looks at. */
const hiddenMs = 300_000;

/**
 * How old the list may be for this window, in milliseconds; undefined where it needs none at all.
 * Slower when nothing changed for long, when the window has no focus, and when the service fails.
 */
export function toleratedAge(need: Need, snapshot: Snapshot, now: number): number | undefined {
  const base = unhindered(need, snapshot, now);
  if (base === undefined) return undefined;
  const { failure } = snapshot;
  if (!failure) return base;
  const backedOff = Math.min(base * 2 ** Math.min(failure.count - 1, 6), slowestFailureMs);
  return Math.max(base, backedOff);
}

function unhindered(need: Need, snapshot: Snapshot, now: number): number | undefined {
  const moving = hasTransition(snapshot, now);
  if (need.waiting || (need.visible && moving)) return transition(snapshot, now);
  if (need.visible) return steady(need, snapshot, now);
  // What runs costs, also where nobody looks: reminders and the sum below must know of it.
  return moving || snapshot.rows.some(({ instance }) => instance.state === 'running') ? hiddenMs : undefined;
}

/** When this window should look again, in milliseconds since the epoch; undefined: not by itself. */
export function nextLook(need: Need, snapshot: Snapshot, now: number): number | undefined {
  const age = toleratedAge(need, snapshot, now);
  if (age === undefined) return undefined;
  const last = Math.max(snapshot.listedAt, snapshot.failure?.at ?? 0);
  // A clock that was set back must not stop us for as long as it was set back.
  const due = last > now ? now : last + age;
  return Math.max(due, retryAt(snapshot, now));
}

/** What the service asked for by `Retry-After`, if it can be meant so. */
function retryAt({ failure }: Snapshot, now: number): number {
  if (failure?.retryAt === undefined || failure.at > now) return 0;
  return Math.min(failure.retryAt, failure.at + slowestFailureMs);
}

/** Whether some row is on its way from one state to another. */
export function hasTransition(snapshot: Snapshot, now: number): boolean {
  return (
    Object.keys(snapshot.expectations).length > 0 ||
    snapshot.rows.some(
      (row) =>
        isShown(row) &&
        isTransient(effectiveState(row.instance, snapshot.expectations[row.instance.id], now)),
    )
  );
}

function transition(snapshot: Snapshot, now: number): number {
  return quietFor(snapshot, now) > unhurriedAfterMs ? slowTransitionMs : transitionMs;
}

function steady(need: Need, snapshot: Snapshot, now: number): number {
  const quiet = quietFor(snapshot, now);
  const slower = (quiet > unhurriedAfterMs ? 2 : 1) * (need.focused ? 1 : 2);
  return need.intervalMs * slower;
}

function quietFor(snapshot: Snapshot, now: number): number {
  const since = Object.values(snapshot.expectations).map((expectation) => expectation.since);
  return now - Math.max(snapshot.changedAt, ...since);
}
