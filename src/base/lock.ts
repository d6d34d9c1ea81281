import { chmod, mkdir, stat } from 'node:fs/promises';
import { lock as lockFile } from 'proper-lockfile';
import { isErrorCode } from './fileErrors';
import type { Logger } from './logger';

/** A lock that wasn't renewed for this long belonged to a window that is gone. */
const staleMs = 5_000;

/** A lock held among all windows and processes of a person. */
export interface Lock {
  /** Aborted when another process took the lock over, as after a long sleep of the computer. */
  readonly lost: AbortSignal;
  /** Gives the lock back, unless it was lost. Never rejects. */
  release(): Promise<void>;
}

/** How a lock is taken. */
export interface LockOptions {
  readonly log: Logger;
  /** How often to try again while another process holds it; 0 gives up at once. Each try waits up to 0.1 s. */
  readonly retries?: number;
  /** The folder that stands for the lock; `TARGET.lock` where missing. */
  readonly lockPath?: string;
}

/**
 * Takes the lock for `target`, which needs not exist, but whose folder must. `undefined` where another process
 * keeps it. Rejects with the file system's error where the folder is missing or can't be written.
 */
export async function acquireLock(target: string, options: LockOptions): Promise<Lock | undefined> {
  const lost = new AbortController();
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
 * Runs `work` after all earlier work of this process under the same key, so that the lock is only waited for
 * where another process holds it.
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
 * Creates a folder that only its owner can enter (0700, whatever the umask), with its parents. One that exists and
 * that others can write to is closed to them where it is ours. Rejects with the file system's error.
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return;
  const { mode } = await stat(folder);
  // A folder like /tmp is shared on purpose, which its sticky bit says.
  const writableByOthers = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
  if (writableByOthers) await chmod(folder, 0o700).catch(() => undefined);
}

/** Whether an error says that a folder or file can't be written, now or ever. */
export function isUnwritable(error: unknown): boolean {
  return isErrorCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST', 'ENOENT');
}
