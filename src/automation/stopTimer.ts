import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import type { Journal } from '../instances/operations/journal';
import type { Operations, RunningOperation } from '../instances/operations/operations';
import { nextTime } from './repeat';
import { isResting, isTaken, movedTo, phaseOf, type Schedule } from './schedule';
import { ScheduledStops, type ScheduledStopsOptions } from './scheduledStops';
import type { ScheduleFile } from './scheduleFile';
import type { TimerFile, TimerNote } from './timerFile';

/** What one stop is carried out with. */
export interface StopTools {
  readonly store: ScheduledStopsOptions['store'];
  readonly operations: Pick<Operations, 'begin' | 'of' | 'onDidBegin' | 'onDidAsk'>;
  close(): Promise<void>;
}

export interface StopTimerOptions {
  /** Which entry of the timer file is this timer's. */
  readonly timerId: string;
  readonly scheduleId: string;
  readonly schedules: ScheduleFile;
  readonly timers: TimerFile;
  readonly clock: Clock;
  readonly log: Logger;
  /** Signs in for one stop. The operations must be limited by `stopsOnly`. */
  readonly open: (schedule: Schedule) => Promise<StopTools>;
}

/** Timers don't run while the computer sleeps, and a clock may jump, so the time is checked at least this often. */
const tickMs = 30_000;

/**
 * Carries out one schedule from a process of its own, by the same rules as a window: it claims the schedule in the
 * shared file, so that of all windows and timers one acts. It ends when the schedule does, and as soon as the timer
 * file no longer lists it.
 */
export class StopTimer {
  private readonly wakers = new Set<() => void>();
  private tools: StopTools | undefined;
  private revoked = false;
  /** How often a file has changed. */
  private changes = 0;

  constructor(private readonly options: StopTimerOptions) {}

  /** Resolves when the timer has nothing left to do, or mustn't do it anymore. Never rejects. */
  async run(): Promise<void> {
    const { schedules, timers } = this.options;
    const watchers = [schedules, timers].map((file) => file.watch(() => void this.wake()));
    try {
      while (await this.step());
    } finally {
      for (const watcher of watchers) watcher.dispose();
    }
  }

  /** False at the end. */
  private async step(): Promise<boolean> {
    const { schedules, scheduleId, clock, log } = this.options;
    const seen = this.changes;
    try {
      if (await this.isRevoked()) return false;
      const schedule = (await schedules.read()).find(({ id }) => id === scheduleId);
      if (!schedule) return false;
      const now = clock.now();
      const phase = phaseOf(schedule, now);
      if (phase === 'missed') return await this.miss(schedule, now);
      const isReady = phase === 'due' || (phase === 'stopping' && !isTaken(schedule, now));
      if (isReady && !isResting(schedule, now)) return await this.stop(schedule, now);
      else await this.rest(Math.max(schedule.at, schedule.retryAt ?? 0) - now, seen);
    } catch (error) {
      // What can't be read can't be acted on.
      log.warn(`timer: ${String(error)}`);
      await this.rest(tickMs, seen);
    }
    return !this.revoked;
  }

  private async isRevoked(): Promise<boolean> {
    const { timers, timerId } = this.options;
    this.revoked ||= !(await timers.read()).timers.some(({ id }) => id === timerId);
    return this.revoked;
  }

  /** False if a person has to decide what comes next. */
  private async stop(schedule: Schedule, now: number): Promise<boolean> {
    const { schedules, clock, log, open } = this.options;
    const tools = await open(schedule);
    this.tools = tools;
    const begun: RunningOperation[] = [];
    const missed: Schedule[] = [];
    const listeners: Disposable[] = [
      tools.operations.onDidBegin((operation) => begun.push(operation)),
      // The person wants it stopped at this time, and isn't here to be asked again.
      tools.operations.onDidAsk((question) => {
        if (question.kind === 'late') question.proceed();
      }),
    ];
    try {
      const stops = new ScheduledStops({
        file: schedules,
        clock,
        log,
        store: tools.store,
        operations: tools.operations,
        isAllowed: async () => !(await this.isRevoked()),
        onMiss: (miss) => missed.push(miss.schedule),
        poll: () => undefined,
      });
      await stops.begin(schedule, now);
      await stops.settled();
      await stops.confirm(schedule, now);
      for (const { done } of begun)
        await done.then(async () => this.note(schedule, 'stopped')).catch(() => undefined);
      if (missed.length > 0) await this.note(schedule, 'unknown');
      return !this.revoked && (missed.length === 0 || schedule.repeat !== undefined);
    } finally {
      for (const listener of listeners) listener.dispose();
      this.tools = undefined;
      await tools.close();
    }
  }

  private async note(schedule: Schedule, end: TimerNote['end']): Promise<void> {
    const { accountId, instanceId, name, at } = schedule;
    if (!this.revoked) await this.options.timers.addNote({ accountId, instanceId, name, at, end });
  }

  /** A window asks about one that doesn't repeat. One that does goes on with its next time. */
  private async miss(schedule: Schedule, now: number): Promise<boolean> {
    const { repeat, at } = schedule;
    if (!repeat) return false;
    const moved = await this.options.schedules.take(
      schedule.id,
      (one) => one.at === at && phaseOf(one, now) === 'missed',
      (one) => movedTo(one, nextTime(repeat, now), now),
    );
    if (moved) await this.note(schedule, 'missed');
    return true;
  }

  /** Waits until some file changes after the change that was `seen`, or `ms` have passed, but not for long. */
  private async rest(ms: number, seen: number): Promise<void> {
    if (this.changes !== seen) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        timer.dispose();
        this.wakers.delete(wake);
        resolve();
      };
      const timer = this.options.clock.after(Math.min(Math.max(ms, 1_000), tickMs), wake);
      this.wakers.add(wake);
    });
  }

  private async wake(): Promise<void> {
    this.changes += 1;
    for (const wake of [...this.wakers]) wake();
    const { tools } = this;
    if (tools && (await this.isRevoked().catch(() => false))) await tools.close();
  }
}

/** The journal of a timer for one instance: what closed windows left behind stays theirs, but for a stop of it. */
export function stopsOnly(journal: Journal, instanceId: string): Journal {
  const isOurs = async (id: string): Promise<boolean> =>
    (await journal.list()).some(
      (record) => record.id === id && record.kind === 'stop' && record.instanceId === instanceId,
    );
  return {
    list: async () => journal.list(),
    begin: async (record) => journal.begin(record),
    claim: async (id) => ((await isOurs(id)) ? journal.claim(id) : undefined),
    past: async (id) => journal.past(id),
    exclusively: async (work) => journal.exclusively(work),
    cancel: async (id) => journal.cancel(id),
    watch: (listener) => journal.watch(listener),
  };
}
