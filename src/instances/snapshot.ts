import * as v from 'valibot';
import type { ErrorCode } from '../api/errors';
import type { Instance, InstanceState } from '../api/types';

/** What a person asked for and the service accepted; it explains states that lag behind or flicker. */
export type Action = 'create' | 'start' | 'stop' | 'delete' | 'modify';

/** An accepted action whose end is not seen yet. `since`: milliseconds since the epoch. */
export interface Expectation {
  readonly action: Action;
  readonly since: number;
}

/** One instance in the snapshot, with what we know about what the service told of it. */
export interface SnapshotRow {
  readonly instance: Instance;
  /** When its details were last told; 0 never. */
  readonly detailsAt: number;
  /** When asking for it by itself failed, if that was the newest attempt. */
  readonly failedAt?: number;
  /** Left out of the newest list. It counts as gone only after two 404 a minute apart. */
  readonly unlisted?: boolean;
  /** When a GET of its id was answered by 404 for the first time since it was last told of. */
  readonly notFoundAt?: number;
  /** When it was first told to run after another state; missing where it ran before we looked, or does not run. */
  readonly runningSince?: number;
}

/** Whether a person sees the row: one that a list left out goes as soon as the service does not know its id. */
export function isShown(row: SnapshotRow): boolean {
  return row.unlisted !== true || row.notFoundAt === undefined;
}

/** Why the newest attempt failed; the rows before it stay. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** When the first failure of the row of failures happened. */
  readonly since: number;
  readonly at: number;
  readonly count: number;
  /** Not to be asked before (from `Retry-After`). */
  readonly retryAt?: number;
}

/**
 * The last known list of an account's instances, shared by all windows of a person through one file. Times are
 * milliseconds since the epoch. It holds no token.
 */
export interface Snapshot {
  readonly version: 1;
  readonly accountId: string;
  /** When the newest list was asked for; 0 never. */
  readonly listedAt: number;
  /** When a list last differed from the one before. */
  readonly changedAt: number;
  readonly rows: readonly SnapshotRow[];
  /** Ids that two 404 or our own delete proved gone, newest last. */
  readonly gone: readonly string[];
  readonly expectations: Readonly<Record<string, Expectation>>;
  readonly failure?: Failure;
  /** When requests of the last minute were made in the background, by all windows together. */
  readonly requestedAt: readonly number[];
}

/** A snapshot of an account of which nothing is known. */
export function emptySnapshot(accountId: string): Snapshot {
  return {
    version: 1,
    accountId,
    listedAt: 0,
    changedAt: 0,
    rows: [],
    gone: [],
    expectations: {},
    requestedAt: [],
  };
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
      failedAt: v.optional(time),
      unlisted: v.optional(v.boolean()),
      notFoundAt: v.optional(time),
      runningSince: v.optional(time),
    }),
  ),
  gone: v.array(v.string()),
  expectations: v.record(
    v.string(),
    v.object({ action: v.picklist(['create', 'start', 'stop', 'delete', 'modify']), since: time }),
  ),
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

/** Reads a snapshot from the text of its file; undefined where it is damaged or of another account. */
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
