import type { Disposable } from './disposable';
import type { Logger } from './logger';
import { watch } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import * as v from 'valibot';
import writeFileAtomic from 'write-file-atomic';
/** A lock not renewed for this long belonged to a window that is gone. */
const staleMs = 5_000;

/** A small JSON file that all windows of a person read and write. */
export class SharedFile<T> {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    readonly file: string,
    private readonly schema: v.GenericSchema<unknown, T>,
    private readonly empty: T,
    private readonly log: Logger,
  ) {}

  /** What is written now; `empty` where nothing is, or where it is damaged. Throws where it cannot be read. */
  async read(): Promise<T> {
    return (await this.readWhole()).value;
  }

  /**
   * Replaces what is written by a pure step, alone among all windows; the step may have to be made on newer data
   * than this window has seen. What does not change is not written. Throws where it cannot be read or written.
   */
  async update(step: (current: T) => T): Promise<T> {
    // In line within this window, so that only other windows are waited for by asking again.
    const turn = this.turn.then(() => this.locked(step));
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  /** Calls back when some window may have written. */
  watch(listener: () => void): Disposable {
    const closed = new AbortController();
    const folder = path.dirname(this.file);
    const name = path.basename(this.file);
    void mkdir(folder, { recursive: true })
      .then(() => {
        if (closed.signal.aborted) return;
        // The folder, since a rename over the file would end a watch of the file itself.
        const watcher = watch(folder, { persistent: false, signal: closed.signal }, (_event, changed) => {
          if (changed === null || changed === name) listener();
        });
        watcher.on('error', (error) => this.log.warn(`${name}: not watched: ${error.message}`));
        // What was written before the watch began.
        listener();
      })
      .catch((error: unknown) => this.log.warn(`${name}: not watched: ${String(error)}`));
    return { dispose: () => closed.abort() };
  }

  private async locked(step: (current: T) => T): Promise<T> {
    await mkdir(path.dirname(this.file), { recursive: true });
    const lost = new AbortController();
    const release = await lockfile.lock(this.file, {
      realpath: false,
      stale: staleMs,
      update: 1_000,
      retries: { retries: 200, minTimeout: 5, maxTimeout: 100, factor: 1.3, randomize: true },
      onCompromised: (error) => lost.abort(error),
    });
    try {
      const { value, text, damaged } = await this.readWhole();
      const next = step(value);
      const nextText = JSON.stringify(next);
      if (next === value || nextText === text) return next;
      // Never lost without a trace: it may hold what a person asked for.
      if (damaged) await rename(this.file, `${this.file}.damaged`);
      lost.signal.throwIfAborted();
      await writeFileAtomic(this.file, nextText, { mode: 0o600 });
      return next;
    } finally {
      // A lock that was lost, to a long sleep of the computer, is not ours to give back.
      if (!lost.signal.aborted) {
        await release().catch((error: unknown) => this.log.debug(`${this.file}: ${String(error)}`));
      }
    }
  }

  private async readWhole(): Promise<{ value: T; text: string; damaged: boolean }> {
    let text: string;
    try {
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return { value: this.empty, text: '', damaged: false };
      }
      throw error;
    }
    const parsed = v.safeParse(this.schema, parseJson(text));
    if (parsed.success) return { value: parsed.output, text, damaged: false };
    this.log.warn(`${path.basename(this.file)}: damaged, begun anew`);
    return { value: this.empty, text, damaged: true };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
