import { goneAfterMs } from './merge';
import { isMoving } from './pace';
import { freshAt, isShown, type Snapshot, type SnapshotRow } from './snapshot';
import { isWithin } from './state';

/** Known details of a row that lists leave incomplete are requested again after this long, and then less often. */
const staleDetailsMs = 600_000;
/** Nobody is waiting for details of a row that hasn't changed for this long, unless it is open. */
const settledMs = 24 * 3_600_000;
/** A row at rest whose details couldn't be loaded is left alone for this long. */
const afterFailureMs = 60_000;

/** Which instances to request one by one, the most urgent first. */
export interface WantedDetails {
  /** Rows missing from a list, and rows in transition. */
  readonly urgent: readonly string[];
  /** Rows that a person has open, then the rest. */
  readonly resting: readonly string[];
}

/** What this window shows. */
export interface Shown {
  /** Rows are visible, or something waits for a state. If not, little is requested. */
  readonly watched: boolean;
  /** IDs of rows whose details a person has open. */
  readonly onScreen: ReadonlySet<string>;
}

/** Which details are missing or out of date at `now`. */
export function wantedDetails(snapshot: Snapshot, shown: Shown, now: number): WantedDetails {
  const fresh = freshAt(snapshot);
  const outdated = snapshot.rows
    .filter(
      ({ detailsAt, thin, failedAt = 0 }) =>
        // What came with a list came again with each one that confirmed it.
        detailsAt < (thin ? fresh : snapshot.listedAt) && failedAt < fresh,
    )
    .sort((one, other) => one.detailsAt - other.detailsAt);
  const doubtful = snapshot.rows.filter(({ unlisted, notFoundAt }) => unlisted && notFoundAt !== undefined);
  const again = doubtful.filter(
    ({ notFoundAt, failedAt }) => !isWithin(notFoundAt, goneAfterMs, now) && !isWithin(failedAt, 5_000, now),
  );
  const unlisted = outdated.filter((row) => row.unlisted && isShown(row));
  const thin = outdated.filter((row) => !row.unlisted);
  if (!shown.watched) return { urgent: ids([...again, ...unlisted]), resting: ids(thin.filter(lacksRate)) };
  const moving = thin.filter((row) => isMoving(row, now));
  const resting = thin.filter(
    (row) =>
      !isMoving(row, now) && !isWithin(row.failedAt, afterFailureMs, now) && isStale(row, snapshot, now),
  );
  const open = resting.filter((row) => shown.onScreen.has(row.instance.id));
  const rest = resting.filter(
    (row) =>
      !shown.onScreen.has(row.instance.id) &&
      (row.detailsAt === 0 || isWithin(snapshot.changedAt, settledMs, now)),
  );
  return { urgent: ids([...again, ...unlisted, ...moving]), resting: ids([...open, ...rest]) };
}

/** Costs count while nobody is watching, too: its rate is requested once. */
function lacksRate({ instance, detailsAt, failedAt }: SnapshotRow): boolean {
  const isNew = detailsAt === 0 && failedAt === undefined;
  return isNew && instance.state === 'running' && instance.rateHourly === undefined;
}

/** The gap grows with the time in which nothing changed: what a list leaves out for good isn't requested forever. */
function isStale({ detailsAt }: SnapshotRow, { changedAt }: Snapshot, now: number): boolean {
  return detailsAt === 0 || !isWithin(detailsAt, Math.max(staleDetailsMs, detailsAt - changedAt), now);
}

function ids(rows: readonly SnapshotRow[]): string[] {
  return rows.map((row) => row.instance.id);
}
