import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { makePrivateFolder } from '../base/lock';
import type { Logger } from '../base/logger';
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
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
  private disposed = false;

  /** IDs of instances that a window connected to, or left. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: WindowRegistryOptions) {
    this.file = path.join(options.folder, `${options.sessionId.replace(/[^\w.-]/g, '')}.window`);
    this.timer = options.clock.after(0, () => void this.poll());
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
    await this.poll();
  }

  dispose(): void {
    this.disposed = true;
    this.timer?.dispose();
    this.changes.dispose();
    if (this.own !== undefined) void rm(this.file, { force: true });
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
    if (!this.disposed) this.timer = clock.after(renewMs, () => void this.poll());
  }

  private async write(): Promise<void> {
    const { folder, clock } = this.options;
    if (this.own === undefined) {
      await rm(this.file, { force: true });
      return;
    }
    await makePrivateFolder(folder);
    await writeFile(this.file, this.own, { mode: 0o600 });
    await utimes(this.file, clock.now() / 1000, clock.now() / 1000);
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
