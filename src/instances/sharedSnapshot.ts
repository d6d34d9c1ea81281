import path from 'node:path';
import type { Disposable } from '../base/disposable';
import { acquireLock, isUnwritable, type Lock, makePrivateFolder } from '../base/lock';
import type { Logger } from '../base/logger';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';
import { emptySnapshot, parseSnapshot, type Snapshot } from './snapshot';

/** The one snapshot that all windows of a person share. */
export interface SharedSnapshot {
  /** The newest one. Rejects if it can't be read; a damaged one is set aside and started over. */
  read(): Promise<Snapshot>;
  /** Changes it for all windows by a pure step on the newest one, and resolves with the result. */
  change(step: (snapshot: Snapshot) => Snapshot): Promise<Snapshot>;
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

  constructor(
    private readonly folder: string,
    accountId: string,
    private readonly log: Logger,
    events: SharedFileEvents = {},
  ) {
    this.shared = new SharedFile<Snapshot>(
      path.join(folder, `snapshot-${accountId}.json`),
      (text) => parseSnapshot(text, accountId),
      emptySnapshot(accountId),
      log,
      events,
    );
  }

  read(): Promise<Snapshot> {
    return this.shared.read();
  }

  change(step: (snapshot: Snapshot) => Snapshot): Promise<Snapshot> {
    return this.shared.update(step);
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
    return this.shared.watch(listener);
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
