import type { Operations } from '../instances/operations/operations';
import { isStopped } from '../instances/state';
import type { Session } from '../instances/session';
import type { InstanceStore } from '../instances/store';
import type { CapacityWatches } from './capacityWatch';
import type { Schedules } from './schedules';

/** What may need a window before anybody opens the view. */
export interface WakeUpParts {
  readonly store: Pick<InstanceStore, 'rows' | 'status'>;
  readonly session: Pick<Session, 'isKnown'>;
  readonly operations: Pick<Operations, 'pending'>;
  readonly schedules: Pick<Schedules, 'list'>;
  readonly watches: Pick<CapacityWatches, 'list'>;
}

/**
 * Whether a new window should start working at once: an instance that may be billed is counted and reminded of, and
 * operations, scheduled stops, and GPU notifications of the signed-in account go on. `undefined` until it is known who
 * is signed in and which instances there are.
 */
export function needsWakeUp(parts: WakeUpParts): boolean | undefined {
  const { store, session, operations, schedules, watches } = parts;
  const isNeeded =
    store.rows().some(({ state }) => state !== 'deleted' && !isStopped(state)) ||
    operations.pending().length > 0 ||
    schedules.list().length > 0 ||
    watches.list().length > 0;
  const { accountId, listedAt } = store.status;
  const isKnown = session.isKnown && (accountId === undefined || listedAt > 0);
  return isNeeded || isKnown ? isNeeded : undefined;
}

/** The same for all accounts that are signed in, if that is known. */
export function anyNeedsWakeUp(accounts: readonly WakeUpParts[], isKnown: boolean): boolean | undefined {
  const needs = accounts.map(needsWakeUp);
  if (needs.includes(true)) return true;
  return !isKnown || needs.includes(undefined) ? undefined : false;
}
