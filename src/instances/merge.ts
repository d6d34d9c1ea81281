import type { Instance } from '../api/types';
import type { Action, Expectation, Failure, Snapshot, SnapshotRow } from './snapshot';
import { bootGraceMs, isFulfilled } from './state';

/** Two 404 for an id this far apart prove that it is gone. */
const goneAfterMs = 60_000;
/** How many gone ids are remembered, so that every window hears of them. */
const rememberedGone = 200;

/**
 * The snapshot after a list was read: states and names are the list's, details that the list leaves out stay.
 * Rows keep their order, new ones come last; a row that the list leaves out is marked, it is not forgotten.
 */
export function mergeList(
  before: Snapshot,
  listed: readonly Instance[],
  thinIds: readonly string[],
  now: number,
): Snapshot {
  const thin = new Set(thinIds);
  const incoming = new Map(listed.map((instance) => [instance.id, instance]));
  const gone = new Set(before.gone.filter((id) => !incoming.has(id)));
  const rows: SnapshotRow[] = [];
  for (const row of before.rows) {
    const { id } = row.instance;
    const instance = incoming.get(id);
    incoming.delete(id);
    if (instance) rows.push(merged(row, instance, thin.has(id), now));
    else if (isTooYoungToList(before, id, now)) rows.push(row);
    else if (before.expectations[id]?.action === 'delete') gone.add(id);
    else rows.push({ ...row, unlisted: true });
  }
  for (const instance of incoming.values()) {
    rows.push({ instance, detailsAt: thin.has(instance.id) ? 0 : now });
  }
  const next: Snapshot = {
    ...before,
    rows,
    gone: [...gone].slice(-rememberedGone),
    listedAt: now,
    failure: undefined,
  };
  return settle(sameRows(before, next) ? next : { ...next, changedAt: now }, now);
}

/** The snapshot after one instance was asked for by itself. */
export function mergeDetails(before: Snapshot, instance: Instance, now: number): Snapshot {
  const known = before.rows.some((row) => row.instance.id === instance.id);
  const told = before.rows.map((row) =>
    row.instance.id === instance.id
      ? {
          instance: withRemembered(row.instance, instance),
          detailsAt: now,
          unlisted: row.unlisted,
          runningSince: runningSince(row, instance, now),
        }
      : row,
  );
  const next: Snapshot = { ...before, rows: known ? told : [...told, { instance, detailsAt: now }] };
  return settle(sameRows(before, next) ? next : { ...next, changedAt: now }, now);
}

/** The snapshot after a GET of the id failed for a reason of its own: its neighbours are asked for first. */
export function mergeNoDetails(before: Snapshot, id: string, now: number): Snapshot {
  return {
    ...before,
    rows: before.rows.map((row) => (row.instance.id === id ? { ...row, failedAt: now } : row)),
  };
}

/** The snapshot after a GET of the id was answered by 404. */
export function mergeNotFound(before: Snapshot, id: string, now: number): Snapshot {
  const known = before.rows.find((row) => row.instance.id === id);
  if (!known) return before;
  if (isTooYoungToList(before, id, now)) return mergeNoDetails(before, id, now);
  if (before.expectations[id]?.action === 'delete') return mergeDeleted(before, id, now);
  const notFoundAt = known.notFoundAt ?? now;
  if (now - notFoundAt >= goneAfterMs) return mergeDeleted(before, id, now);
  return {
    ...before,
    rows: before.rows.map((row) => (row === known ? { ...row, notFoundAt, failedAt: now } : row)),
    changedAt: known.notFoundAt === undefined ? now : before.changedAt,
  };
}

/** The snapshot after it was proved that the service knows the id no more. */
export function mergeDeleted(before: Snapshot, id: string, now: number): Snapshot {
  return {
    ...before,
    rows: before.rows.filter((row) => row.instance.id !== id),
    gone: [...before.gone.filter((known) => known !== id), id].slice(-rememberedGone),
    expectations: Object.fromEntries(
      Object.entries(before.expectations).filter(([expected]) => expected !== id),
    ),
    changedAt: now,
  };
}

/** A list may lag behind a create; a 404 right after it proves nothing (fact sheet, section 4, number 29). */
function isTooYoungToList(snapshot: Snapshot, id: string, now: number): boolean {
  const expectation = snapshot.expectations[id];
  return expectation?.action === 'create' && now - expectation.since < bootGraceMs;
}

/** The snapshot after the service accepted an action. */
export function expectAction(before: Snapshot, id: string, action: Action, now: number): Snapshot {
  return { ...before, expectations: { ...before.expectations, [id]: { action, since: now } } };
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

function merged(row: SnapshotRow, listed: Instance, thin: boolean, now: number): SnapshotRow {
  const since = runningSince(row, listed, now);
  if (!thin) return { instance: withRemembered(row.instance, listed), detailsAt: now, runningSince: since };
  const told = Object.fromEntries(Object.entries(listed).filter(([, value]) => value !== undefined));
  const next: Instance = { ...row.instance, ...told };
  const instance = sameInstance(row.instance, next) ? row.instance : next;
  // A state that changed may have brought another address: what was known is shown, and asked for again.
  const detailsAt = row.instance.state === listed.state ? row.detailsAt : 0;
  return { instance, detailsAt, failedAt: row.failedAt, runningSince: since };
}

function runningSince(row: SnapshotRow, told: Instance, now: number): number | undefined {
  if (told.state !== 'running') return undefined;
  return row.instance.state === 'running' ? row.runningSince : now;
}

/** What never changes in an instance's life is kept where an answer leaves it out; the same stays the same object. */
function withRemembered(known: Instance, told: Instance): Instance {
  const next = { ...told, image: told.image ?? known.image, locationId: told.locationId ?? known.locationId };
  return sameInstance(known, next) ? known : next;
}

/** Drops the expectations that have come to their end. */
function settle(snapshot: Snapshot, now: number): Snapshot {
  const instances = new Map(snapshot.rows.map((row) => [row.instance.id, row.instance]));
  const waiting = (id: string, expectation: Expectation): boolean => {
    const instance = instances.get(id);
    return instance ? !isFulfilled(instance, expectation, now) : now - expectation.since < goneAfterMs;
  };
  const entries = Object.entries(snapshot.expectations);
  const left = entries.filter(([id, expectation]) => waiting(id, expectation));
  return left.length === entries.length ? snapshot : { ...snapshot, expectations: Object.fromEntries(left) };
}

function sameRows(before: Snapshot, after: Snapshot): boolean {
  return (
    before.rows.length === after.rows.length &&
    before.rows.every((row, index) => sameInstance(row.instance, after.rows[index]?.instance))
  );
}

/** Whether a person would see no difference between the two. */
export function sameInstance(one: Instance, other: Instance | undefined): boolean {
  return one === other || (other !== undefined && canonical(one) === canonical(other));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
