import { whatFailed } from '../api/errors';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { AccountLeftError } from '../instances/accountSession';
import type { Operations } from '../instances/operations/operations';
import {
  checkPower,
  isSettled,
  isStillWanted,
  type PowerCheck,
  type ScheduleSession,
  withCheck,
} from './powerCheck';
import {
  afterwards,
  askAgainMs,
  isAsked,
  isResting,
  isTaken,
  latestMs,
  phaseOf,
  retryMs,
  type Schedule,
} from './schedule';
import type { ScheduleFile } from './scheduleFile';

/** A stop that wasn't carried out in time. */
export interface MissedStop {
  readonly schedule: Schedule;
  /** Whether the service has just said that the instance isn't stopped; false if it can't be asked. */
  readonly isRunning: boolean;
}

export interface ScheduledStopsOptions {
  readonly file: ScheduleFile;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: { sessionOf(accountId: string): ScheduleSession | undefined };
  readonly operations: Pick<Operations, 'begin' | 'of'>;
  /** Asked right before a stop is sent. */
  readonly isAllowed?: () => Promise<boolean>;
  readonly onMiss: (missed: MissedStop) => void;
  /** Checks the schedules again soon. */
  readonly poll: () => void;
}

/** Carries out schedules that are due, each in one window and with the session of its own account. */
export class ScheduledStops implements Disposable {
  private disposed = false;
  private readonly working = new Set<Promise<void>>();

  constructor(private readonly options: ScheduledStopsOptions) {}

  /** Resolves when this window has no stop under way. */
  async settled(): Promise<void> {
    while (this.working.size > 0) await Promise.all(this.working);
  }

  dispose(): void {
    this.disposed = true;
  }

  /** Carries out a due one, if no other window does. Resolves when it's claimed. */
  async begin(schedule: Schedule, now: number): Promise<void> {
    const fits = (one: Schedule): boolean => phaseOf(one, now) === 'due' && !isResting(one, now);
    if (!fits(schedule)) return;
    const claimed = await this.options.file.take(schedule.id, fits, (one) => ({ ...one, takenAt: now }));
    if (!claimed) return;
    // Not awaited, so that one slow stop doesn't delay the others.
    const work = this.carryOut(claimed).finally(() => this.working.delete(work));
    this.working.add(work);
  }

  /** Reports a missed one, if no other window does. */
  async ask(schedule: Schedule, now: number): Promise<void> {
    const fits = (one: Schedule): boolean =>
      phaseOf(one, now) === 'missed' && !isResting(one, now) && !isAsked(one, now);
    if (!fits(schedule)) return;
    const taken = await this.options.file.take(schedule.id, fits, (one) => ({ ...one, askedAt: now }));
    if (!taken) return;
    const check = await checkPower(this.requireSession(taken), taken.instanceId);
    if (isSettled(taken, check, now)) await this.end(taken, check);
    else if (check === 'not-found' || check === 'stopping' || this.isBeingStopped(taken)) {
      const retryAt = this.options.clock.now() + retryMs;
      await this.options.file.take(
        taken.id,
        ({ askedAt }) => askedAt === now,
        (one) => withCheck({ ...one, askedAt: undefined, retryAt }, check, now),
      );
    } else {
      // One that repeats goes on, whatever the answer about this time is.
      if (taken.repeat) await this.end(taken, check);
      this.options.onMiss({ schedule: taken, isRunning: check === 'on' });
    }
  }

  /** Checks whether an accepted stop has stopped the instance, if no other window does. If it's running, a person decides. */
  async confirm(schedule: Schedule, now: number): Promise<void> {
    const fits = (one: Schedule): boolean =>
      one.sentAt !== undefined && !isTaken(one, now) && !isResting(one, now);
    if (!fits(schedule) || this.isBeingStopped(schedule)) return;
    const { file, clock, onMiss } = this.options;
    const taken = await file.take(schedule.id, fits, (one) => ({ ...one, takenAt: now }));
    if (!taken) return;
    const check = await checkPower(this.requireSession(taken), taken.instanceId);
    const isOn = check === 'on';
    if (isSettled(taken, check, now) || (isOn && taken.repeat)) await this.end(taken, check);
    else {
      const retryAt = clock.now() + (isOn ? askAgainMs : retryMs);
      await this.release(taken, (one) => withCheck({ ...one, retryAt }, check, now));
    }
    if (isOn) onMiss({ schedule: taken, isRunning: true });
  }

  private async carryOut(claimed: Schedule): Promise<void> {
    const { log, operations, clock } = this.options;
    try {
      const session = this.requireSession(claimed);
      const check = await checkPower(session, claimed.instanceId);
      const now = clock.now();
      if (isSettled(claimed, check, now)) {
        await this.end(claimed, check);
        return;
      }
      if (check === 'not-found' || check === 'stopping' || this.isBeingStopped(claimed)) {
        await this.release(claimed, (one) => withCheck({ ...one, retryAt: now + retryMs }, check, now));
        return;
      }
      // The person may have kept it running during the check, or the computer may have slept.
      const isAllowed = (await this.options.isAllowed?.()) ?? true;
      if (!isAllowed || !isStillWanted(await this.options.file.read(), claimed, clock.now())) {
        await this.release(claimed, (one) => one);
        return;
      }
      session.requireCurrent();
      log.info(`schedules: stopping ${claimed.instanceId}`);
      const operation = await operations.begin('stop', claimed.instanceId);
      await operation.accepted;
      const sentAt = clock.now();
      await this.release(claimed, (one) => ({
        ...one,
        sentAt,
        retryAt: sentAt + retryMs,
        problem: undefined,
      }));
      // If this fails, or the window closes before, the instance itself shows what became of the stop.
      await operation.done.then(
        () => this.end(claimed, 'off'),
        () => this.options.poll(),
      );
    } catch (error) {
      // What this window leaves, another one finds as an operation, or carries out.
      if (!this.disposed) await this.fail(claimed, error);
    }
  }

  private async fail(claimed: Schedule, error: unknown): Promise<void> {
    const { log, clock } = this.options;
    try {
      const retryAt = clock.now() + retryMs;
      if (error instanceof AccountLeftError) await this.release(claimed, (one) => ({ ...one, retryAt }));
      else if (error instanceof Error && error.name === 'AbortError') await this.end(claimed, 'on');
      else {
        const problem = whatFailed(error);
        log.warn(`schedules: ${claimed.instanceId} was not stopped: ${problem}`);
        await this.release(claimed, (one) => ({ ...one, retryAt, problem }));
      }
    } catch (failure) {
      log.warn(`schedules: ${String(failure)}`);
    }
  }

  /** Gives a claim back, unless the schedule was canceled, moved, or claimed again meanwhile. */
  private async release(claimed: Schedule, step: (schedule: Schedule) => Schedule): Promise<void> {
    await this.options.file.take(
      claimed.id,
      ({ takenAt }) => takenAt === claimed.takenAt,
      (one) => ({ ...step(one), takenAt: undefined }),
    );
    this.options.poll();
  }

  /** Its time is over, unless it was moved meanwhile. One that repeats ends only with its instance. */
  private async end({ id, at }: Schedule, check: PowerCheck): Promise<void> {
    const now = this.options.clock.now();
    await this.options.file.change((all) =>
      all.flatMap((one) => {
        if (one.id !== id || one.at !== at) return [one];
        return check === 'not-found' ? [] : afterwards(one, now);
      }),
    );
  }

  private isBeingStopped({ instanceId, accountId }: Schedule): boolean {
    const operation = this.options.operations.of(instanceId);
    if (operation?.kind !== 'stop' || operation.accountId !== accountId) return false;
    // One that nobody works on may never be sent.
    return this.options.clock.now() - (operation.attendedAt ?? operation.startedAt) < latestMs;
  }

  private requireSession(schedule: Schedule): ScheduleSession {
    const session = this.options.store.sessionOf(schedule.accountId);
    if (!session) throw new AccountLeftError();
    return session;
  }
}
