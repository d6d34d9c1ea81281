import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';

/** After this long without a window that works on it, an operation is asked about again, in milliseconds. */
const lateMs = 10 * 60_000;
/** How often a window saves that it works on an operation, in milliseconds. */
const saveMs = 60_000;

/**
 * Knows whether a window has worked on an operation all the time. A closed window, a sleeping computer, or a clock
 * that jumps interrupt that; what is sent after a long interruption would come unexpected.
 */
export class Attendance implements Disposable {
  private timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private attendedAt: number,
    private readonly save: () => void,
    /** It was late already in a window before, and nobody has answered yet. */
    private wasLate = false,
  ) {
    this.arm();
  }

  /** This window works on it now. Returns when a window last did, which stays in the past if it is late. */
  touch(): number {
    if (!this.isLate) this.attendedAt = this.clock.now();
    return this.attendedAt;
  }

  /** Whether nobody worked on it for too long. Stays so until `renew`. */
  get isLate(): boolean {
    return this.wasLate || Math.abs(this.clock.now() - this.attendedAt) >= lateMs;
  }

  /** A person said that they still want it. */
  renew(): void {
    this.wasLate = false;
    this.attendedAt = this.clock.now();
  }

  dispose(): void {
    this.timer?.dispose();
  }

  private arm(): void {
    this.timer = this.clock.after(saveMs, () => {
      if (!this.isLate) this.save();
      this.arm();
    });
  }
}
