import type { Snapshot, SnapshotRow } from './snapshot';
import { effectiveState, isTransient } from './state';

/** Two 404 that prove a deletion are a minute apart. */
const secondLookMs = 60_000;
/** Details of a thin row at rest are asked for again after this long. */
const staleDetailsMs = 600_000;

/**
 * Which instances to ask for by themselves, the most urgent first: rows that a list left out, rows in
 * transition, rows a person has open, then the rest.
 */
export function wantedDetails(
  snapshot: Snapshot,
  onScreen: ReadonlySet<string>,
  now: number,
): readonly string[] {
  const doubtful = snapshot.absent
    .filter(({ notFoundAt }) => notFoundAt[0] === undefined || now - notFoundAt[0] >= secondLookMs)
    .map((row) => row.instance.id);
  const thin = snapshot.rows.filter((row) => row.detailsAt < snapshot.listedAt);
  const moving = thin.filter((row) => isMoving(row, snapshot, now));
  const resting = thin.filter(
    (row) => !moving.includes(row) && (row.detailsAt === 0 || now - row.detailsAt > staleDetailsMs),
  );
  const open = resting.filter((row) => onScreen.has(row.instance.id));
  const rest = resting.filter((row) => !onScreen.has(row.instance.id));
  return [...doubtful, ...[...moving, ...open, ...rest].map((row) => row.instance.id)];
}

function isMoving({ instance }: SnapshotRow, snapshot: Snapshot, now: number): boolean {
  const expectation = snapshot.expectations[instance.id];
  return expectation !== undefined || isTransient(effectiveState(instance, expectation, now));
}
