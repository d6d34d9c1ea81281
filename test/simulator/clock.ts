import type { Clock } from '../../src/base/clock';
import type { Disposable } from '../../src/base/disposable';

/** Time that stands still until it is turned. */
export class ManualClock implements Clock {
  private time: number;
  private timers: { readonly at: number; readonly callback: () => void }[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.time + ms, callback };
    this.timers.push(timer);
    return { dispose: () => (this.timers = this.timers.filter((other) => other !== timer)) };
  }

  /** Sets the time ahead or back at once, as a sleep or a person does; what fell due is called at the next turn. */
  jump(ms: number): void {
    this.time += ms;
    if (ms < 0) this.timers = this.timers.map(({ at, callback }) => ({ at: at + ms, callback }));
  }

  /** Turns the time on; what falls due on the way is called in its order, and then what it set off is awaited. */
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
}

/** Lets promises that are ready go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
