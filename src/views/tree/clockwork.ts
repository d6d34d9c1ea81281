import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';

export interface ClockworkOptions {
  readonly clock: Clock;
  readonly isVisible: () => boolean;
  /** Time has passed: redraws what shows something else now. */
  readonly onTick: () => void;
}

/** Ticks as often as the row that changes fastest needs, and not at all while nobody can see it. */
export class Clockwork implements Disposable {
  private readonly gaps = new Map<string, number>();
  private timer: { readonly gapMs: number; readonly handle: Disposable } | undefined;

  constructor(private readonly options: ClockworkOptions) {}

  /** How often a row changes with time alone, in milliseconds; `undefined`: it doesn't. */
  set(row: string, everyMs: number | undefined): void {
    const before = this.gaps.get(row);
    if (before === everyMs) return;
    if (everyMs === undefined) this.gaps.delete(row);
    else this.gaps.set(row, everyMs);
    // Thousands of rows are set one after the other: what changes less often than another one changes nothing.
    const fastest = this.timer?.gapMs ?? Infinity;
    const isSlower = everyMs === undefined || everyMs >= fastest;
    if (!this.timer || before === fastest || !isSlower) this.arm();
  }

  /** Call this when the view is shown or hidden. */
  arm(): void {
    const gapMs = this.options.isVisible() ? Math.min(...this.gaps.values()) : Infinity;
    if (this.timer?.gapMs === gapMs) return;
    this.timer?.handle.dispose();
    this.timer = Number.isFinite(gapMs)
      ? { gapMs, handle: this.options.clock.after(gapMs, () => this.tick()) }
      : undefined;
  }

  dispose(): void {
    this.timer?.handle.dispose();
  }

  private tick(): void {
    this.timer = undefined;
    this.options.onTick();
    this.arm();
  }
}
