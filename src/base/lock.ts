import { chmod, mkdir, stat } from 'node:fs/promises';
import { isErrorCode } from './fileErrors';
import type { Logger } from './logger';

/** A lock that wasn't renewed for this long belongs to a window that is gone. */
const staleMs = 5_000;

/** A lock that excludes all other windows and processes of a person. */
export interface Lock {
  /** Aborted when another process took the lock over, for example after the computer slept. */
  readonly lost: AbortSignal;
  /** Releases the lock, unless it was lost. Never rejects. */
  release(): Promise<void>;
}

/** How to acquire a lock. */
export interface LockOptions {
  readonly log: Logger;
  /** How many times to try again while another process holds it, with pauses of up to 0.1 s. 0 by default. */
  readonly retries?: number;
  /** The folder that represents the lock; `TARGET.lock` by default. */
  readonly lockPath?: string;
}

/**
 * Acquires the lock for `target`, whose folder must exist. `undefined` if another process holds it. Rejects with the
 * file system's error if the folder is missing or not writable.
 */
export async function acquireLock(target: string, options: LockOptions): Promise<Lock | undefined> {
  const lost = new AbortController();
  const { lockFile } = await import('./writing');
  try {
    const release = await lockFile(target, {
      realpath: false,
      stale: staleMs,
      update: 1_000,
      retries: {
        retries: options.retries ?? 0,
        minTimeout: 5,
        maxTimeout: 100,
        factor: 1.3,
        randomize: true,
      },
      onCompromised: (error) => lost.abort(error),
      ...(options.lockPath !== undefined && { lockfilePath: options.lockPath }),
    });
    return {
      lost: lost.signal,
      release: async () => {
        if (lost.signal.aborted) return;
        await release().catch((error: unknown) => options.log.debug(`${target}: ${String(error)}`));
      },
    };
  } catch (error) {
    if (isErrorCode(error, 'ELOCKED')) return undefined;
    throw error;
  }
}

const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` after all earlier work of this process under the same key, so that only the locks of other processes
 * need waiting for.
 */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const previous = queues.get(key) ?? Promise.resolve();
  const turn = previous.catch(() => undefined).then(work);
  queues.set(key, turn);
  try {
    return await turn;
  } finally {
    if (queues.get(key) === turn) queues.delete(key);
  }
}

/**
 * Creates a folder that only its owner can enter (0700, whatever the umask), and its parents. An existing folder of
 * ours that others can write to is closed to them. Rejects with the file system's error.
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return;
  const { mode } = await stat(folder);
  // A folder with a sticky bit, like /tmp, is shared on purpose.
  const writableByOthers = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
  if (writableByOthers) await chmod(folder, 0o700).catch(() => undefined);
}

/** Whether an error means that a folder or file isn't writable. */
export function isUnwritable(error: unknown): boolean {
  return isErrorCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'ENOENT');
}
