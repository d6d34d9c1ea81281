import type { Disposable } from '../../../../src/base/disposable';
import { Emitter } from '../../../../src/base/emitter';
import type { Life } from './life';

/** Files of all windows. A path begins with the number of the window that uses it: `/3/schedules.json`. */
const contents = new Map<string, unknown>();
const written = new Emitter<string>();
const lives = new Map<string, Life>();

/** The folder of shared files as a window has it. */
export function folderOf(number: number, life: Life): string {
  lives.set(String(number), life);
  return `/${number}`;
}

/** A new person has no files. */
export function forgetFiles(): void {
  contents.clear();
  lives.clear();
}

/** `SharedFile` without a disk: what it promises, at once. */
export class MemoryFile<T> {
  private readonly name: string;
  private readonly life: Life | undefined;

  constructor(
    readonly file: string,
    _schema: unknown,
    private readonly empty: T,
  ) {
    const [, number = '', name = ''] = file.split('/');
    this.name = name;
    this.life = lives.get(number);
  }

  async read(): Promise<T> {
    return this.gate(() => this.value);
  }

  async update(step: (current: T) => T): Promise<T> {
    return this.gate(() => {
      const next = step(this.value);
      if (next === contents.get(this.name)) return next;
      contents.set(this.name, next);
      written.fire(this.name);
      return next;
    });
  }

  watch(listener: () => void): Disposable {
    return written.event((name) => {
      if (name === this.name && this.life?.isOver !== true) queueMicrotask(listener);
    });
  }

  private get value(): T {
    // Only files of one schema have one name.
    return contents.has(this.name) ? (contents.get(this.name) as T) : this.empty;
  }

  private async gate(work: () => T): Promise<T> {
    if (!this.life) throw new Error(`${this.file} belongs to no window`);
    return this.life.isOver
      ? this.life.gate(Promise.resolve(this.empty))
      : this.life.gate(Promise.resolve(work()));
  }
}
