import type { Clock } from '../base/clock';
import type { Logger } from '../base/logger';
import type { OperationRecord } from '../instances/operations/journal';
import type { Operations } from '../instances/operations/operations';
import type { Schedule } from './schedule';
import type { Schedules } from './schedules';

export interface UnusedStopsOptions {
  readonly operations: Pick<Operations, 'beforeEnd'>;
  readonly schedules: Pick<Schedules, 'set'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** A stop was scheduled. */
  readonly onDidSchedule: (schedule: Schedule) => void;
  /** The instance may run, and its stop couldn't be saved. */
  readonly onDidFail: (started: OperationRecord) => void;
}

/** Schedules the stop of an instance that has started after a wait, if the person asked for it and nobody connects. */
export function followStarts(options: UnusedStopsOptions): void {
  const { operations, schedules, clock, log, onDidSchedule, onDidFail } = options;
  operations.beforeEnd(async (record, end) => {
    const { stopIfUnusedMs, accountId, instanceId, name } = record;
    // One that may have started may be billed.
    if (stopIfUnusedMs === undefined || instanceId === undefined || end === 'refused') return;
    const at = clock.now() + stopIfUnusedMs;
    try {
      onDidSchedule(await schedules.set({ accountId, instanceId, name, at, unlessConnected: true }));
    } catch (error) {
      log.warn(`schedules: ${String(error)}`);
      onDidFail(record);
    }
  });
}
