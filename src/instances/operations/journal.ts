import { watch } from 'node:fs';
import { access, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import * as v from 'valibot';
import writeFileAtomic from 'write-file-atomic';
import type { Disposable, Logger } from '../../api/environment';

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
  /** Notes how far it came. Throws when the claim was lost. */
  note(record: OperationRecord): Promise<void>;
  /** It has come to its end: the note goes. With `remember` its id cannot be begun again for a day. */
  finish(remember: boolean): Promise<void>;
  /** Leaves the note for another window. */
  release(): Promise<void>;
}

/** The notes of all windows of a person. */
export interface Journal {
  list(): Promise<readonly OperationRecord[]>;
  /** Notes a new operation and claims it; undefined where its id is noted already. */
  begin(record: OperationRecord): Promise<Claim | undefined>;
  /** Undefined while another window carries it on, or when it has ended. */
  claim(id: string): Promise<Claim | undefined>;
  /** Asks whoever carries it on to stop doing so. */
  cancel(id: string): Promise<void>;
  watch(listener: () => void): Disposable;
}

/** A claim not renewed for this long belonged to a window that is gone. */
const staleMs = 5_000;
const rememberedMs = 24 * 3_600_000;

/** Notes as one file an operation, claims as locks on them. */
export class FileJournal implements Journal {
  constructor(
    private readonly folder: string,
    private readonly log: Logger,
  ) {}

  async list(): Promise<readonly OperationRecord[]> {
    const names = await readdir(this.folder).catch(() => []);
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
    const records = await Promise.all(ids.map((id) => this.read(id)));
    return records
      .filter((record) => record !== undefined)
      .sort((one, other) => one.startedAt - other.startedAt);
  }

  async begin(record: OperationRecord): Promise<Claim | undefined> {
    await mkdir(this.folder, { recursive: true });
    await this.forgetOld();
    if (await exists(this.doneFileOf(record.id))) return undefined;
    try {
      await writeFile(this.fileOf(record.id), JSON.stringify(record), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (isCode(error, 'EEXIST')) return undefined;
      throw error;
    }
    return this.claim(record.id);
  }

  async claim(id: string): Promise<Claim | undefined> {
    const file = this.fileOf(id);
    const ended = new AbortController();
    let unlock: () => Promise<void>;
    try {
      unlock = await lockfile.lock(file, {
        stale: staleMs,
        update: 1_000,
        onCompromised: (error) => ended.abort(error),
      });
    } catch (error) {
      if (isCode(error, 'ELOCKED') || isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
    const record = await this.read(id);
    if (!record) {
      await unlock();
      return undefined;
    }
    const cancelled = this.watch(() => {
      void readFile(this.cancelFileOf(id)).then(
        () => ended.abort(new DOMException('Cancelled', 'AbortError')),
        () => undefined,
      );
    });
    const letGo = async (): Promise<void> => {
      cancelled.dispose();
      await unlock().catch((error: unknown) => this.log.debug(`operations: ${String(error)}`));
    };
    return {
      record,
      signal: ended.signal,
      note: async (next) => {
        ended.signal.throwIfAborted();
        await writeFileAtomic(file, JSON.stringify(next), { mode: 0o600 });
      },
      finish: async (remember) => {
        if (remember) await writeFile(this.doneFileOf(id), '', { mode: 0o600 });
        await rm(file, { force: true });
        await rm(this.cancelFileOf(id), { force: true });
        await letGo();
      },
      release: letGo,
    };
  }

  async cancel(id: string): Promise<void> {
    await writeFile(this.cancelFileOf(id), '', { mode: 0o600 });
  }

  watch(listener: () => void): Disposable {
    const closed = new AbortController();
    void mkdir(this.folder, { recursive: true })
      .then(() => {
        if (closed.signal.aborted) return;
        const watcher = watch(this.folder, { persistent: false, signal: closed.signal }, () => listener());
        watcher.on('error', () => undefined);
        listener();
      })
      .catch((error: unknown) => this.log.warn(`operations: not watched: ${String(error)}`));
    return { dispose: () => closed.abort() };
  }

  private async forgetOld(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!name.endsWith('.done')) continue;
      const file = path.join(this.folder, name);
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > rememberedMs) await rm(file, { force: true });
    }
  }

  private async read(id: string): Promise<OperationRecord | undefined> {
    try {
      return v.parse(recordSchema, JSON.parse(await readFile(this.fileOf(id), 'utf8')));
    } catch (error) {
      if (!isCode(error, 'ENOENT')) this.log.warn(`operations: ${id} cannot be read`);
      return undefined;
    }
  }

  private fileOf(id: string): string {
    return path.join(this.folder, `${id}.json`);
  }

  private doneFileOf(id: string): string {
    return path.join(this.folder, `${id}.done`);
  }

  private cancelFileOf(id: string): string {
    return path.join(this.folder, `${id}.cancel`);
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
