import type { Operations } from '../instances/operations/operations';
import { isStopped } from '../instances/state';
import type { InstanceStore } from '../instances/store';
import type { CapacityWatches } from './capacityWatch';
import type { Schedules } from './schedules';

/** What may need a window before anybody opens the view. */
export interface WakeUpParts {
  readonly store: Pick<InstanceStore, 'rows'>;
  readonly operations: Pick<Operations, 'pending'>;
  readonly schedules: Pick<Schedules, 'list'>;
  readonly watches: Pick<CapacityWatches, 'list'>;
}

/**
 * Whether a new window should start working at once: an instance that may be billed is counted and reminded of, and
 * operations, scheduled stops, and GPU notifications of the signed-in account go on.
 */
export function needsWakeUp({ store, operations, schedules, watches }: WakeUpParts): boolean {
  return (
    store.rows().some(({ state }) => state !== 'deleted' && !isStopped(state)) ||
    operations.pending().length > 0 ||
    schedules.list().length > 0 ||
    watches.list().length > 0
  );
}
