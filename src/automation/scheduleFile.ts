import path from 'node:path';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';
import { schedulesSchema, type Schedule } from './schedule';

/** The schedules of all accounts, as all windows of a person read and write them. */
export class ScheduleFile implements Disposable {
  private readonly file: SharedFile<{ readonly version: 1; readonly schedules: readonly Schedule[] }>;
  private readonly changes = new Emitter<void>();
  private known: readonly Schedule[] = [];
  private disposed = false;

  /** What this window knows of the file has changed. */
  readonly onDidChange = this.changes.event;

  constructor(folder: string, log: Logger, events?: SharedFileEvents) {
    const file = path.join(folder, 'schedules.json');
    this.file = new SharedFile(file, schedulesSchema, { version: 1, schedules: [] }, log, events);
  }

  /** As of the last read or write. */
  get all(): readonly Schedule[] {
    return this.known;
  }

  /** Reads the file. Rejects if it can't be read. */
  async read(): Promise<readonly Schedule[]> {
    return this.adopt((await this.file.read()).schedules);
  }

  /** Changes all schedules under the lock. */
  async change(step: (all: readonly Schedule[]) => readonly Schedule[]): Promise<void> {
    const written = await this.file.update(({ schedules }) => ({ version: 1, schedules: step(schedules) }));
    this.adopt(written.schedules);
  }

  /** Changes one under the lock, if it still fits: of several windows that try, one succeeds. */
  async take(
    id: string,
    fits: (schedule: Schedule) => boolean,
    step: (schedule: Schedule) => Schedule,
  ): Promise<Schedule | undefined> {
    let taken: Schedule | undefined;
    await this.change((all) => {
      taken = undefined;
      return all.map((schedule) => {
        if (schedule.id !== id || !fits(schedule)) return schedule;
        taken = step(schedule);
        return taken;
      });
    });
    return taken;
  }

  /** Calls back when some window may have written. */
  watch(listener: () => void): Disposable {
    return this.file.watch(listener);
  }

  dispose(): void {
    this.disposed = true;
    this.changes.dispose();
  }

  private adopt(schedules: readonly Schedule[]): readonly Schedule[] {
    const changed = JSON.stringify(schedules) !== JSON.stringify(this.known);
    this.known = schedules;
    if (changed && !this.disposed) this.changes.fire();
    return schedules;
  }
}
