import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import type { Operations, RunningOperation } from '../instances/operations/operations';
import type { Schedule } from './schedule';
import type { Schedules } from './schedules';

export interface UnusedStopsOptions {
  readonly operations: Pick<Operations, 'onDidBegin'>;
  readonly schedules: Pick<Schedules, 'set'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** A stop was scheduled. */
  readonly onDidSchedule: (schedule: Schedule) => void;
}

/** Schedules the stop of an instance that has started after a wait, if the person asked for it and nobody connects. */
export function followStarts(options: UnusedStopsOptions): Disposable {
  return options.operations.onDidBegin((operation) => {
    void afterStart(operation, options).catch((error: unknown) =>
      options.log.warn(`schedules: ${String(error)}`),
    );
  });
}

async function afterStart(
  operation: RunningOperation,
  { schedules, clock, onDidSchedule }: UnusedStopsOptions,
): Promise<void> {
  const { stopIfUnusedMs } = operation.record;
  if (stopIfUnusedMs === undefined) return;
  const outcome = await operation.outcome;
  const { instanceId, name } = operation.record;
  // One that may have started may be billed.
  const mayRun =
    outcome.kind === 'done' || (outcome.kind === 'unknown' && outcome.error.name !== 'AbortError');
  if (!mayRun || operation.isElsewhere || instanceId === undefined) return;
  const at = clock.now() + stopIfUnusedMs;
  onDidSchedule(await schedules.set({ instanceId, name, at, unlessConnected: true }));
}
