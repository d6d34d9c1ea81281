import { isErrorCode } from '../../base/fileErrors';
import { delay, type Clock } from '../../base/clock';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  constants,
  lstat,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as l10n from '@vscode/l10n';
import { notAFile, readError, SshFileError } from './fileErrors';

const maxBytes = 16 * 1024 * 1024;
const maxLinks = 40;

/** A file as it was read, or that there is none. */
export interface FileState {
  /** Where it really is: the end of its links, also where nothing stands there yet. */
  readonly target: string;
  /** Every byte, a BOM included; `undefined`: there is no such file. */
  readonly text: string | undefined;
  /** Permissions and owner; missing together with the text. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Names of the same file, links not counted. */
  readonly names?: number;
}

/**
 * Reads a config file. Only "no such file" means that there is none.
 * @throws SshFileError where it is anything but readable UTF-8 text in a plain file of a sane size.
 */
export async function readConfigFile(path: string): Promise<FileState> {
  try {
    const target = await followLinks(path);
    const info = await stat(target).catch(ignoreMissing);
    if (info === undefined) return { target, text: undefined };
    if (!info.isFile()) throw notAFile(path); // A pipe would be waited for without end.
    if (info.size > maxBytes) throw tooLarge(path);
    const text = decode(path, await readFile(target));
    return { target, text, mode: info.mode & 0o7777, uid: info.uid, gid: info.gid, names: info.nlink };
  } catch (error) {
    throw error instanceof SshFileError ? error : readError(path, error);
  }
}

/** Where a path leads, through chains of links, to a place that need not exist. Throws what the system throws. */
export async function followLinks(path: string): Promise<string> {
  let place = path;
  for (let count = 0; count <= maxLinks; count++) {
    const info = await lstat(place).catch(ignoreMissing);
    if (!info?.isSymbolicLink()) return place;
    // A relative link counts from where its folder really is, not from how that folder is called.
    place = resolve(await realpath(dirname(place)), await readlink(place));
  }
  throw readError(path, Object.assign(new Error('Too many links'), { code: 'ELOOP' }));
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Said below, together with NUL: both are what a file in another encoding looks like.
  }
  throw new SshFileError(
    'not-text',
    l10n.t('{0} isn’t valid UTF-8 text. Nothing was changed. Save the file as UTF-8.', path),
  );
}

function tooLarge(path: string): SshFileError {
  const text = l10n.t('{0} is too large for an SSH configuration. Nothing was changed.', path);
  return new SshFileError('too-large', text);
}

/** What a file gets when it is put in place. */
export interface ReplaceOptions {
  readonly mode: number;
  /** Where given, and not already so, the file gets this owner, or nothing is written. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Keeps the access control list and extended attributes of the file that is replaced. */
  readonly keepAttributes?: boolean;
  /** Looked at last, when the new file is ready; what it throws stops the exchange. */
  readonly check?: () => Promise<void>;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
}

/**
 * Puts `text` at `path` so that a reader, or a kill at any moment, sees the old file or the new one, whole. On
 * Windows a file that somebody has open is tried again for two seconds.
 */
export async function replaceFile(path: string, text: string, options: ReplaceOptions): Promise<void> {
  const temporary = temporaryName(path);
  if (options.keepAttributes) await copyWithAttributes(path, temporary, options.platform);
  const file = await open(temporary, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    try {
      await file.truncate(0);
      await file.writeFile(text);
      const { owner } = options;
      const made = await file.stat();
      if (owner && (made.uid !== owner.uid || made.gid !== owner.gid)) await file.chown(owner.uid, owner.gid);
      await file.chmod(options.mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await options.check?.();
    await renamePatiently(temporary, path, options);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  if (options.platform !== 'win32') await syncFolder(dirname(path));
}

/**
 * Node.js knows neither access control lists nor extended attributes; the system's `cp` copies both. Where it cannot,
 * no copy is left, and the new file gets owner and permissions only.
 */
async function copyWithAttributes(from: string, to: string, platform: NodeJS.Platform): Promise<void> {
  if (platform === 'win32') return;
  const keep = platform === 'darwin' ? '-p' : '--preserve=all';
  try {
    await promisify(execFile)('cp', [keep, '--', from, to], { timeout: 10_000 });
  } catch {
    await rm(to, { force: true });
  }
}

async function renamePatiently(from: string, to: string, { clock, platform }: ReplaceOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const busy = isErrorCode(error, 'EPERM', 'EACCES', 'EBUSY');
      if (platform !== 'win32' || !busy || attempt === 20) throw error;
      await delay(clock, 10 * attempt);
    }
  }
}

/** Makes a rename last through a power cut, where the file system can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Some file systems refuse it; the exchange itself is done.
  }
}

const temporarySuffix = /^\.tensordock-[0-9a-f]{12}\.tmp$/;

function temporaryName(path: string): string {
  // The leading dot keeps it from an `Include ~/.ssh/*`.
  return join(dirname(path), `.${basename(path)}.tensordock-${randomBytes(6).toString('hex')}.tmp`);
}

/** Takes away what killed writers of `path` left. To be called under the lock, where nobody else writes. */
export async function removeLeftovers(path: string): Promise<void> {
  const name = `.${basename(path)}`;
  const siblings = await readdir(dirname(path)).catch(() => []);
  const left = siblings.filter(
    (sibling) => sibling.startsWith(name) && temporarySuffix.test(sibling.slice(name.length)),
  );
  await Promise.all(
    left.map((sibling) => rm(join(dirname(path), sibling), { force: true }).catch(() => undefined)),
  );
}

/** For `catch`: a missing file is no error. */
export function ignoreMissing(error: unknown): undefined {
  if (isErrorCode(error, 'ENOENT')) return undefined;
  throw error;
}
