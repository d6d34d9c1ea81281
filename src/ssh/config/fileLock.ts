import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as l10n from '@vscode/l10n';
import { isErrorCode } from '../../base/fileErrors';
import { acquireLock, inTurn, type Lock } from '../../base/lock';
import type { Logger } from '../../base/logger';
import { SshFileError, writeError } from './fileErrors';

/** The lock of our folder, under which everything of ours is written, by all windows and editors. */
export function lockPath(folder: string): string {
  return join(folder, 'config.lock');
}

/**
 * Runs `work` while no other window or process does the same in this folder, which is created (0700) if it's missing.
 * @throws SshFileError if the folder can't be created, or the lock isn't available for half a minute.
 */
export async function withLock<T>(folder: string, logger: Logger, work: () => Promise<T>): Promise<T> {
  return inTurn(lockPath(folder), async () => {
    const lock = await acquire(folder, logger);
    try {
      // Losing the lock isn't checked here: each write compares what it replaces anyway.
      return await work();
    } finally {
      await lock.release();
    }
  });
}

async function acquire(folder: string, logger: Logger): Promise<Lock> {
  await makePrivateFolder(folder);
  let lock: Lock | undefined;
  try {
    lock = await acquireLock(folder, { log: logger, retries: 400, lockPath: lockPath(folder) });
  } catch (error) {
    // Another window just removed everything, this folder too.
    if (isErrorCode(error, 'ENOENT')) return acquire(folder, logger);
    throw writeError(folder, error);
  }
  if (lock) return lock;
  throw new SshFileError(
    'locked',
    l10n.t('Another window is taking too long to write in {0}. Try again.', folder),
  );
}

/** Creates a folder that only its owner can enter; an existing one is closed to others, if it is ours. */
export async function makePrivateFolder(folder: string, options?: { onlyIfMissing: boolean }): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (options?.onlyIfMissing || process.platform === 'win32') return;
    if (((await stat(folder)).mode & 0o077) !== 0) await chmod(folder, 0o700);
  } catch (error) {
    throw writeError(folder, error);
  }
}
