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
  type FileHandle,
} from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as l10n from '@vscode/l10n';
import { notAFile, readError, SshFileError } from './fileErrors';

const maxBytes = 16 * 1024 * 1024;
const maxLinks = 40;

/** A file as it was read, or that it's missing. */
export interface FileState {
  /** Its path with all symbolic links followed, even if there is no file yet. */
  readonly target: string;
  /** Every byte, including a BOM; `undefined` if there is no such file. */
  readonly text: string | undefined;
  /** Permissions and owner; missing if the text is. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** The number of hard links. */
  readonly names?: number;
}

/**
 * Reads a config file. Only "no such file" counts as a missing one.
 * @throws SshFileError if it isn't a regular file of at most 16 MiB with UTF-8 text that can be read.
 */
export async function readConfigFile(path: string): Promise<FileState> {
  try {
    const target = await followLinks(path);
    const info = await stat(target).catch(ignoreMissing);
    if (info === undefined) return { target, text: undefined };
    if (!info.isFile()) throw notAFile(path); // Reading a pipe could block.
    if (info.size > maxBytes) throw tooLarge(path);
    const text = decode(path, await readFile(target));
    return { target, text, mode: info.mode & 0o7777, uid: info.uid, gid: info.gid, names: info.nlink };
  } catch (error) {
    throw error instanceof SshFileError ? error : readError(path, error);
  }
}

/**
 * What differs between any two states of a file, by `stat` alone. Links count as what they lead to; a missing file has
 * a version too. @throws SshFileError if that can't be told.
 */
export async function versionOf(path: string): Promise<string> {
  try {
    const own = await lstat(path, { bigint: true }).catch(ignoreMissing);
    const isLink = own?.isSymbolicLink() === true;
    const target = isLink ? await followLinks(path) : path;
    const info = isLink ? await stat(target, { bigint: true }).catch(ignoreMissing) : own;
    return [info && contentMark(info), info?.ctimeNs, target].join('\n');
  } catch (error) {
    throw error instanceof SshFileError ? error : readError(path, error);
  }
}

/** Whether a file is still what `replaceFile` wrote. */
export function isVersionOf(version: string, written: WrittenFile | undefined): boolean {
  return written !== undefined && version.startsWith(`${written.mark}\n`);
}

/** A rename keeps all of this. */
function contentMark({ ino, size, mtimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs].join(' ');
}

/** Follows all symbolic links of a path, which need not exist. Throws the system's errors. */
export async function followLinks(path: string): Promise<string> {
  let current = path;
  for (let count = 0; count <= maxLinks; count++) {
    const info = await lstat(current).catch(ignoreMissing);
    if (!info?.isSymbolicLink()) return current;
    // A relative link is relative to the real folder, which may itself be behind a link.
    current = resolve(await realpath(dirname(current)), await readlink(current));
  }
  throw readError(path, Object.assign(new Error('Too many links'), { code: 'ELOOP' }));
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Reported below, as is NUL: a file in another encoding has one or the other.
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

/** What was written, as `isVersionOf` recognizes it. */
export interface WrittenFile {
  readonly mark: string;
}

/** How a file is replaced. */
export interface ReplaceOptions {
  readonly mode: number;
  /** The owner that the file gets; if that fails, nothing is replaced. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Keeps the access control list and the extended attributes of the replaced file, if need be by editing it in place. */
  readonly keepAttributes?: boolean;
  /** Whether the text is made again anyway should a power cut bring the old file back: then nothing waits for the disk. */
  readonly madeAgain?: boolean;
  /** Called last, when the new file is ready. If it throws, nothing is replaced. */
  readonly check?: () => Promise<void>;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
}

/**
 * Replaces a file atomically: a reader, or a kill at any moment, sees all of the old file or all of the new one. Only
 * a file whose attributes no copy could have, or that is a mount of its own, is edited in place. On Windows, replacing
 * a file that another program has open is retried for two seconds. Resolves with what it wrote, except in place.
 */
export async function replaceFile(
  path: string,
  text: string | Uint8Array,
  options: ReplaceOptions,
): Promise<WrittenFile | undefined> {
  const temporary = temporaryName(path);
  const { keepAttributes = false, platform } = options;
  if (keepAttributes && !(await copyWithAttributes(path, temporary, platform))) {
    await writeInPlace(path, text, options);
    return undefined;
  }
  let written: WrittenFile | undefined;
  try {
    written = await replaceBy(temporary, path, text, options);
  } catch (error) {
    const isMount = keepAttributes && platform !== 'win32' && isErrorCode(error, 'EBUSY');
    if (!isMount) throw error;
    await writeInPlace(path, text, options);
  }
  if (platform !== 'win32' && options.madeAgain !== true) await syncFolder(dirname(path));
  return written;
}

async function replaceBy(
  temporary: string,
  path: string,
  text: string | Uint8Array,
  options: ReplaceOptions,
): Promise<WrittenFile> {
  const { owner, mode, keepAttributes } = options;
  const file = await open(temporary, constants.O_RDWR | constants.O_CREAT, 0o600);
  let written: WrittenFile;
  try {
    try {
      // A copy of the old file has its text.
      if (keepAttributes === true) await file.truncate(0);
      await file.writeFile(text);
      if (owner) {
        const made = await file.stat();
        if (made.uid !== owner.uid || made.gid !== owner.gid) await file.chown(owner.uid, owner.gid);
      }
      await file.chmod(mode);
      await file.sync();
      written = { mark: contentMark(await file.stat({ bigint: true })) };
    } finally {
      await file.close();
    }
    await options.check?.();
    await renamePatiently(temporary, path, options);
    return written;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** A kill in the middle could leave a part of the text. On a full disk, the file stays as it was. */
async function writeInPlace(
  path: string,
  text: string | Uint8Array,
  { check }: ReplaceOptions,
): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await check?.();
    const before = await readFile(path);
    try {
      await overwrite(file, Buffer.from(text));
    } catch (error) {
      // There is room for it, since it was there.
      await overwrite(file, before);
      throw error;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

async function overwrite(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
  }
  await file.truncate(bytes.length);
}

/**
 * Node.js supports neither access control lists nor extended attributes; the system's `cp` copies both, but not that
 * of BusyBox. Resolves with whether there is such a copy, or none is needed. On Windows a file has those of its folder.
 */
async function copyWithAttributes(from: string, to: string, platform: NodeJS.Platform): Promise<boolean> {
  if (platform === 'win32') return true;
  const keep = platform === 'darwin' ? '-p' : '--preserve=all';
  try {
    await promisify(execFile)('cp', [keep, '--', from, to], { cwd: dirname(from), timeout: 10_000 });
    return true;
  } catch {
    await rm(to, { force: true });
    return false;
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

/** Makes a rename survive a power cut, if the file system supports that. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Some file systems don't support it. The file is replaced all the same.
  }
}

const temporarySuffix = /^\.tensordock-[0-9a-f]{12}\.tmp$/;

function temporaryName(path: string): string {
  // The leading dot keeps it from an `Include ~/.ssh/*`.
  return join(dirname(path), `.${basename(path)}.tensordock-${randomBytes(6).toString('hex')}.tmp`);
}

/** Removes what killed writers of `path` left. Call it under the lock, while nothing else writes. */
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

/** For `catch`: a missing file isn't an error. */
export function ignoreMissing(error: unknown): undefined {
  if (isErrorCode(error, 'ENOENT')) return undefined;
  throw error;
}
