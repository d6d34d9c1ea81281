import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import writeFileAtomic from 'write-file-atomic';
import { emptySnapshot, parseSnapshot, type Snapshot } from './snapshot';

/** The one snapshot that all windows of a person share. */
export interface SharedSnapshot {
  /** The newest one. Rejects where it cannot be read; one that is damaged is begun anew. */
  read(): Promise<Snapshot>;
  /** Changes it for all windows by a pure step on the newest one, and gives back what is there then. */
  change(step: (snapshot: Snapshot) => Snapshot): Promise<Snapshot>;
  /**
   * Runs `work`, which asks the service, alone among all windows; changes go on meanwhile. False at once,
   * without running it, where another window asks. The signal is aborted when the right to ask was lost.
   */
  tryAsking(work: (signal: AbortSignal) => Promise<void>): Promise<boolean>;
  /** Like `tryAsking`, but waits for its turn. */
  asking(work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** Calls back when another window may have written. */
  watch(listener: () => void): Disposable;
}

/** A lock not renewed for this long belonged to a window that is gone. */
const staleMs = 5_000;

/** The shared snapshot as a file `snapshot-<account id>.json` in a folder that all windows see. */
export class SnapshotFile implements SharedSnapshot {
  private readonly file: string;
  /** Changes of this window wait for each other here, not at the lock. */
  private lastChange: Promise<unknown> = Promise.resolve();

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
      if (isCode(error, 'ENOENT')) return emptySnapshot(this.accountId);
      throw error;
    }
    const snapshot = parseSnapshot(text, this.accountId);
    if (!snapshot) this.log.warn('snapshot: damaged, begun anew');
    return snapshot ?? emptySnapshot(this.accountId);
  }

  change(step: (snapshot: Snapshot) => Snapshot): Promise<Snapshot> {
    const change = this.lastChange.then(() => this.changeNow(step));
    this.lastChange = change.catch(() => undefined);
    return change;
  }

  tryAsking(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    return this.locked('asking', 0, work);
  }

  async asking(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (!(await this.locked('asking', 600, work))) throw new Error('Another window asks for too long.');
  }

  watch(listener: () => void): Disposable {
    let watcher: FSWatcher | undefined;
    let closed = false;
    const name = path.basename(this.file);
    mkdir(this.folder, { recursive: true })
      .then(() => {
        if (closed) return;
        // The folder, since a rename over the file would end a watch of the file itself.
        watcher = watch(this.folder, { persistent: false }, (_event, changed) => {
          if (changed === null || changed === name) listener();
        });
        watcher.on('error', (error) => this.log.warn(`snapshot: not watched: ${error.message}`));
      })
      .catch((error: unknown) => this.log.warn(`snapshot: not watched: ${String(error)}`));
    return {
      dispose: () => {
        closed = true;
        watcher?.close();
      },
    };
  }

  private async changeNow(step: (snapshot: Snapshot) => Snapshot): Promise<Snapshot> {
    let after: Snapshot | undefined;
    const done = await this.locked('writing', 400, async (signal) => {
      const next = step(await this.read());
      signal.throwIfAborted();
      await writeFileAtomic(this.file, JSON.stringify(next), { mode: 0o600 });
      after = next;
    });
    if (!done || !after) throw new Error('The snapshot stayed locked by another window.');
    return after;
  }

  private async locked(
    what: 'asking' | 'writing',
    retries: number,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    await mkdir(this.folder, { recursive: true });
    const lost = new AbortController();
    let release: () => Promise<void>;
    try {
      release = await lockfile.lock(`${this.file}.${what}`, {
        realpath: false,
        stale: staleMs,
        update: 1_000,
        retries: { retries, minTimeout: 20, maxTimeout: 250, randomize: true },
        onCompromised: (error) => lost.abort(error),
      });
    } catch (error) {
      if (isCode(error, 'ELOCKED')) return false;
      throw error;
    }
    try {
      await work(lost.signal);
      return true;
    } finally {
      if (!lost.signal.aborted) {
        await release().catch((error: unknown) => this.log.warn(`snapshot: lock: ${String(error)}`));
      }
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
