import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { Disposable } from './disposable';
import { isErrorCode } from './fileErrors';
import { acquireLock, inTurn, isUnwritable, makePrivateFolder } from './lock';
import { writePrivateFile } from './privateFile';
import type { Logger } from './logger';
import { watchFolder } from './watchFolder';

/** How many damaged copies of one file are kept. */
const mostDamaged = 5;

/** What the owner of a shared file is notified of. */
export interface SharedFileEvents {
  /** The file was damaged; it was kept under this path, and a new one was started. Called in one window only. */
  readonly onDamaged?: (keptAs: string) => void;
  /** The file isn't writable, so changes are kept in memory. Called once until a write succeeds again. */
  readonly onUnwritable?: (error: unknown) => void;
}

/** Parses the text of a file; `undefined` if it is damaged. */
export type Parse<T> = (text: string) => T | undefined;

/** A small JSON file that all windows of a person read and write. Only its owner can read it. */
export class SharedFile<T> {
  private readonly parse: Parse<T>;
  /** What this window would have written, while the file isn't writable. */
  private unwritten: { readonly value: T } | undefined;
  /** What was last read or written. An unchanged file is neither read nor parsed again. */
  private known: (Contents<T> & { readonly version: string }) | undefined;
  /** Until what this window is writing is known. */
  private writing: Promise<void> | undefined;

  constructor(
    readonly file: string,
    schema: v.GenericSchema<unknown, T> | Parse<T>,
    private readonly empty: T,
    private readonly log: Logger,
    private readonly events: SharedFileEvents = {},
  ) {
    this.parse = typeof schema === 'function' ? schema : (text) => parseJson(text, schema);
  }

  /** What is stored now; `empty` if nothing is. A damaged file is set aside. Rejects if the file can't be read. */
  async read(): Promise<T> {
    if (this.unwritten) return this.unwritten.value;
    const { value, damaged } = await this.readWhole();
    return damaged ? this.update((current) => current) : value;
  }

  /**
   * Replaces the stored value by a pure step, while no other window does. The value may be newer than the one this
   * window last read. An unchanged value isn't written. Rejects if the file isn't readable, or couldn't be read again. If it isn't writable, the
   * change is kept in memory, for this window only, until a later one can be written.
   */
  async update(step: (current: T) => T): Promise<T> {
    return inTurn(this.file, () => this.locked(step));
  }

  /** Calls back when any window may have written the file, or touched another one beside it. */
  watch(listener: () => void, beside?: string): Disposable {
    const name = path.basename(this.file);
    return watchFolder(path.dirname(this.file), {
      log: this.log,
      label: name,
      // A rename over the file would end a watch of the file itself.
      isRelevant: (_event, changed) => changed === null || changed === name || changed === beside,
      listener,
    });
  }

  private async locked(step: (current: T) => T): Promise<T> {
    let lock;
    try {
      await makePrivateFolder(path.dirname(this.file));
      lock = await acquireLock(this.file, { log: this.log, retries: 400 });
    } catch (error) {
      if (!isUnwritable(error)) throw error;
      const current = this.unwritten ? this.unwritten.value : (await this.readWhole()).value;
      return this.keepInMemory(step(current), error);
    }
    if (!lock) throw new Error(`${path.basename(this.file)} stayed locked by another window.`);
    try {
      const { value, text, damaged } = await this.readWhole();
      const next = step(this.unwritten ? this.unwritten.value : value);
      const nextText = JSON.stringify(next);
      // A number that isn't finite is written as `null`, and would make the file a damaged one for all windows.
      if (nextText.includes('null') && this.parse(nextText) === undefined) {
        throw new Error(`${path.basename(this.file)}: a value can't be stored.`);
      }
      const unchanged = this.unwritten === undefined && (next === value || nextText === text);
      if (unchanged && !damaged) return next;
      lock.lost.throwIfAborted();
      try {
        // It may hold what a person asked for, so it's never overwritten.
        if (damaged) await this.keepDamaged();
        if (unchanged) return next;
        this.writing = this.write(next, nextText);
        await this.writing;
      } catch (error) {
        if (!isUnwritable(error)) throw error;
        return this.keepInMemory(next, error);
      }
      this.unwritten = undefined;
      return next;
    } finally {
      await lock.release();
    }
  }

  private keepInMemory(value: T, error: unknown): T {
    const first = this.unwritten === undefined;
    this.unwritten = { value };
    if (first) {
      this.log.warn(`${path.basename(this.file)}: kept in memory: ${String(error)}`);
      this.events.onUnwritable?.(error);
    }
    return value;
  }

  /** Under the lock. Each copy has a name of its own; the first one and the newest are kept. */
  private async keepDamaged(): Promise<void> {
    const folder = path.dirname(this.file);
    const prefix = `${path.basename(this.file)}.damaged-`;
    const copies = (await readdir(folder)).filter((name) => name.startsWith(prefix)).sort();
    const stamp = `${prefix}${new Date().toISOString().replace(/\D/g, '')}`;
    let name = stamp;
    for (let count = 2; copies.includes(name); count++) name = `${stamp}-${count}`;
    await rename(this.file, path.join(folder, name));
    for (const old of copies.slice(1, copies.length + 2 - mostDamaged)) {
      await rm(path.join(folder, old), { force: true });
    }
    this.log.warn(`${path.basename(this.file)}: damaged, kept as ${name}, started a new one`);
    this.events.onDamaged?.(path.join(folder, name));
  }

  private async readWhole(): Promise<Contents<T>> {
    // The system says that the file has changed before this window knows that it was its own change.
    await this.writing?.catch(() => undefined);
    let file: FileHandle;
    try {
      file = await open(this.file, 'r');
    } catch (error) {
      if (!isErrorCode(error, 'ENOENT', 'ENOTDIR')) throw error;
      this.known = undefined;
      return { value: this.empty, text: '', damaged: false };
    }
    try {
      const version = versionOf(await file.stat({ bigint: true }));
      if (this.known?.version === version) return this.known;
      const text = await file.readFile('utf8');
      const value = this.parse(text);
      this.known = value === undefined ? undefined : { version, value, text, damaged: false };
      return this.known ?? { value: this.empty, text, damaged: true };
    } finally {
      await file.close();
    }
  }

  /** Under the lock. What this window wrote needs no parsing. */
  private async write(value: T, text: string): Promise<void> {
    await writePrivateFile(this.file, text);
    const stats = await stat(this.file, { bigint: true }).catch(() => undefined);
    this.known = stats && { version: versionOf(stats), value, text, damaged: false };
  }
}

/** What a file holds; `damaged` if `value` is only a stand-in for it. */
interface Contents<T> {
  readonly value: T;
  readonly text: string;
  readonly damaged: boolean;
}

/** Each write creates a new file over the old one, so two versions differ in more than their time. */
function versionOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join();
}

function parseJson<T>(text: string, schema: v.GenericSchema<unknown, T>): T | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, json);
  return parsed.success ? parsed.output : undefined;
}
