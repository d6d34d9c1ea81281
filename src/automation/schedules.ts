import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import { NotSignedInError } from '../api/errors';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import type { SharedFileEvents } from '../base/sharedFile';
import { isOn } from '../cost/billing';
import type { Operations } from '../instances/operations/operations';
import type { InstanceStore } from '../instances/store';
import { nextTime } from './repeat';
import {
  afterwards,
  farthestMs,
  firstNoticeMs,
  lastNoticeMs,
  movedTo,
  phaseOf,
  type Schedule,
  type ScheduleWish,
} from './schedule';
import type { ScheduleSession } from './powerCheck';
import { type MissedStop, ScheduledStops } from './scheduledStops';
import { ScheduleFile } from './scheduleFile';

export type { MissedStop } from './scheduledStops';

export interface SchedulesOptions {
  /** Global storage: a folder that all windows share. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Pick<InstanceStore, 'status' | 'row' | 'onDidChange' | 'onDidGo'> & {
    sessionOf(accountId: string): ScheduleSession | undefined;
  };
  readonly operations: Pick<Operations, 'begin' | 'of'>;
  /** What to do if the file is damaged or can't be written. */
  readonly fileEvents?: SharedFileEvents;
  /** Whether some window is connected to an instance. */
  readonly isConnected?: (instanceId: string) => boolean;
}

/** Timers don't run while the computer sleeps, so the time is checked at least this often. */
const tickMs = 30_000;

/**
 * Stops instances at their times, by whichever window is open then and signed in to the account. While there is none,
 * nothing is stopped: TensorDock has no such timer of its own.
 */
export class Schedules implements Disposable {
  private readonly file: ScheduleFile;
  private readonly warnings = new Emitter<Schedule>();
  private readonly misses = new Emitter<MissedStop>();
  private readonly owned: readonly Disposable[];
  private timer: Disposable | undefined;
  private polling: Promise<void> | undefined;
  private pollAgain = false;
  private disposed = false;
  private readonly stops: ScheduledStops;

  /** The schedules changed in some window. */
  readonly onDidChange: ScheduleFile['onDidChange'];
  /** It will be stopped soon: five minutes before, and again one minute before. In one window only. */
  readonly onDidWarn = this.warnings.event;
  /** No window was open in time, or it failed until it was too late. In one window only, at most once an hour. */
  readonly onDidMiss = this.misses.event;

  constructor(private readonly options: SchedulesOptions) {
    const { folder, clock, log, store, operations, fileEvents } = options;
    const file = new ScheduleFile(folder, log, fileEvents);
    this.file = file;
    this.onDidChange = file.onDidChange;
    this.stops = new ScheduledStops({
      file,
      clock,
      log,
      store,
      operations,
      onMiss: (missed) => this.misses.fire(missed),
      poll: () => this.poll(),
    });
    this.owned = [
      file,
      this.stops,
      this.file.watch(() => this.poll()),
      store.onDidChange(({ status, added }) => {
        if (status || added.length > 0) this.poll();
      }),
      store.onDidGo((ids) => {
        if (this.file.all.some(({ instanceId }) => ids.includes(instanceId))) void this.forget(ids);
      }),
    ];
  }

  /** Of an account (by default the one that is signed in), the soonest first. */
  list(accountId = this.options.store.status.accountId): readonly Schedule[] {
    return this.file.all
      .filter((schedule) => schedule.accountId === accountId)
      .sort((one, other) => one.at - other.at);
  }

  /** The next stop of an instance of the signed-in account. It has one that repeats and one that doesn't, at most. */
  of(instanceId: string): Schedule | undefined {
    return this.list().find((schedule) => schedule.instanceId === instanceId);
  }

  /**
   * Schedules a stop, which replaces an earlier one of the same instance; one that repeats and one that doesn't are
   * independent. Throws an `Error` for a person if the time is past or too far ahead, nobody is signed in, or it can't
   * be saved.
   */
  async set(wish: ScheduleWish): Promise<Schedule> {
    const now = this.options.clock.now();
    const { accountId = this.options.store.status.accountId } = wish;
    if (accountId === undefined) throw new NotSignedInError();
    const at = wish.repeat ? nextTime(wish.repeat, now) : (wish.at ?? Number.NaN);
    if (!(at > now)) throw new Error(l10n.t('That time is in the past. Choose a later time.'));
    if (at > now + farthestMs) {
      throw new Error(l10n.t('That’s too far ahead. Choose a time within the next 31 days.'));
    }
    const schedule = movedTo({ ...wish, id: randomUUID(), accountId, at }, at, now);
    const isReplaced = (other: Schedule): boolean =>
      other.accountId === accountId &&
      other.instanceId === wish.instanceId &&
      (other.repeat === undefined) === (wish.repeat === undefined);
    await this.file.change((all) => [...all.filter((other) => !isReplaced(other)), schedule]);
    this.poll();
    return schedule;
  }

  /** Postpones it by `ms` from its time, or from now if that is past. Undefined if it has ended. */
  async extend(id: string, ms: number): Promise<Schedule | undefined> {
    return this.move(id, (schedule, now) => Math.max(schedule.at, now) + ms);
  }

  /** Carries it out now: the answer to a missed one. Undefined if it has ended. */
  async stopNow(id: string): Promise<Schedule | undefined> {
    const { clock } = this.options;
    const isIdle = (schedule: Schedule): boolean => phaseOf(schedule, clock.now()) !== 'stopping';
    return this.move(id, (_schedule, now) => now, isIdle);
  }

  /** Leaves out this time of a schedule, which ends it unless it repeats. Does nothing if it was moved meanwhile. */
  async skip({ id, at }: Schedule): Promise<void> {
    const now = this.options.clock.now();
    await this.file.change((all) =>
      all.flatMap((one) => (one.id === id && one.at === at ? afterwards(one, now) : [one])),
    );
    this.poll();
  }

  /** Call this when a window connects to an instance. */
  check(): void {
    if (this.list().some(({ unlessConnected }) => unlessConnected)) this.poll();
  }

  /** Ends it. A stop that TensorDock already accepted isn't taken back. */
  async cancel(id: string): Promise<void> {
    await this.file.change((all) => all.filter((schedule) => schedule.id !== id));
    this.poll();
  }

  /** Resolves when this window has nothing under way. */
  async settled(): Promise<void> {
    while (this.polling) {
      await this.polling;
      await this.stops.settled();
    }
  }

  dispose(): void {
    this.disposed = true;
    this.timer?.dispose();
    for (const owned of this.owned) owned.dispose();
    this.warnings.dispose();
    this.misses.dispose();
  }

  private async move(
    id: string,
    to: (schedule: Schedule, now: number) => number,
    fits: (schedule: Schedule) => boolean = () => true,
  ): Promise<Schedule | undefined> {
    const now = this.options.clock.now();
    const moved = await this.file.take(id, fits, (schedule) => movedTo(schedule, to(schedule, now), now));
    this.poll();
    return moved;
  }

  private async forget(instanceIds: readonly string[]): Promise<void> {
    const { log, store } = this.options;
    const { accountId } = store.status;
    await this.file
      .change((all) =>
        all.filter((one) => one.accountId !== accountId || !instanceIds.includes(one.instanceId)),
      )
      .catch((error: unknown) => log.warn(`schedules: ${String(error)}`));
  }

  private poll(): void {
    if (this.disposed) return;
    if (this.polling) {
      this.pollAgain = true;
      return;
    }
    this.polling = this.pollOnce().finally(() => {
      this.polling = undefined;
      this.arm();
      if (this.pollAgain) {
        this.pollAgain = false;
        this.poll();
      }
    });
  }

  private async pollOnce(): Promise<void> {
    const { clock, log } = this.options;
    try {
      await this.file.read();
      await this.tidy(clock.now());
      for (const schedule of this.list()) {
        if (this.disposed) return;
        const now = clock.now();
        const phase = phaseOf(schedule, now);
        if (phase === 'waiting') await this.warn(schedule, now);
        else if (phase === 'due') await this.stops.begin(schedule, now);
        else if (phase === 'missed') await this.stops.ask(schedule, now);
        else await this.stops.confirm(schedule, now);
      }
    } catch (error) {
      log.warn(`schedules: ${String(error)}`);
    }
  }

  /** Ends what a connected window has made pointless, and mends what a clock that was ahead has moved too far. */
  private async tidy(now: number): Promise<void> {
    const { isConnected = () => false } = this.options;
    const isPointless = (one: Schedule): boolean =>
      one.unlessConnected === true && phaseOf(one, now) !== 'stopping' && isConnected(one.instanceId);
    const farthest = ({ at, repeat }: Schedule): number =>
      repeat ? nextTime(repeat, nextTime(repeat, now)) : at;
    const own = this.list();
    if (!own.some((one) => isPointless(one) || one.at > farthest(one))) return;
    const ids = new Set(own.map(({ id }) => id));
    await this.file.change((all) =>
      all.flatMap((one) => {
        if (!ids.has(one.id)) return [one];
        if (isPointless(one)) return [];
        return one.repeat && one.at > farthest(one) ? [movedTo(one, nextTime(one.repeat, now), now)] : [one];
      }),
    );
  }

  private arm(): void {
    this.timer?.dispose();
    this.timer = undefined;
    if (this.disposed || this.list().length === 0) return;
    const now = this.options.clock.now();
    const times = this.list().flatMap(({ at, retryAt }) => [
      at - firstNoticeMs,
      at - lastNoticeMs,
      at,
      retryAt ?? 0,
    ]);
    const next = Math.min(...times.filter((time) => time > now), now + tickMs);
    this.timer = this.options.clock.after(next - now, () => this.poll());
  }

  private async warn(schedule: Schedule, now: number): Promise<void> {
    const isLast = schedule.at - now <= lastNoticeMs;
    const fits = (one: Schedule): boolean =>
      one.at === schedule.at &&
      one.at > now &&
      one.at - now <= firstNoticeMs &&
      (isLast ? one.lastWarnedFor : one.warnedFor) !== one.at;
    // Left to a window that sees it running: this one may not have listed it yet.
    const row = this.options.store.row(schedule.instanceId);
    if (!fits(schedule) || !row || !isOn(row.state)) return;
    const taken = await this.file.take(schedule.id, fits, (one) => ({
      ...one,
      warnedFor: one.at,
      ...(isLast && { lastWarnedFor: one.at }),
    }));
    if (taken && this.options.store.sessionOf(taken.accountId)) this.warnings.fire(taken);
  }
}
