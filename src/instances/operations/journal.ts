import * as v from 'valibot';
import type { Disposable } from '../../base/disposable';

/** What can be done to an instance. */
export const operationKinds = [
  'start',
  'stop',
  'restart',
  'delete',
  'create',
  'modify',
  'startWhenAvailable',
] as const;
export type OperationKind = (typeof operationKinds)[number];

/** A kind that needs no more than the ID of an instance. */
export type PlainKind = Exclude<OperationKind, 'create' | 'modify'>;

const count = v.pipe(v.number(), v.finite());
const gpuSchema = v.object({ model: v.string(), count });

/** `lists`: how many good lists were searched; `forMs`: how long the search took, in milliseconds. */
const searchFields = { lists: count, forMs: count };

/** How a create ended. Only a refused one, which isn't kept, promises that nothing was created. */
const createEndSchema = v.variant('kind', [
  v.object({ kind: v.literal('created'), id: v.string() }),
  v.object({ kind: v.literal('adopted'), id: v.string(), ...searchFields }),
  v.object({ kind: v.literal('unknown'), ...searchFields }),
]);

/** See `BudgetBreach`. */
const breachSchema = v.object({
  kind: v.picklist(['hourly', 'daily', 'monthly']),
  limit: count,
  amount: count,
  isAtLeast: v.boolean(),
});

/** An operation as it is kept in a file. Times are milliseconds since the epoch. */
export const operationSchema = v.object({
  version: v.literal(1),
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,80}$/)),
  accountId: v.string(),
  kind: v.picklist(operationKinds),
  /** Missing only while a create has no ID yet. */
  instanceId: v.optional(v.string()),
  name: v.string(),
  startedAt: count,
  /** A start when available: when to give up. Records of earlier versions have none. */
  until: v.optional(count),
  /** A start when available: how long after the start it's stopped again if no window connects, in milliseconds. */
  stopIfUnusedMs: v.optional(count),
  /** A start when available: how many attempts were refused so far, and when the next one is. */
  attempts: v.optional(count),
  nextAt: v.optional(count),
  /** When a window last worked on it. */
  attendedAt: v.optional(count),
  /** Nobody worked on it for too long, and the person hasn't said since that they still want it. */
  late: v.optional(v.boolean()),
  /** How far it came. The first one is `begin`; the others depend on the kind. */
  step: v.string(),
  /** A start when available: an attempt was refused because its GPU wasn't available. */
  wasUnavailable: v.optional(v.boolean()),
  /** A create: where, if that was chosen. */
  locationId: v.optional(v.string()),
  /** What a modify sends. A create keeps no request: it is never sent again, and may contain a password. */
  modify: v.optional(
    v.object({ vcpuCount: count, ramGb: count, storageGb: count, gpu: v.optional(gpuSchema) }),
  ),
  /** A modify: whether to start the instance afterwards. */
  startAfter: v.optional(v.boolean()),
  /** A modify: it stopped the instance, which its failure has to say. */
  stopped: v.optional(v.boolean()),
  /** A create or modify: what the instance costs then, in US dollars an hour, if that is known. */
  rateHourly: v.optional(count),
  /** It may start billing at any moment, so that it counts for others that want to. */
  isStarting: v.optional(v.boolean()),
  /** The limits that the person agreed to exceed, and when. */
  agreed: v.optional(v.object({ at: count, breaches: v.array(breachSchema) })),
  /** A create: what the new instance has to match, to be recognized without an answer. */
  wanted: v.optional(
    v.object({
      image: v.string(),
      vcpuCount: count,
      ramGb: count,
      storageGb: count,
      gpus: v.array(gpuSchema),
    }),
  ),
  /** A create: the IDs that existed before it was sent. */
  knownIds: v.optional(v.array(v.string())),
  /** A create: when the search for its instance began. */
  searchFrom: v.optional(count),
  /** A create: how many good lists were searched so far. */
  lists: v.optional(count),
  /** A create that has ended, for whoever asks for the same one again. */
  created: v.optional(createEndSchema),
  /** How it ended, for a window that lost it to another one. */
  end: v.optional(v.object({ kind: v.picklist(['done', 'refused', 'unknown']), message: v.string() })),
});

/** What is saved about an operation before it begins, so that another window can continue it. */
export type OperationRecord = v.InferOutput<typeof operationSchema>;

/** The right of this window alone to work on an operation. */
export interface Claim {
  readonly record: OperationRecord;
  /** Aborted when the claim is lost, or with an `AbortError` when a person cancels the operation. */
  readonly signal: AbortSignal;
  /** Saves how far it came. Throws when the claim is lost or the operation canceled. */
  note(record: OperationRecord): Promise<void>;
  /**
   * The operation has ended: its record goes. What is given is remembered for a day, and can't be begun again. Does
   * nothing if the claim was lost, since the operation is another window's.
   */
  finish(remember?: OperationRecord): Promise<void>;
  /** Leaves the operation to another window. */
  release(): Promise<void>;
}

/** The operations of all windows of a person. */
export interface Journal {
  /** Oldest first. */
  list(): Promise<readonly OperationRecord[]>;
  /** Saves a new operation and claims it; `undefined` if its ID is saved or remembered already. */
  begin(record: OperationRecord): Promise<Claim | undefined>;
  /** `undefined` while another window works on it, or when it has ended. */
  claim(id: string): Promise<Claim | undefined>;
  /** An operation that has ended and is remembered. */
  past(id: string): Promise<OperationRecord | undefined>;
  /** Runs `work` while no other window does the same. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Asks the window that works on it to stop. */
  cancel(id: string): Promise<void>;
  watch(listener: () => void): Disposable;
}
