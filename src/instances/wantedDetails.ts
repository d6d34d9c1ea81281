import { isMoving } from './pace';
import { isShown, type Snapshot, type SnapshotRow } from './snapshot';
import { isWithin } from './state';

/** Two 404s that prove a deletion are this far apart, in milliseconds. */
const secondCheckMs = 60_000;
/** Details of a thin row at rest are asked for again after this long. */
const staleDetailsMs = 600_000;
/** A row at rest whose details couldn't be had is left alone for this long. */
const afterFailureMs = 60_000;

/** Which instances to ask for one by one, the most urgent first. */
export interface WantedDetails {
  /** Rows missing from a list, and rows in transition. */
  readonly urgent: readonly string[];
  /** Rows that a person has open, then the rest. */
  readonly resting: readonly string[];
}

export function wantedDetails(snapshot: Snapshot, onScreen: ReadonlySet<string>, now: number): WantedDetails {
  const { listedAt } = snapshot;
  const outdated = snapshot.rows
    .filter((row) => row.detailsAt < listedAt && (row.failedAt ?? 0) < listedAt)
    .sort((one, other) => one.detailsAt - other.detailsAt);
  const doubtful = snapshot.rows.filter(({ unlisted, notFoundAt }) => unlisted && notFoundAt !== undefined);
  const again = doubtful.filter(
    ({ notFoundAt, failedAt }) =>
      !isWithin(notFoundAt, secondCheckMs, now) && !isWithin(failedAt, 5_000, now),
  );
  const unlisted = outdated.filter((row) => row.unlisted && isShown(row));
  const thin = outdated.filter((row) => !row.unlisted);
  const moving = thin.filter((row) => isMoving(row, now));
  const resting = thin.filter(
    (row) =>
      !isMoving(row, now) &&
      !isWithin(row.failedAt, afterFailureMs, now) &&
      (row.detailsAt === 0 || !isWithin(row.detailsAt, staleDetailsMs, now)),
  );
  const open = resting.filter((row) => onScreen.has(row.instance.id));
  const rest = resting.filter((row) => !onScreen.has(row.instance.id));
  return { urgent: ids([...again, ...unlisted, ...moving]), resting: ids([...open, ...rest]) };
}

function ids(rows: readonly SnapshotRow[]): string[] {
  return rows.map((row) => row.instance.id);
}
