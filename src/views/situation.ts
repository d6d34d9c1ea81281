import { billingOf } from '../cost/billing';
import { mayReplace } from '../instances/operations/conflicts';
import type { OperationKind, OperationRecord } from '../instances/operations/journal';
import { isTransient } from '../instances/state';
import type { InstanceRow } from '../instances/store';
import type { Schedule } from '../automation/schedule';
import type { BudgetAlert } from '../cost/budget';
import type { StopTimers } from '../automation/stopTimers';
import type { OpenTunnel } from '../vscode/tunnels';
import { present, type InstanceAction, type ShownState } from './presentation';

/** A scheduled stop, and whether a background timer carries it out while VS Code is closed. */
export interface PlannedStop extends Schedule {
  readonly hasTimer: boolean;
}

/** The one place that knows of both. */
export function plannedStop(schedule: Schedule, timers: Pick<StopTimers, 'has'>): PlannedStop {
  return { ...schedule, hasTimer: timers.has(schedule.id) };
}

/** Everything that decides what is shown of an instance, apart from its costs. */
export interface Situation {
  readonly row: InstanceRow;
  readonly operation?: OperationRecord;
  readonly schedule?: PlannedStop;
  readonly tunnels: readonly OpenTunnel[];
  /** Which window is connected to it. */
  readonly connected?: 'here' | 'elsewhere';
  /** The limit that's reached, if this is the instance to stop first. */
  readonly limit?: BudgetAlert;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a row shows as its state: what is being done counts from the moment it was asked for. */
export function shownState({ row, operation }: Pick<Situation, 'row' | 'operation'>): ShownState {
  if (!operation) return row.state;
  const state = stateDuring(operation);
  return state === 'starting' || state === 'creating' ? stateWhile(row, state) : state;
}

/** The state that an operation brings about, or goes through. */
export function stateDuring({ kind, step }: Pick<OperationRecord, 'kind' | 'step'>): ShownState {
  switch (kind) {
    case 'startWhenAvailable':
      return step === 'starting' ? 'starting' : 'waiting';
    case 'start':
      return 'starting';
    case 'stop':
      return 'stopping';
    case 'restart':
      return 'restarting';
    case 'delete':
      return 'deleting';
    case 'modify':
      return 'modifying';
    case 'create':
      return 'creating';
  }
}

/** An instance that runs is up, even if its operation hasn't noticed yet. */
function stateWhile(row: InstanceRow, state: ShownState): ShownState {
  return row.state === 'running' || row.state === 'error' ? row.state : state;
}

/** Since when the shown state has been changing, milliseconds since the epoch, if that's known. */
export function changingSince(situation: Pick<Situation, 'row' | 'operation'>): number | undefined {
  const { row, operation } = situation;
  const state = shownState(situation);
  if (state === 'running' || state === 'waiting') return undefined;
  if (operation && operation.kind !== 'startWhenAvailable') return operation.startedAt;
  return isTransient(row.state) ? row.pendingSince : undefined;
}

/** What a person can do now: what the state allows, without what the operation under way rules out. */
export function actionsOf({ row, operation }: Pick<Situation, 'row' | 'operation'>): InstanceAction[] {
  const { actions } = present(row.state);
  return actions.filter((action) => operation === undefined || isCompatible(action, operation.kind));
}

/** Whether Stop All stops it: what is billed as running and can be stopped. */
export function canStopAll(situation: Pick<Situation, 'row' | 'operation'>): boolean {
  return billingOf(situation.row.state) === 'on' && actionsOf(situation).includes('stop');
}

function isCompatible(action: InstanceAction, underWay: OperationKind): boolean {
  if (action === 'connect') return underWay !== 'stop' && underWay !== 'delete';
  // What is under way is canceled or waited for, not asked for again.
  return action !== underWay && mayReplace(action, underWay);
}
