import * as v from 'valibot';
import type { ErrorCode } from '../api/errors';
import type { Instance, InstanceState } from '../api/types';

/** What a person asked for and the service accepted; it explains states that lag behind or flicker. */
export type Action = 'create' | 'start' | 'stop' | 'delete' | 'modify';

/** An accepted action whose result isn't known yet. `since`: milliseconds since the epoch. */
export interface Expectation {
  readonly action: Action;
  readonly since: number;
  /** An answer that was asked for after the action arrived, so the state isn't older than the action. */
  readonly seen?: boolean;
  /** A stop: when the instance was created or started, if it hadn't come up yet. */
  readonly bootedAt?: number;
}

/** One instance in the snapshot, with what is known about the answers that described it. */
export interface SnapshotRow {
  readonly instance: Instance;
  /** When its details last arrived; 0 never. */
  readonly detailsAt: number;
  /** The newest list left its details out. */
  readonly thin?: boolean;
  /** When asking for its details failed, if that was the newest attempt. */
  readonly failedAt?: number;
  /** Missing from the newest list. It counts as gone only after two 404s a minute apart. */
  readonly unlisted?: boolean;
  /** When the first good list without it was asked for. */
  readonly unlistedAt?: number;
  /** When a GET of its ID was first answered by 404 since it was last seen. */
  readonly notFoundAt?: number;
  /** When it was first seen running after another state; missing where it ran before, or doesn't run. */
  readonly runningSince?: number;
  /** It was stopped and is being changed: the service's `creating` doesn't mean a new instance. */
  readonly modifying?: boolean;
  readonly expectation?: Expectation;
}

/** Whether a person sees the row: one missing from a list goes as soon as the service doesn't know its ID. */
export function isShown(row: SnapshotRow): boolean {
  return row.unlisted !== true || row.notFoundAt === undefined;
}

/** Why the newest attempt failed; the rows before it stay. */
export interface Failure {
  readonly code: ErrorCode;
  /** What happened, without advice to try again: that happens by itself. */
  readonly message: string;
  /** When the first of the consecutive failures happened. */
  readonly since: number;
  readonly at: number;
  readonly count: number;
  /** No request before this time (from `Retry-After`). */
  readonly retryAt?: number;
}

/**
 * The last known list of an account's instances, shared by all windows through one file. Times are milliseconds
 * since the epoch. It holds no token.
 */
export interface Snapshot {
  readonly version: 1;
  readonly accountId: string;
  /** When the newest list that said anything new was asked for; 0 never. See `freshAt`. */
  readonly listedAt: number;
  /** When a list that said the same was last asked for, if one was. It isn't part of the file. */
  readonly confirmedAt?: number;
  /** When a list last differed from the one before. */
  readonly changedAt: number;
  readonly rows: readonly SnapshotRow[];
  /** IDs that are proved gone, newest last. */
  readonly gone: readonly string[];
  readonly failure?: Failure;
  /** When requests of the last minute were made in the background, by all windows together. */
  readonly requestedAt: readonly number[];
}

/** When the newest list was asked for, milliseconds since the epoch; 0 never. */
export function freshAt({ listedAt, confirmedAt = 0 }: Pick<Snapshot, 'listedAt' | 'confirmedAt'>): number {
  return Math.max(listedAt, confirmedAt);
}

/** A snapshot of an account about which nothing is known. */
export function emptySnapshot(accountId: string): Snapshot {
  return { version: 1, accountId, listedAt: 0, changedAt: 0, rows: [], gone: [], requestedAt: [] };
}

const states = [
  'creating',
  'starting',
  'running',
  'stopping',
  'stopped',
  'stoppeddisassociated',
  'deleting',
  'deleted',
  'error',
  'unknown',
] as const satisfies readonly InstanceState[];

const time = v.pipe(v.number(), v.finite());

const instanceSchema = v.object({
  id: v.string(),
  name: v.string(),
  state: v.picklist(states),
  statusText: v.string(),
  ipAddress: v.optional(v.string()),
  portForwards: v.optional(v.array(v.object({ internalPort: v.number(), externalPort: v.number() }))),
  resources: v.optional(
    v.object({
      vcpuCount: v.optional(v.number()),
      ramGb: v.optional(v.number()),
      storageGb: v.optional(v.number()),
      gpus: v.optional(v.array(v.object({ model: v.string(), count: v.number() }))),
    }),
  ),
  rateHourly: v.optional(v.number()),
  locationId: v.optional(v.string()),
  image: v.optional(v.string()),
});

const snapshotSchema = v.object({
  version: v.literal(1),
  accountId: v.string(),
  listedAt: time,
  changedAt: time,
  rows: v.array(
    v.object({
      instance: instanceSchema,
      detailsAt: time,
      thin: v.optional(v.boolean()),
      failedAt: v.optional(time),
      unlisted: v.optional(v.boolean()),
      unlistedAt: v.optional(time),
      notFoundAt: v.optional(time),
      runningSince: v.optional(time),
      modifying: v.optional(v.boolean()),
      expectation: v.optional(
        v.object({
          action: v.picklist(['create', 'start', 'stop', 'delete', 'modify']),
          since: time,
          seen: v.optional(v.boolean()),
          bootedAt: v.optional(time),
        }),
      ),
    }),
  ),
  gone: v.array(v.string()),
  failure: v.optional(
    v.object({
      code: v.picklist([
        'not-signed-in',
        'unauthorized',
        'forbidden',
        'not-found',
        'bad-request',
        'conflict',
        'rate-limited',
        'no-capacity',
        'service-down',
        'unreadable-answer',
        'outcome-unknown',
        'cancelled',
        'bad-address',
      ] as const satisfies readonly ErrorCode[]),
      message: v.string(),
      since: time,
      at: time,
      count: v.number(),
      retryAt: v.optional(time),
    }),
  ),
  requestedAt: v.array(time),
});

/** Reads a snapshot from the text of its file; undefined where it is damaged or belongs to another account. */
export function parseSnapshot(text: string, accountId: string): Snapshot | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = v.safeParse(snapshotSchema, json);
  return result.success && result.output.accountId === accountId ? result.output : undefined;
}
