import { access, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { cancelled } from '../../base/abort';
import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import { isErrorCode } from '../../base/fileErrors';
import { acquireLock, isUnwritable, type Lock, makePrivateFolder } from '../../base/lock';
import { writePrivateFile } from '../../base/privateFile';
import type { Logger } from '../../base/logger';
import { watchFolder } from '../../base/watchFolder';
import { operationSchema, type Claim, type Journal, type OperationRecord } from './journal';

const rememberedMs = 24 * 3_600_000;

/**
 * One file per operation, and a lock on it as the claim. Where the folder can’t be written, operations stay in memory:
 * they work, but no other window can continue them.
 */
export class FileJournal implements Journal {
  /** Operations that couldn't be saved, with what cancels them. */
  private readonly unsaved = new Map<string, { record: OperationRecord; readonly cancel: AbortController }>();
  private readonly unsavedChanges = new Emitter<void>();
  private saidUnwritable = false;

  constructor(
    private readonly folder: string,
    private readonly log: Logger,
    /** Called once, when the folder turns out not to be writable. */
    private readonly onUnwritable: (error: unknown) => void = () => undefined,
  ) {}

  async list(): Promise<readonly OperationRecord[]> {
    const names = await readdir(this.folder).catch(() => []);
    const files = names.filter((name) => name.endsWith('.json'));
    const records = await Promise.all(files.map((name) => this.read(name)));
    return [...records, ...[...this.unsaved.values()].map(({ record }) => record)]
      .filter((record) => record !== undefined)
      .sort((one, other) => one.startedAt - other.startedAt);
  }

  async begin(record: OperationRecord): Promise<Claim | undefined> {
    if (this.unsaved.has(record.id)) return undefined;
    try {
      return await this.beginSaved(record);
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      this.sayUnwritable(error);
      return this.beginUnsaved(record);
    }
  }

  private async beginSaved(record: OperationRecord): Promise<Claim | undefined> {
    await makePrivateFolder(this.folder);
    await this.forgetOld();
    // Claimed before it is saved, so that no other window finds an operation that nobody works on.
    const lock = await this.lock(record.id);
    if (!lock) return undefined;
    try {
      const known = (await this.read(`${record.id}.json`)) ?? (await this.past(record.id));
      if (!known) {
        // Of an operation before that had the same ID.
        await rm(path.join(this.folder, `${record.id}.cancel`), { force: true });
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

  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const lock = await this.lockAll();
    try {
      return await work();
    } finally {
      await lock?.release();
    }
  }

  /** `undefined` if the folder can't be written: then no other window can know of what this one does either. */
  private async lockAll(): Promise<Lock | undefined> {
    try {
      await makePrivateFolder(this.folder);
      return await acquireLock(path.join(this.folder, 'all'), { log: this.log, retries: 200 });
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      return undefined;
    }
  }

  async claim(id: string): Promise<Claim | undefined> {
    if (this.unsaved.has(id)) return undefined;
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
    const unsaved = this.unsaved.get(id);
    if (unsaved) {
      unsaved.cancel.abort(cancelled());
      return;
    }
    await writeFile(path.join(this.folder, `${id}.cancel`), '', { mode: 0o600 });
  }

  watch(listener: () => void): Disposable {
    const unsaved = this.unsavedChanges.event(listener);
    const saved = watchFolder(this.folder, {
      log: this.log,
      label: 'operations',
      // A claim is renewed every second; only that it came or went matters.
      isRelevant: (event, name) => event !== 'change' || !name?.endsWith('.lock'),
      listener,
    });
    return {
      dispose: () => {
        saved.dispose();
        unsaved.dispose();
      },
    };
  }

  private beginUnsaved(record: OperationRecord): Claim {
    const { id } = record;
    const cancel = new AbortController();
    const put = (next: OperationRecord): void => {
      this.unsaved.set(id, { record: next, cancel });
      this.unsavedChanges.fire();
    };
    const forget = (): Promise<void> => {
      this.unsaved.delete(id);
      this.unsavedChanges.fire();
      return Promise.resolve();
    };
    put(record);
    return {
      record,
      signal: cancel.signal,
      note: async (next) => {
        cancel.signal.throwIfAborted();
        put(next);
      },
      finish: forget,
      release: forget,
    };
  }

  private sayUnwritable(error: unknown): void {
    if (this.saidUnwritable) return;
    this.saidUnwritable = true;
    this.log.warn(`operations: ${this.folder} can't be written: ${String(error)}`);
    this.onUnwritable(error);
  }

  private async claimed(record: OperationRecord, lock: Lock): Promise<Claim> {
    const { id } = record;
    const cancelling = new AbortController();
    const checkCancel = async (): Promise<void> => {
      if (await exists(path.join(this.folder, `${id}.cancel`))) {
        cancelling.abort(cancelled());
      }
    };
    await checkCancel();
    const watcher = this.watch(() => void checkCancel());
    const ended = new AbortController();
    const signal = AbortSignal.any([lock.lost, cancelling.signal, ended.signal]);
    // After sleep, a window may not know yet that another one took its lock, and has finished the operation.
    const checkEnded = async (): Promise<void> => {
      if (!(await exists(path.join(this.folder, `${id}.json`))))
        ended.abort(new Error('It ended elsewhere.'));
    };
    const release = async (): Promise<void> => {
      watcher.dispose();
      await lock.release();
    };
    return {
      record,
      signal,
      note: async (next) => {
        // The watcher may be late, and nothing must be sent for what was just canceled elsewhere.
        await checkCancel();
        await checkEnded();
        signal.throwIfAborted();
        // A full disk must not end what is under way.
        await this.write(`${id}.json`, next).catch((error: unknown) => {
          if (!isUnwritable(error)) throw error;
          this.sayUnwritable(error);
        });
      },
      finish: async (remember) => {
        if (!lock.lost.aborted && !ended.signal.aborted) {
          if (remember) await this.write(`${id}.done`, remember);
          await rm(path.join(this.folder, `${id}.json`), { force: true });
          await rm(path.join(this.folder, `${id}.cancel`), { force: true });
        }
        await release();
      },
      release,
    };
  }

  /** `undefined` if another window has it, or there is no folder yet. */
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
      return v.parse(operationSchema, JSON.parse(await readFile(path.join(this.folder, name), 'utf8')));
    } catch (error) {
      if (!isErrorCode(error, 'ENOENT')) this.log.warn(`operations: ${name} can’t be read`);
      return undefined;
    }
  }

  private write(name: string, record: OperationRecord): Promise<void> {
    return writePrivateFile(path.join(this.folder, name), JSON.stringify(record));
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
