import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import writeFileAtomic from 'write-file-atomic';
import type { Disposable, Logger } from '../api/environment';
import { emptySnapshot, parseSnapshot, type Snapshot } from './snapshot';

/** What is handed to somebody who holds the lock. Both throw once the lock was lost to another window. */
export interface SnapshotEditor {
  /** The newest snapshot; the lock keeps it so. */
  readonly current: () => Snapshot;
  /** Replaces it, for all windows. */
  readonly save: (next: Snapshot) => Promise<void>;
  /** Aborted when the lock was lost: what is under way must not go on. */
  readonly signal: AbortSignal;
}

/** The one snapshot that all windows of a person share. */
export interface SharedSnapshot {
  read(): Promise<Snapshot>;
  /** Runs `work` alone among all windows; undefined at once, without running it, where another has the lock. */
  tryExclusive<T>(work: (editor: SnapshotEditor) => Promise<T>): Promise<T | undefined>;
  /** Like `tryExclusive`, but waits for its turn. */
  exclusive<T>(work: (editor: SnapshotEditor) => Promise<T>): Promise<T>;
  /** Calls back when another window may have written. */
  watch(listener: () => void): Disposable;
}

/** A lock not renewed for this long belonged to a window that is gone. */
const staleMs = 5_000;

/** The shared snapshot as a file `snapshot-<account id>.json` in a folder that all windows see. */
export class SnapshotFile implements SharedSnapshot {
  private readonly file: string;

  constructor(
    private readonly folder: string,
    private readonly accountId: string,
    private readonly log: Logger,
  ) {
    this.file = path.join(folder, `snapshot-${accountId}.json`);
  }

  async read(): Promise<Snapshot> {
    let text: string;
    try {
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      if (!isMissing(error)) this.log.warn(`snapshot: cannot be read: ${String(error)}`);
      return emptySnapshot(this.accountId);
    }
    const snapshot = parseSnapshot(text, this.accountId);
    if (!snapshot) this.log.warn('snapshot: damaged, begun anew');
    return snapshot ?? emptySnapshot(this.accountId);
  }

  async tryExclusive<T>(work: (editor: SnapshotEditor) => Promise<T>): Promise<T | undefined> {
    return this.locked(work, 0);
  }

  async exclusive<T>(work: (editor: SnapshotEditor) => Promise<T>): Promise<T> {
    const result = await this.locked(async (editor) => ({ value: await work(editor) }), 400);
    if (!result) throw new Error('The snapshot stayed locked by another window.');
    return result.value;
  }

  watch(listener: () => void): Disposable {
    let watcher: FSWatcher | undefined;
    let closed = false;
    void mkdir(this.folder, { recursive: true }).then(() => {
      if (closed) return;
      const name = path.basename(this.file);
      try {
        // The folder, since a rename over the file would end a watch of the file itself.
        watcher = watch(this.folder, { persistent: false }, (_event, changed) => {
          if (changed === null || changed === name) listener();
        });
        watcher.on('error', (error) => this.log.warn(`snapshot: not watched: ${error.message}`));
      } catch (error) {
        this.log.warn(`snapshot: not watched: ${String(error)}`);
      }
    });
    return {
      dispose: () => {
        closed = true;
        watcher?.close();
      },
    };
  }

  private async locked<T>(
    work: (editor: SnapshotEditor) => Promise<T>,
    retries: number,
  ): Promise<T | undefined> {
    await mkdir(this.folder, { recursive: true });
    const lost = new AbortController();
    let release: () => Promise<void>;
    try {
      release = await lockfile.lock(this.file, {
        realpath: false,
        stale: staleMs,
        update: 1_000,
        retries: { retries, minTimeout: 50, maxTimeout: 250, randomize: true },
        onCompromised: (error) => lost.abort(error),
      });
    } catch (error) {
      if (isCode(error, 'ELOCKED')) return undefined;
      throw error;
    }
    try {
      let current = await this.read();
      return await work({
        current: () => current,
        save: async (next) => {
          lost.signal.throwIfAborted();
          // Before the write, so that two changes under one lock build on each other.
          current = next;
          await writeFileAtomic(this.file, JSON.stringify(next), { mode: 0o600 });
        },
        signal: lost.signal,
      });
    } finally {
      if (!lost.signal.aborted) {
        await release().catch((error: unknown) => this.log.warn(`snapshot: lock: ${String(error)}`));
      }
    }
  }
}

function isMissing(error: unknown): boolean {
  return isCode(error, 'ENOENT');
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
