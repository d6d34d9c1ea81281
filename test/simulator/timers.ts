import type { Clock } from '../../src/base/clock';
import type { Disposable } from '../../src/base/disposable';

/** Timers by the instance that they belong to. */
export class InstanceTimers implements Disposable {
  private readonly timers = new Map<string, Set<Disposable>>();

  constructor(private readonly clock: Clock) {}

  /** Calls back in `ms` milliseconds, or at once if that's 0. */
  after(id: string, ms: number, callback: () => void): void {
    if (ms <= 0) {
      callback();
      return;
    }
    const timers = this.timers.get(id) ?? new Set<Disposable>();
    this.timers.set(id, timers);
    const timer = this.clock.after(ms, () => {
      timers.delete(timer);
      callback();
    });
    timers.add(timer);
  }

  /** Cancels all timers of an instance. */
  cancel(id: string): void {
    for (const timer of this.timers.get(id) ?? []) timer.dispose();
    this.timers.delete(id);
  }

  dispose(): void {
    for (const id of [...this.timers.keys()]) this.cancel(id);
  }
}
