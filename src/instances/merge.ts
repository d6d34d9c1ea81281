import type { Instance } from '../api/types';
import { sameData } from '../base/sameData';
import { isShown, type Action, type Failure, type Snapshot, type SnapshotRow } from './snapshot';
import { bootGraceMs, isFulfilled, isStopped, isWithin } from './state';

/** Two 404s, or two good lists, this far apart prove that an instance is gone, in milliseconds. */
export const goneAfterMs = 60_000;
/** How many gone IDs are remembered, so that every window hears of them. */
const rememberedGone = 200;

/**
 * The snapshot after a list was read: states and names are the list's, details that the list leaves out stay.
 * Rows keep their order, new ones come last; a row that is missing from the list is marked, not forgotten.
 * `askedAt`: when the list was asked for, which may be before an action that was accepted meanwhile.
 */
export function mergeList(
  before: Snapshot,
  listed: readonly Instance[],
  thinIds: readonly string[],
  askedAt: number,
): Snapshot {
  const thin = new Set(thinIds);
  const incoming = new Map(listed.map((instance) => [instance.id, instance]));
  const gone = new Set(before.gone.filter((id) => !incoming.has(id)));
  const rows: SnapshotRow[] = [];
  for (const row of before.rows) {
    const { id } = row.instance;
    const instance = incoming.get(id);
    incoming.delete(id);
    if (instance) rows.push(listedRow(row, instance, thin.has(id), askedAt));
    else if (isTooYoungToList(row, askedAt)) rows.push(row);
    else if (isDeleteProved(row, askedAt)) gone.add(id);
    else rows.push({ ...row, unlisted: true, unlistedAt: unlistedAt(row, askedAt) });
  }
  for (const instance of incoming.values()) {
    const isThin = thin.has(instance.id);
    rows.push({ instance, detailsAt: isThin ? 0 : askedAt, thin: isThin || undefined });
  }
  const next: Snapshot = {
    ...before,
    rows,
    gone: [...gone].slice(-rememberedGone),
    listedAt: askedAt,
    failure: undefined,
  };
  return settle(sameRows(before, next) ? next : { ...next, changedAt: askedAt }, askedAt);
}

/** Whether a list changes nothing, and nothing that it doesn't change waits for its time: it confirms the snapshot. */
export function isConfirmed(
  snapshot: Snapshot,
  listed: readonly Instance[],
  thinIds: readonly string[],
  askedAt: number,
): boolean {
  const thin = new Set(thinIds);
  const incoming = new Map(listed.map((instance) => [instance.id, instance]));
  return (
    snapshot.rows.length === incoming.size &&
    !snapshot.gone.some((id) => incoming.has(id)) &&
    snapshot.rows.every((row) => {
      const instance = incoming.get(row.instance.id);
      const next = instance && listedRow(row, instance, thin.has(instance.id), askedAt);
      return isSameRow(row, next, snapshot.listedAt);
    })
  );
}

/** Details that came with the list before came with this one, too; those that it left out are as old as they were. */
function isSameRow(before: SnapshotRow, row: SnapshotRow | undefined, listedAt: number): boolean {
  const { instance, detailsAt, ...rest } = before;
  if (!row || rest.expectation || rest.unlisted || rest.modifying) return false;
  const { instance: next, detailsAt: nextAt, ...nextRest } = row;
  const sameDetails = rest.thin ? nextAt === detailsAt : detailsAt >= listedAt;
  return sameDetails && sameData(rest, nextRest) && sameInstance(instance, next);
}

/** How many shown instances a list leaves out, other than those whose deletion was accepted. */
export function countMissing(before: Snapshot, listed: readonly Instance[]): number {
  const ids = new Set(listed.map(({ id }) => id));
  return before.rows.filter(
    (row) =>
      isShown(row) && !row.unlisted && !ids.has(row.instance.id) && row.expectation?.action !== 'delete',
  ).length;
}

/** A clock that was set back must not make the second list wait for hours. */
function unlistedAt(row: SnapshotRow, askedAt: number): number {
  return row.unlistedAt === undefined || row.unlistedAt > askedAt ? askedAt : row.unlistedAt;
}

/** An accepted delete, and two good lists a minute apart without the instance. */
function isDeleteProved(row: SnapshotRow, askedAt: number): boolean {
  return (
    row.expectation?.action === 'delete' &&
    row.unlistedAt !== undefined &&
    askedAt - row.unlistedAt >= goneAfterMs
  );
}

/** The snapshot after the details of one instance arrived, which were asked for at `askedAt`. */
export function mergeDetails(before: Snapshot, instance: Instance, now: number, askedAt = now): Snapshot {
  const known = before.rows.some((row) => row.instance.id === instance.id);
  const rows = before.rows.map((row) =>
    row.instance.id === instance.id
      ? {
          instance: withRemembered(row.instance, instance),
          detailsAt: now,
          thin: row.thin,
          unlisted: row.unlisted,
          runningSince: runningSince(row, instance, now),
          modifying: isModifying(row, instance),
          expectation: seen(row, askedAt),
        }
      : row,
  );
  const next: Snapshot = { ...before, rows: known ? rows : [...rows, { instance, detailsAt: now }] };
  return settle(sameRows(before, next) ? next : { ...next, changedAt: now }, now);
}

/** The snapshot after a GET of the ID failed for a reason of its own: its neighbors are asked for first. */
export function mergeNoDetails(before: Snapshot, id: string, now: number): Snapshot {
  return changeRow(before, id, (row) => ({ ...row, failedAt: now }));
}

/** The snapshot after the service itself answered a GET of the ID by 404. */
export function mergeNotFound(before: Snapshot, id: string, now: number): Snapshot {
  const known = before.rows.find((row) => row.instance.id === id);
  if (!known) return before;
  if (isTooYoungToList(known, now)) return mergeNoDetails(before, id, now);
  if (known.expectation?.action === 'delete') return mergeDeleted(before, id, now);
  const notFoundAt = Math.min(known.notFoundAt ?? now, now);
  if (now - notFoundAt >= goneAfterMs) return mergeDeleted(before, id, now);
  return {
    ...changeRow(before, id, (row) => ({ ...row, notFoundAt, failedAt: now })),
    changedAt: known.notFoundAt === undefined ? now : before.changedAt,
  };
}

/** The snapshot after it was proved that the service no longer knows the ID. */
export function mergeDeleted(before: Snapshot, id: string, now: number): Snapshot {
  return {
    ...before,
    rows: before.rows.filter((row) => row.instance.id !== id),
    gone: [...before.gone.filter((known) => known !== id), id].slice(-rememberedGone),
    changedAt: now,
  };
}

/** A list may lag behind a create; a 404 right after it proves nothing (fact sheet, 4.29). */
function isTooYoungToList({ expectation }: SnapshotRow, now: number): boolean {
  return expectation?.action === 'create' && isWithin(expectation.since, bootGraceMs, now);
}

/** The snapshot after the service accepted an action on an instance that has a row. */
export function expectAction(before: Snapshot, id: string, action: Action, now: number): Snapshot {
  return changeRow(before, id, (row) => ({
    ...row,
    expectation: { action, since: now, bootedAt: action === 'stop' ? bootedAt(row) : undefined },
  }));
}

function bootedAt({ expectation }: SnapshotRow): number | undefined {
  const boots = expectation?.action === 'create' || expectation?.action === 'start';
  return boots ? expectation.since : expectation?.bootedAt;
}

/** The snapshot after an attempt failed: the rows stay. */
export function mergeFailure(
  before: Snapshot,
  failure: Pick<Failure, 'code' | 'message' | 'retryAt'>,
  now: number,
): Snapshot {
  return {
    ...before,
    failure: {
      ...failure,
      since: before.failure?.since ?? now,
      at: now,
      count: (before.failure?.count ?? 0) + 1,
    },
  };
}

function changeRow(before: Snapshot, id: string, step: (row: SnapshotRow) => SnapshotRow): Snapshot {
  return { ...before, rows: before.rows.map((row) => (row.instance.id === id ? step(row) : row)) };
}

function listedRow(row: SnapshotRow, listed: Instance, thin: boolean, askedAt: number): SnapshotRow {
  const shared = {
    runningSince: runningSince(row, listed, askedAt),
    modifying: isModifying(row, listed),
    expectation: seen(row, askedAt),
  };
  if (!thin) return { instance: withRemembered(row.instance, listed), detailsAt: askedAt, ...shared };
  const present = Object.fromEntries(Object.entries(listed).filter(([, value]) => value !== undefined));
  const next: Instance = { ...row.instance, ...present };
  const instance = sameInstance(row.instance, next) ? row.instance : next;
  // A new state may come with a new address: the known one is shown, and asked for again.
  const detailsAt = row.instance.state === listed.state ? row.detailsAt : 0;
  return { instance, detailsAt, thin: true, failedAt: row.failedAt, ...shared };
}

function runningSince(row: SnapshotRow, answer: Instance, now: number): number | undefined {
  if (answer.state !== 'running') return undefined;
  return row.instance.state === 'running' ? row.runningSince : now;
}

/** A stopped instance that is `creating` all of a sudden is being changed, here or in the dashboard. */
function isModifying(row: SnapshotRow, answer: Instance): true | undefined {
  if (answer.state !== 'creating' || row.expectation?.action === 'create') return undefined;
  return row.modifying === true || isStopped(row.instance.state) ? true : undefined;
}

/** An answer counts for an action only where it was asked for afterwards; a time ahead is a clock set back. */
function seen({ expectation }: SnapshotRow, askedAt: number): SnapshotRow['expectation'] {
  if (!expectation || expectation.seen === true) return expectation;
  const isOlder = askedAt < expectation.since && isWithin(expectation.since, goneAfterMs, askedAt);
  return isOlder ? expectation : { ...expectation, seen: true };
}

/** What never changes in an instance's life is kept where an answer leaves it out. */
function withRemembered(known: Instance, answer: Instance): Instance {
  const image = answer.image ?? known.image;
  const locationId = answer.locationId ?? known.locationId;
  const isWhole = image === answer.image && locationId === answer.locationId;
  const next = isWhole ? answer : { ...answer, image, locationId };
  return sameInstance(known, next) ? known : next;
}

/** Drops the expectations that need no more attention. */
function settle(snapshot: Snapshot, now: number): Snapshot {
  const isSettled = ({ instance, expectation }: SnapshotRow): boolean =>
    expectation !== undefined && isFulfilled(instance, expectation, now);
  if (!snapshot.rows.some(isSettled)) return snapshot;
  return {
    ...snapshot,
    rows: snapshot.rows.map((row) => (isSettled(row) ? { ...row, expectation: undefined } : row)),
  };
}

function sameRows(before: Snapshot, after: Snapshot): boolean {
  return (
    before.rows.length === after.rows.length &&
    before.rows.every((row, index) => sameInstance(row.instance, after.rows[index]?.instance))
  );
}

/** Whether a person would see no difference between the two. */
export function sameInstance(one: Instance, other: Instance | undefined): boolean {
  return other !== undefined && sameData(one, other);
}
