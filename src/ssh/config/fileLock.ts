import { errorCode } from '../../base/fileErrors';
import type { Logger } from '../../base/logger';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { lock } from 'proper-lockfile';
import { SshFileError, writeError } from './fileErrors';

/** A window that was killed holds the lock no longer than this. */
const staleMs = 5_000;

/** The lock of our folder, under which everything of ours is written, by all windows and editors. */
export function lockPath(folder: string): string {
  return join(folder, 'config.lock');
}

const queues = new Map<string, Promise<unknown>>();

/**
 * Runs `work` while no other window or process does the same in this folder, which is made (0700) where missing.
 * @throws SshFileError where the folder cannot be made, or the lock is not to be had for half a minute.
 */
export async function withLock<T>(folder: string, logger: Logger, work: () => Promise<T>): Promise<T> {
  // In line within this process, so that only other processes are waited for by asking again.
  const previous = queues.get(folder) ?? Promise.resolve();
  const turn = previous.catch(() => undefined).then(() => locked(folder, logger, work));
  queues.set(folder, turn);
  try {
    return await turn;
  } finally {
    if (queues.get(folder) === turn) queues.delete(folder);
  }
}

async function locked<T>(folder: string, logger: Logger, work: () => Promise<T>): Promise<T> {
  const release = await acquire(folder, logger);
  try {
    return await work();
  } finally {
    // A lock that was lost, to a long sleep of the computer, is not ours to give back.
    await release().catch((error: unknown) => logger.debug(`SSH lock: ${String(error)}`));
  }
}

async function acquire(folder: string, logger: Logger): Promise<() => Promise<void>> {
  await makePrivateFolder(folder);
  try {
    return await lock(folder, {
      lockfilePath: lockPath(folder),
      realpath: false,
      stale: staleMs,
      retries: { retries: 400, minTimeout: 5, maxTimeout: 100, factor: 1.3, randomize: true },
      // By default it throws where nobody can catch; each write compares what it replaces anyway.
      onCompromised: (error) => logger.warn(`SSH lock: ${error.message}`),
    });
  } catch (error) {
    // Another window just took everything away, this folder too.
    if (errorCode(error) === 'ENOENT') return acquire(folder, logger);
    if (errorCode(error) !== 'ELOCKED') throw writeError(folder, error);
    throw new SshFileError(
      'locked',
      l10n.t('Another window has been writing in {0} for too long. Try again.', folder),
      { cause: error },
    );
  }
}

/** Makes a folder that only its owner can look into; one that stands there is closed to others, if it is ours. */
export async function makePrivateFolder(folder: string, options?: { onlyIfMissing: boolean }): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (options?.onlyIfMissing || process.platform === 'win32') return;
    if (((await stat(folder)).mode & 0o077) !== 0) await chmod(folder, 0o700);
  } catch (error) {
    throw writeError(folder, error);
  }
}
