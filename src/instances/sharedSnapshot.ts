import { stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Disposable } from '../base/disposable';
import { acquireLock, isUnwritable, type Lock, makePrivateFolder } from '../base/lock';
import type { Logger } from '../base/logger';
import { writePrivateFile } from '../base/privateFile';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';
import { emptySnapshot, parseSnapshot, type Snapshot } from './snapshot';

/** The one snapshot that all windows of a person share. */
export interface SharedSnapshot {
  /** The newest one. Rejects if it can't be read; a damaged one is set aside and started over. */
  read(): Promise<Snapshot>;
  /** Changes it for all windows by a pure step on the newest one, and resolves with the result. */
  change(step: (snapshot: Snapshot) => Snapshot): Promise<Snapshot>;
  /**
   * A list asked for at `at` (milliseconds since the epoch) said the same as this snapshot: tells that to all windows
   * without writing. `undefined` if that isn't possible. Never rejects.
   */
  confirm(snapshot: Snapshot, at: number): Promise<Snapshot | undefined>;
  /**
   * Runs `work`, which asks the service, alone among all windows; changes go on in the meantime. False at once, without
   * running it, if another window is asking. The signal is aborted if the right to ask is lost.
   */
  tryAsking(work: (signal: AbortSignal) => Promise<void>): Promise<boolean>;
  /** Like `tryAsking`, but waits for its turn. */
  asking(work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** Calls back when another window may have written. */
  watch(listener: () => void): Disposable;
}

/** About two and a half minutes, longer than any request. */
const askingRetries = 1_500;

/**
 * The shared snapshot as a file `snapshot-<account id>.json` in a folder that all windows see. Where the folder
 * can't be written, each window works with its own snapshot in memory.
 */
export class SnapshotFile implements SharedSnapshot {
  private readonly shared: SharedFile<Snapshot>;
  private readonly confirmation: string;
  private known: { readonly stored: Snapshot; readonly snapshot: Snapshot } | undefined;

  constructor(
    private readonly folder: string,
    accountId: string,
    private readonly log: Logger,
    events: SharedFileEvents = {},
  ) {
    this.confirmation = path.join(folder, `snapshot-${accountId}.confirmed`);
    this.shared = new SharedFile<Snapshot>(
      path.join(folder, `snapshot-${accountId}.json`),
      (text) => parseSnapshot(text, accountId),
      emptySnapshot(accountId),
      log,
      events,
    );
  }

  async read(): Promise<Snapshot> {
    return this.withConfirmation(await this.shared.read());
  }

  async change(step: (snapshot: Snapshot) => Snapshot): Promise<Snapshot> {
    return this.withConfirmation(await this.shared.update(step));
  }

  async confirm(snapshot: Snapshot, at: number): Promise<Snapshot | undefined> {
    const times = [new Date(snapshot.listedAt), new Date(at)] as const;
    try {
      await utimes(this.confirmation, ...times).catch(async () => {
        await writePrivateFile(this.confirmation, '');
        await utimes(this.confirmation, ...times);
      });
    } catch (error) {
      this.log.debug(`${this.confirmation}: ${String(error)}`);
      return undefined;
    }
    const stored = this.known?.snapshot === snapshot ? this.known.stored : snapshot;
    const confirmed = await this.withConfirmation(stored);
    // Some file systems keep times less exactly.
    return confirmed.confirmedAt === at ? confirmed : undefined;
  }

  tryAsking(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    return this.askAlone(0, work);
  }

  async asking(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (!(await this.askAlone(askingRetries, work))) {
      throw new Error('Another window has been refreshing for too long.');
    }
  }

  watch(listener: () => void): Disposable {
    return this.shared.watch(listener, path.basename(this.confirmation));
  }

  /**
   * The times of an empty file say when a list confirmed the snapshot (modified), and which one: that of the list of this
   * time (accessed; nobody reads the file). A confirmation of an older list doesn't count, nor one of a lost snapshot.
   */
  private async withConfirmation(stored: Snapshot): Promise<Snapshot> {
    const stats = await stat(this.confirmation).catch(() => undefined);
    const at = Math.round(stats?.mtimeMs ?? 0);
    const isOfThis = stored.listedAt > 0 && Math.round(stats?.atimeMs ?? 0) === stored.listedAt;
    const confirmedAt = isOfThis && at > stored.listedAt ? at : undefined;
    // The same object as long as nothing is new.
    if (this.known?.stored !== stored || this.known.snapshot.confirmedAt !== confirmedAt) {
      this.known = { stored, snapshot: confirmedAt === undefined ? stored : { ...stored, confirmedAt } };
    }
    return this.known.snapshot;
  }

  private async askAlone(retries: number, work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    let lock: Lock | undefined;
    try {
      await makePrivateFolder(this.folder);
      lock = await acquireLock(`${this.shared.file}.asking`, { log: this.log, retries });
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      // Without a lock the windows can't take turns, and each asks for itself.
      await work(new AbortController().signal);
      return true;
    }
    if (!lock) return false;
    try {
      await work(lock.lost);
      return true;
    } finally {
      await lock.release();
    }
  }
}
