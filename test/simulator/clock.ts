import type { Clock } from '../../src/base/clock';
import type { Disposable } from '../../src/base/disposable';

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  private time: number;
  private timers: { at: number; readonly callback: () => void }[] = [];
  private longestSkipped = -1;

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.time + ms, callback };
    this.timers.push(timer);
    this.skip();
    return { dispose: () => (this.timers = this.timers.filter((other) => other !== timer)) };
  }

  /** Milliseconds until each timer is due, the next one first. */
  get waiting(): readonly number[] {
    return this.timers.map((timer) => timer.at - this.time).sort((a, b) => a - b);
  }

  /**
   * Sets the time ahead or back at once, as a sleep or a person does. Timers that are due then aren't called before
   * the next advance.
   */
  jump(ms: number): void {
    if (ms < 0) this.set(ms);
    else this.time += ms;
  }

  /** Somebody sets the clock: what was to be called in a minute still is. */
  set(ms: number): void {
    this.time += ms;
    for (const timer of this.timers) timer.at += ms;
  }

  /** Moves time on, calls the timers that are then due, and waits for nothing. */
  advanceNow(ms: number): void {
    this.time += ms;
    const due = this.timers.filter((timer) => timer.at <= this.time).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      if (!this.timers.includes(timer)) continue;
      this.timers = this.timers.filter((other) => other !== timer);
      timer.callback();
    }
  }

  /** From now on, moves time on to each timer of at most `ms` as soon as it is set. */
  skipDelays(ms: number): void {
    this.longestSkipped = ms;
    this.skip();
  }

  /** Moves time on; calls the timers that come due on the way in order, and awaits what each of them started. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const [next] = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.callback();
      await settle();
    }
    this.time = end;
  }

  private skip(): void {
    if (this.longestSkipped < 0) return;
    queueMicrotask(() => {
      const next = this.waiting[0];
      if (next !== undefined && next <= this.longestSkipped) this.advanceNow(next);
    });
  }
}

/** Lets settled promises continue. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
