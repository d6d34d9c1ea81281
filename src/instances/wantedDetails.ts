import { isShown, type Snapshot, type SnapshotRow } from './snapshot';
import { effectiveState, isTransient } from './state';

/** Two 404 that prove a deletion are a minute apart. */
const secondLookMs = 60_000;
/** Details of a thin row at rest are asked for again after this long. */
const staleDetailsMs = 600_000;
/** A row at rest whose details could not be had is left alone for this long. */
const afterFailureMs = 60_000;

/** Which instances to ask for by themselves, the most urgent first. */
export interface WantedDetails {
  /** Rows that a list left out, and rows in transition. */
  readonly urgent: readonly string[];
  /** Rows that a person has open, then the rest. */
  readonly resting: readonly string[];
}

export function wantedDetails(snapshot: Snapshot, onScreen: ReadonlySet<string>, now: number): WantedDetails {
  const { listedAt } = snapshot;
  const untold = snapshot.rows
    .filter((row) => row.detailsAt < listedAt && (row.failedAt ?? 0) < listedAt)
    .sort((one, other) => one.detailsAt - other.detailsAt);
  const doubtful = snapshot.rows.filter(({ unlisted, notFoundAt }) => unlisted && notFoundAt !== undefined);
  const again = doubtful.filter(({ notFoundAt }) => !isWithin(notFoundAt, secondLookMs, now));
  const unlisted = untold.filter((row) => row.unlisted && isShown(row));
  const thin = untold.filter((row) => !row.unlisted);
  const moving = thin.filter((row) => isMoving(row, snapshot, now));
  const resting = thin.filter(
    (row) =>
      !isMoving(row, snapshot, now) &&
      !isWithin(row.failedAt, afterFailureMs, now) &&
      (row.detailsAt === 0 || !isWithin(row.detailsAt, staleDetailsMs, now)),
  );
  const open = resting.filter((row) => onScreen.has(row.instance.id));
  const rest = resting.filter((row) => !onScreen.has(row.instance.id));
  return { urgent: ids([...again, ...unlisted, ...moving]), resting: ids([...open, ...rest]) };
}

function isMoving({ instance }: SnapshotRow, snapshot: Snapshot, now: number): boolean {
  const expectation = snapshot.expectations[instance.id];
  return expectation !== undefined || isTransient(effectiveState(instance, expectation, now));
}

/** Whether the time is not that long ago; one in the future comes from a clock that was set back. */
function isWithin(time: number | undefined, ms: number, now: number): boolean {
  return time !== undefined && time <= now && now - time < ms;
}

function ids(rows: readonly SnapshotRow[]): string[] {
  return rows.map((row) => row.instance.id);
}
