import path from 'node:path';
import * as v from 'valibot';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { SharedFile } from '../base/sharedFile';

const timersSchema = v.object({
  version: v.literal(1),
  timers: v.array(
    v.object({
      id: v.string(),
      scheduleId: v.string(),
      accountId: v.string(),
      origin: v.string(),
      token: v.string(),
      startedAt: v.number(),
      pid: v.optional(v.number()),
    }),
  ),
  notes: v.array(
    v.object({
      accountId: v.string(),
      instanceId: v.string(),
      name: v.string(),
      at: v.number(),
      end: v.picklist(['stopped', 'unknown', 'missed']),
    }),
  ),
});

/** A background timer that may act. Times are milliseconds since the epoch. */
export interface TimerEntry {
  readonly id: string;
  readonly scheduleId: string;
  readonly accountId: string;
  readonly origin: string;
  /** Which token it has: a keyed hash; see `AccountIds`. */
  readonly token: string;
  readonly startedAt: number;
  /** Its process; missing until that has begun. */
  readonly pid?: number;
}

/** What a background timer did while perhaps no window was open. */
export interface TimerNote {
  readonly accountId: string;
  readonly instanceId: string;
  /** Text from outside. */
  readonly name: string;
  /** When the stop was due. */
  readonly at: number;
  /** `unknown`: asked for, but the instance is running. `missed`: the computer was asleep, and the schedule goes on with its next time. */
  readonly end: 'stopped' | 'unknown' | 'missed';
}

/** What the windows and background timers of a person share. */
export interface TimerData {
  readonly version: 1;
  readonly timers: readonly TimerEntry[];
  readonly notes: readonly TimerNote[];
}

const mostNotes = 100;

/**
 * The background timers that may act, and what they did. A timer that isn't listed ends at once: that is how a window
 * ends it.
 */
export class TimerFile {
  private readonly file: SharedFile<TimerData>;

  constructor(folder: string, log: Logger) {
    const empty: TimerData = { version: 1, timers: [], notes: [] };
    this.file = new SharedFile(path.join(folder, 'timers.json'), timersSchema, empty, log);
  }

  /** Rejects if the file can't be read. */
  async read(): Promise<TimerData> {
    return this.file.read();
  }

  /** Replaces the list of timers under the lock. */
  async change(step: (timers: readonly TimerEntry[]) => readonly TimerEntry[]): Promise<void> {
    await this.file.update((data) => {
      const timers = step(data.timers);
      return timers === data.timers ? data : { ...data, timers };
    });
  }

  async addNote(note: TimerNote): Promise<void> {
    await this.file.update((data) => ({ ...data, notes: [...data.notes, note].slice(-mostNotes) }));
  }

  /** Takes the notes of an account out, so that one window reports them. */
  async takeNotes(accountId: string): Promise<readonly TimerNote[]> {
    const isOurs = (note: TimerNote): boolean => note.accountId === accountId;
    if (!(await this.file.read()).notes.some(isOurs)) return [];
    let taken: readonly TimerNote[] = [];
    await this.file.update((data) => {
      taken = data.notes.filter(isOurs);
      return taken.length === 0 ? data : { ...data, notes: data.notes.filter((note) => !isOurs(note)) };
    });
    return taken;
  }

  /** Calls back when any process may have written. */
  watch(listener: () => void): Disposable {
    return this.file.watch(listener);
  }
}
