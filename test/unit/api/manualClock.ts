import type { Clock } from '../../../src/base/clock';
import type { Disposable } from '../../../src/base/disposable';

/** A clock that stands still until it is turned; `waiting` tells what is to come. */
export class ManualClock implements Clock {
  private time: number;
  private readonly timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  private readonly watchers = new Set<() => void>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.time + ms, callback };
    this.timers.add(timer);
    for (const watcher of this.watchers) watcher();
    return { dispose: () => this.timers.delete(timer) };
  }

  /** Milliseconds until each timer, the next first. */
  get waiting(): readonly number[] {
    return [...this.timers].map((timer) => timer.at - this.time).sort((a, b) => a - b);
  }

  turn(ms: number): void {
    this.time += ms;
    for (const timer of [...this.timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= this.time && this.timers.delete(timer)) timer.callback();
    }
  }

  /** Turns on to each timer of at most `ms` as soon as it is set. */
  skipPauses(ms: number): void {
    const skip = (): void =>
      queueMicrotask(() => {
        const next = this.waiting[0];
        if (next !== undefined && next <= ms) this.turn(next);
      });
    this.watchers.add(skip);
    skip();
  }
}
