import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { makePrivateFolder } from '../base/lock';
import type { Logger } from '../base/logger';
import { writePrivateFile } from '../base/privateFile';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { Emitter } from '../base/emitter';

/** A window that hasn't renewed its file for this long is gone. */
const staleMs = 90_000;
const renewMs = 30_000;

export interface WindowRegistryOptions {
  /** A folder that all windows share. */
  readonly folder: string;
  /** Of this window. */
  readonly sessionId: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Which instances a person's windows are connected to: each window writes its own into a file of its own. */
export class WindowRegistry implements Disposable {
  private readonly changes = new Emitter<readonly string[]>();
  private readonly file: string;
  private timer: Disposable | undefined;
  private own: string | undefined;
  private others: ReadonlySet<string> = new Set();
  /** What the file says, as far as this window knows. */
  private written: string | undefined;
  private turn: Promise<void> = Promise.resolve();
  private disposed = false;

  /** IDs of instances that a window connected to, or left. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: WindowRegistryOptions) {
    this.file = path.join(options.folder, `${options.sessionId.replace(/[^\w.-]/g, '')}.window`);
    this.timer = options.clock.after(0, () => void this.pollInTurn());
  }

  /** The instance this window is connected to. */
  get here(): string | undefined {
    return this.own;
  }

  /** Whether another window is connected to it. */
  isElsewhere(id: string): boolean {
    return this.others.has(id);
  }

  /** Records which instance this window is connected to; `undefined`: none. */
  async set(id: string | undefined): Promise<void> {
    if (this.own === id) return;
    const changed = [this.own, id].filter((each) => each !== undefined);
    this.own = id;
    this.changes.fire(changed);
    await this.pollInTurn();
  }

  /** Resolves when this window has nothing under way. */
  async settled(): Promise<void> {
    await this.turn;
  }

  dispose(): void {
    this.disposed = true;
    this.timer?.dispose();
    this.changes.dispose();
    if (this.own !== undefined) void this.turn.then(async () => rm(this.file, { force: true }));
  }

  /** One at a time, so that an earlier state never overwrites a later one. */
  private async pollInTurn(): Promise<void> {
    this.turn = this.turn.then(async () => this.poll());
    return this.turn;
  }

  private async poll(): Promise<void> {
    this.timer?.dispose();
    const { folder, clock, log } = this.options;
    try {
      await this.write();
      const before = this.others;
      this.others = await this.readOthers(folder);
      const changed = [...before, ...this.others].filter((id) => before.has(id) !== this.others.has(id));
      if (changed.length > 0 && !this.disposed) this.changes.fire(changed);
    } catch (error) {
      log.debug(`windows: ${String(error)}`);
    }
    if (!this.disposed) this.timer = clock.after(renewMs, () => void this.pollInTurn());
  }

  private async write(): Promise<void> {
    const { folder, clock } = this.options;
    const now = clock.now() / 1000;
    if (this.own === undefined) {
      this.written = undefined;
      await rm(this.file, { force: true });
      return;
    }
    // Another window may have removed the file of one that slept.
    if (this.written === this.own && (await isTouched(this.file, now))) return;
    await makePrivateFolder(folder);
    // Nobody reads it half written, which would look as if this window had left.
    await writePrivateFile(this.file, this.own);
    await utimes(this.file, now, now);
    this.written = this.own;
  }

  private async readOthers(folder: string): Promise<ReadonlySet<string>> {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.window'));
    const ids = new Set<string>();
    for (const name of names) {
      const file = path.join(folder, name);
      if (file === this.file) continue;
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
      if (this.options.clock.now() - mtimeMs > staleMs) await rm(file, { force: true });
      else ids.add(await readFile(file, 'utf8').catch(() => ''));
    }
    ids.delete('');
    return ids;
  }
}

/** Sets the time of a file, in seconds since the epoch; false if that fails, such as where there is none. */
async function isTouched(file: string, time: number): Promise<boolean> {
  return utimes(file, time, time).then(
    () => true,
    () => false,
  );
}
