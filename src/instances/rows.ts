import type { Instance, InstanceState } from '../api/types';
import { sameInstance } from './merge';
import { isShown, type Action, type Failure, type Snapshot, type SnapshotRow } from './snapshot';
import { effectiveState, isOverdue } from './state';

/** An instance as it is shown. */
export interface InstanceRow {
  /** The ID of its account. */
  readonly accountId: string;
  readonly instance: Instance;
  /** The state to show; it differs from `instance.state` while the service lags behind an accepted action. */
  readonly state: InstanceState;
  /** Accepted, but its result wasn't seen yet. */
  readonly pending?: Action;
  /** When that was accepted, milliseconds since the epoch. */
  readonly pendingSince?: number;
  /** An answer that was requested after the last accepted action has arrived. */
  readonly fresh?: boolean;
  /**
   * An accepted delete that no answer confirmed in five minutes: the instance is still there, and may be billed.
   * Deleting it again is how to retry.
   */
  readonly unconfirmed?: 'delete';
  /** Missing from the newest list; it is being requested by its ID. */
  readonly unlisted: boolean;
  /** Whether its address, ports, and resources were ever known. */
  readonly detailed: boolean;
  /** When it was first seen running after another state, milliseconds since the epoch; see `SnapshotRow`. */
  readonly runningSince?: number;
}

/** What changed, by instance ID. `status`: the account, whether there is a list, or the failure has changed. */
export interface StoreChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly status: boolean;
}

/** What is known about the account's list as a whole. */
export interface StoreStatus {
  /** `undefined` if nobody is signed in. */
  readonly accountId?: string;
  /** When the newest list was requested, milliseconds since the epoch; 0 never. */
  readonly listedAt: number;
  readonly failure?: Failure;
}

/** Rows by instance ID, in the order in which the instances were first seen. */
export type RowsById = ReadonlyMap<string, InstanceRow>;

/** What a person sees of a snapshot at `now`. */
export function toRows(snapshot: Snapshot, now: number): RowsById {
  const { accountId } = snapshot;
  return new Map(snapshot.rows.filter(isShown).map((row) => [row.instance.id, toRow(row, accountId, now)]));
}

function toRow(
  { instance, unlisted, runningSince, modifying, expectation }: SnapshotRow,
  accountId: string,
  now: number,
): InstanceRow {
  const unconfirmed = expectation?.action === 'delete' && isOverdue(expectation, now);
  const action = unconfirmed ? undefined : expectation?.action;
  return {
    accountId,
    instance,
    state: effectiveState(instance, expectation, now, modifying),
    pending: action ?? (modifying ? 'modify' : undefined),
    pendingSince: action && expectation?.since,
    unconfirmed: unconfirmed ? 'delete' : undefined,
    fresh: expectation === undefined || expectation.seen === true,
    unlisted: unlisted === true,
    detailed: instance.resources !== undefined || instance.portForwards !== undefined,
    runningSince,
  };
}

/** What changed between two sets of rows; `undefined` if nothing did. */
export function changeBetween(before: RowsById, after: RowsById, status: boolean): StoreChange | undefined {
  const change: StoreChange = {
    added: [...after.keys()].filter((id) => !before.has(id)),
    removed: [...before.keys()].filter((id) => !after.has(id)),
    changed: [...after].filter(([id, row]) => differs(before.get(id), row)).map(([id]) => id),
    status,
  };
  const rows = change.added.length + change.removed.length + change.changed.length;
  return rows > 0 || status ? change : undefined;
}

function differs(before: InstanceRow | undefined, after: InstanceRow): boolean {
  return (
    before !== undefined &&
    (before.state !== after.state ||
      before.pending !== after.pending ||
      before.pendingSince !== after.pendingSince ||
      before.fresh !== after.fresh ||
      before.unconfirmed !== after.unconfirmed ||
      before.unlisted !== after.unlisted ||
      before.detailed !== after.detailed ||
      !sameInstance(before.instance, after.instance))
  );
}
