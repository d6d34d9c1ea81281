import type { Disposable } from '../../base/disposable';
import { isErrorCode } from '../../base/fileErrors';
import { acquireLock, type Lock, makePrivateFolder } from '../../base/lock';
import type { Logger } from '../../base/logger';
import { watch } from 'node:fs';
import { access, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import writeFileAtomic from 'write-file-atomic';
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

const createOutcomeSchema = v.variant('kind', [
  v.object({ kind: v.literal('created'), id: v.string() }),
  v.object({ kind: v.literal('adopted'), id: v.string(), lookedForMs: v.number() }),
  v.object({ kind: v.literal('unknown'), lookedForMs: v.number() }),
]);

const recordSchema = v.object({
  version: v.literal(1),
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,80}$/)),
  accountId: v.string(),
  kind: v.picklist(operationKinds),
  /** Missing only while a create has no id yet. */
  instanceId: v.optional(v.string()),
  name: v.string(),
  startedAt: v.number(),
  /** How far it came; each kind has its own words, the first one is `begin`. */
  step: v.string(),
  /** What a modify sends. A create keeps no request: it is never sent again, and may hold a password. */
  modify: v.optional(
    v.object({
      vcpuCount: v.number(),
      ramGb: v.number(),
      storageGb: v.number(),
      gpu: v.optional(v.object({ model: v.string(), count: v.number() })),
    }),
  ),
  /** A modify: whether the instance ran before, and is to run again. */
  startAfter: v.optional(v.boolean()),
  /** A create: the ids that existed before, to tell a new one. */
  knownIds: v.optional(v.array(v.string())),
  /** A create that has ended: told again to whoever asks for the same thing twice. */
  outcome: v.optional(createOutcomeSchema),
});

/** What is noted of a long operation before it begins, so that another window can take it up. */
export type OperationRecord = v.InferOutput<typeof recordSchema>;

/** An operation that this window alone may carry on. */
export interface Claim {
  readonly record: OperationRecord;
  /** Aborted when the claim was lost, or somebody asked to cancel. */
  readonly signal: AbortSignal;
  /** Notes how far it came. Throws when the claim was lost or the operation cancelled. */
  note(record: OperationRecord): Promise<void>;
  /**
   * It has come to its end: the note goes. What is given to be remembered cannot be begun again for a day. A
   * claim that was lost changes nothing: the operation is another window's.
   */
  finish(remember?: OperationRecord): Promise<void>;
  /** Leaves the note for another window. */
  release(): Promise<void>;
}

/** The notes of all windows of a person. */
export interface Journal {
  list(): Promise<readonly OperationRecord[]>;
  /** Notes a new operation and claims it; undefined where its id is noted or remembered already. */
  begin(record: OperationRecord): Promise<Claim | undefined>;
  /** Undefined while another window carries it on, or when it has ended. */
  claim(id: string): Promise<Claim | undefined>;
  /** An operation that has ended and is remembered. */
  past(id: string): Promise<OperationRecord | undefined>;
  /** Asks whoever carries it on to stop doing so. */
  cancel(id: string): Promise<void>;
  watch(listener: () => void): Disposable;
}

const rememberedMs = 24 * 3_600_000;

/** Notes as one file an operation, claims as locks on them. */
export class FileJournal implements Journal {
  constructor(
    private readonly folder: string,
    private readonly log: Logger,
  ) {}

  async list(): Promise<readonly OperationRecord[]> {
    const names = await readdir(this.folder).catch(() => []);
    const files = names.filter((name) => name.endsWith('.json'));
    const records = await Promise.all(files.map((name) => this.read(name)));
    return records
      .filter((record) => record !== undefined)
      .sort((one, other) => one.startedAt - other.startedAt);
  }

  async begin(record: OperationRecord): Promise<Claim | undefined> {
    await makePrivateFolder(this.folder);
    await this.forgetOld();
    // Claimed before it is noted, so that no other window finds a note that nobody carries on.
    const lock = await this.lock(record.id);
    if (!lock) return undefined;
    try {
      const known = (await this.read(`${record.id}.json`)) ?? (await this.past(record.id));
      if (!known) {
        await this.write(`${record.id}.json`, record);
        return await this.claimed(record, lock);
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
    await lock.release();
    return undefined;
  }

  async claim(id: string): Promise<Claim | undefined> {
    const lock = await this.lock(id);
    if (!lock) return undefined;
    const record = await this.read(`${id}.json`);
    if (record) return this.claimed(record, lock);
    await lock.release();
    return undefined;
  }

  past(id: string): Promise<OperationRecord | undefined> {
    return this.read(`${id}.done`);
  }

  async cancel(id: string): Promise<void> {
    await writeFile(path.join(this.folder, `${id}.cancel`), '', { mode: 0o600 });
  }

  watch(listener: () => void): Disposable {
    const closed = new AbortController();
    makePrivateFolder(this.folder)
      .then(() => {
        if (closed.signal.aborted) return;
        const options = { persistent: false, signal: closed.signal };
        const watcher = watch(this.folder, options, (event, name) => {
          // A claim is renewed every second; only that it came or went matters.
          if (event !== 'change' || !name?.endsWith('.lock')) listener();
        });
        watcher.on('error', () => undefined);
        listener();
      })
      .catch((error: unknown) => this.log.warn(`operations: not watched: ${String(error)}`));
    return { dispose: () => closed.abort() };
  }

  private async claimed(record: OperationRecord, lock: Lock): Promise<Claim> {
    const { id } = record;
    const cancelling = new AbortController();
    const lookForCancel = async (): Promise<void> => {
      if (await exists(path.join(this.folder, `${id}.cancel`))) {
        cancelling.abort(new DOMException('Cancelled', 'AbortError'));
      }
    };
    await lookForCancel();
    const watcher = this.watch(() => void lookForCancel());
    const signal = AbortSignal.any([lock.lost, cancelling.signal]);
    const release = async (): Promise<void> => {
      watcher.dispose();
      await lock.release();
    };
    return {
      record,
      signal,
      note: async (next) => {
        signal.throwIfAborted();
        await this.write(`${id}.json`, next);
      },
      finish: async (remember) => {
        if (!lock.lost.aborted) {
          if (remember) await this.write(`${id}.done`, remember);
          await rm(path.join(this.folder, `${id}.json`), { force: true });
          await rm(path.join(this.folder, `${id}.cancel`), { force: true });
        }
        await release();
      },
      release,
    };
  }

  /** Undefined where another window has it, or where there is no folder yet. */
  private async lock(id: string): Promise<Lock | undefined> {
    try {
      return await acquireLock(path.join(this.folder, `${id}.json`), { log: this.log });
    } catch (error) {
      if (isErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  private async forgetOld(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!name.endsWith('.done') && !name.endsWith('.cancel')) continue;
      const file = path.join(this.folder, name);
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > rememberedMs) await rm(file, { force: true });
    }
  }

  private async read(name: string): Promise<OperationRecord | undefined> {
    try {
      return v.parse(recordSchema, JSON.parse(await readFile(path.join(this.folder, name), 'utf8')));
    } catch (error) {
      if (!isErrorCode(error, 'ENOENT')) this.log.warn(`operations: ${name} cannot be read`);
      return undefined;
    }
  }

  private write(name: string, record: OperationRecord): Promise<void> {
    return writeFileAtomic(path.join(this.folder, name), JSON.stringify(record), { mode: 0o600 });
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
