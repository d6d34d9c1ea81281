import type { Instance } from '../api/types';
import type { Failure, Snapshot, SnapshotRow, AbsentRow, Action, Expectation } from './snapshot';
import { bootGraceMs, isFulfilled } from './state';

/** Two 404 for an id this far apart prove that it is gone. */
const goneAfterMs = 60_000;
/** How many gone ids are remembered, so that every window hears of them. */
const rememberedGone = 200;

/**
 * The snapshot after a list was read: states and names are the list's, details that the list leaves out stay.
 * Rows keep their order, new ones come last; a row the list leaves out becomes absent, it is not forgotten.
 */
export function mergeList(
  before: Snapshot,
  listed: readonly Instance[],
  thinIds: readonly string[],
  now: number,
): Snapshot {
  const thin = new Set(thinIds);
  const incoming = new Map(listed.map((instance) => [instance.id, instance]));
  const gone = new Set(before.gone);
  const returning = new Map(before.absent.map((row) => [row.instance.id, row.instance]));
  const rows: SnapshotRow[] = [];
  const absent: AbsentRow[] = before.absent.filter((row) => !incoming.has(row.instance.id));
  for (const row of before.rows) {
    const instance = incoming.get(row.instance.id);
    incoming.delete(row.instance.id);
    if (instance) {
      rows.push(merged(row, instance, thin.has(instance.id), now));
    } else if (isTooYoungToList(before, row.instance.id, now)) {
      rows.push(row);
    } else if (before.expectations[row.instance.id]?.action === 'delete') {
      gone.add(row.instance.id);
    } else {
      absent.push({ instance: row.instance, since: now, notFoundAt: [] });
    }
  }
  for (const instance of incoming.values()) {
    const known = returning.get(instance.id);
    const row = { instance: known ?? instance, detailsAt: 0 };
    rows.push(merged(row, instance, thin.has(instance.id), now));
  }
  const relisted = new Set(listed.map((instance) => instance.id));
  const next: Snapshot = {
    ...before,
    rows,
    absent,
    gone: [...gone].filter((id) => !relisted.has(id)).slice(-rememberedGone),
    listedAt: now,
    failure: undefined,
  };
  return settle(sameRows(before, next) ? next : { ...next, changedAt: now }, now);
}

/** The snapshot after one instance was asked for by itself. */
export function mergeDetails(before: Snapshot, instance: Instance, now: number): Snapshot {
  const wasAbsent = before.absent.some((row) => row.instance.id === instance.id);
  const known = before.rows.some((row) => row.instance.id === instance.id);
  let rows = before.rows.map((row) =>
    row.instance.id === instance.id ? { ...row, instance, detailsAt: now } : row,
  );
  if (!known) rows = [...rows, { instance, detailsAt: now, unlisted: wasAbsent }];
  const next: Snapshot = {
    ...before,
    rows,
    absent: before.absent.filter((row) => row.instance.id !== instance.id),
  };
  return settle(sameRows(before, next) ? next : { ...next, changedAt: now }, now);
}

/** The snapshot after a GET of the id was answered by 404. */
export function mergeNotFound(before: Snapshot, id: string, now: number): Snapshot {
  const row = before.rows.find((candidate) => candidate.instance.id === id);
  const absentRow: AbsentRow | undefined =
    before.absent.find((candidate) => candidate.instance.id === id) ??
    (row && { instance: row.instance, since: now, notFoundAt: [] });
  if (!absentRow || isTooYoungToList(before, id, now)) return before;
  if (before.expectations[id]?.action === 'delete') return mergeDeleted(before, id, now);
  const notFoundAt = [...absentRow.notFoundAt.slice(0, 1), now];
  const proved = now - (notFoundAt[0] ?? now) >= goneAfterMs;
  const others = before.absent.filter((candidate) => candidate.instance.id !== id);
  const next: Snapshot = {
    ...before,
    rows: before.rows.filter((candidate) => candidate.instance.id !== id),
    absent: proved ? others : [...others, { ...absentRow, notFoundAt }],
    changedAt: row ? now : before.changedAt,
  };
  return proved ? forget(next, id) : next;
}

/** The snapshot after our own delete of the id was carried out. */
export function mergeDeleted(before: Snapshot, id: string, now: number): Snapshot {
  const next = {
    ...before,
    rows: before.rows.filter((row) => row.instance.id !== id),
    absent: before.absent.filter((row) => row.instance.id !== id),
    changedAt: now,
  };
  return forget(next, id);
}

/** A list may lag behind a create; a 404 right after it proves nothing (fact sheet, section 4, number 29). */
function isTooYoungToList(snapshot: Snapshot, id: string, now: number): boolean {
  const expectation = snapshot.expectations[id];
  return expectation?.action === 'create' && now - expectation.since < bootGraceMs;
}

function forget(snapshot: Snapshot, id: string): Snapshot {
  const expectations = Object.fromEntries(
    Object.entries(snapshot.expectations).filter(([expected]) => expected !== id),
  );
  const gone = [...snapshot.gone.filter((known) => known !== id), id].slice(-rememberedGone);
  return { ...snapshot, gone, expectations };
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
  if (!thin) return { instance: listed, detailsAt: now };
  const told = Object.fromEntries(Object.entries(listed).filter(([, value]) => value !== undefined));
  const instance: Instance = { ...row.instance, ...told };
  // A state that changed may have brought another address: what was known is shown, and asked for again.
  const detailsAt = row.instance.state === listed.state ? row.detailsAt : 0;
  return { instance, detailsAt };
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
  return other !== undefined && canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
