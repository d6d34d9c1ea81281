import type { Clock } from '../base/clock';
import type { Snapshot } from './snapshot';

const minuteMs = 60_000;
/**
 * How many requests all windows together may have sent in the last minute for one more to be sent in the background; a
 * retried request may add some. A list leaves room for details that somebody waits for. What isn't urgent leaves room
 * for a list every five seconds and for rows in transition, less if those are counted already; the rest of the 100 a
 * minute is for what a person does.
 */
export const roomFor = {
  list: 52,
  listBesideUrgent: 48,
  urgent: 52,
  waits: 40,
  resting: 26,
  restingBesideUrgent: 38,
};

/** Counts the requests of all windows: this window's own, and those in the shared snapshot. */
export class RequestBudget {
  /** Requests of this window that aren't in the shared snapshot yet. */
  private unsaved: number[] = [];

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** This window sends a request. */
  note(): void {
    this.unsaved.push(this.clock.now());
  }

  /** Runs `save` with what isn't saved yet; if it fails, that stays unsaved. */
  async saving<T>(save: (requestedAt: (known: readonly number[]) => number[]) => Promise<T>): Promise<T> {
    const sent = this.unsaved;
    this.unsaved = [];
    try {
      return await save((known) => this.lastMinute([...known, ...sent]));
    } catch (error) {
      this.unsaved.push(...sent);
      throw error;
    }
  }

  /** Milliseconds until fewer than `room` requests were sent in the last minute. */
  untilRoom(snapshot: Snapshot, room: number): number {
    const recent = this.lastMinute([...snapshot.requestedAt, ...this.unsaved]).sort((a, b) => a - b);
    const tooMany = recent[recent.length - room];
    return tooMany === undefined ? 0 : Math.max(tooMany + minuteMs - this.clock.now(), 1);
  }

  private lastMinute(times: readonly number[]): number[] {
    const now = this.clock.now();
    return times.filter((at) => at > now - minuteMs && at <= now);
  }
}
