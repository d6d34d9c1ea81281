import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import { NotSignedInError } from '../api/errors';
import { Emitter } from '../base/emitter';
import type { Operations, RunningOperation } from '../instances/operations/operations';
import type { InstanceStore } from '../instances/store';
import { isOn } from '../cost/billing';
import { farthestMs, phaseOf, schedulesSchema, type Schedule } from './schedule';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';

/** How a schedule came to its end in this window. */
export interface ScheduleEnd {
  readonly schedule: Schedule;
  /** `accepted`: TensorDock took the stop. `nothing-to-do`: it was off, or gone, or on its way to it already. */
  readonly outcome: 'accepted' | 'nothing-to-do' | 'cancelled';
  /** The stop, where this window carries it on. */
  readonly operation?: RunningOperation;
}

export interface SchedulesOptions {
  /** Global storage: a folder that all windows share. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Pick<InstanceStore, 'status' | 'row' | 'refreshOne' | 'onDidChange' | 'onDidGo'>;
  readonly operations: Pick<Operations, 'begin' | 'of'>;
  /** What to do if the file is damaged or can't be written. */
  readonly fileEvents?: SharedFileEvents;
  /** How long before the stop a warning is given, in milliseconds; five minutes where it is left out. */
  readonly warnBeforeMs?: number;
}

const defaultWarnBeforeMs = 5 * 60_000;
const retryMs = 60_000;
const askAgainMs = 3_600_000;
/** A timer may sleep with the computer, so the time is looked at at least this often. */
const tickMs = 30_000;

/**
 * Stops at a time, carried out once by whichever window is open then and signed in to the account. While none
 * is, nothing is stopped: TensorDock has no such timer of its own.
 */
export class Schedules implements Disposable {
  private readonly file: SharedFile<{ readonly version: 1; readonly schedules: readonly Schedule[] }>;
  private readonly changes = new Emitter<void>();
  private readonly warnings = new Emitter<Schedule>();
  private readonly misses = new Emitter<Schedule>();
  private readonly ends = new Emitter<ScheduleEnd>();
  private readonly owned: readonly Disposable[];
  private all: readonly Schedule[] = [];
  private timer: Disposable | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private disposed = false;
  private readonly working = new Set<Promise<void>>();

  /** The schedules, or the phase of one, changed in some window. */
  readonly onDidChange = this.changes.event;
  /** It will be stopped soon. In one window alone, once for each time. */
  readonly onDidWarn = this.warnings.event;
  /** Nobody was there in time, or it failed until it was too late. In one window alone, at most once an hour. */
  readonly onDidMiss = this.misses.event;
  /** In the window that carried it out. */
  readonly onDidEnd = this.ends.event;

  constructor(private readonly options: SchedulesOptions) {
    const { folder, log, store } = options;
    const file = path.join(folder, 'schedules.json');
    this.file = new SharedFile(file, schedulesSchema, { version: 1, schedules: [] }, log, options.fileEvents);
    this.owned = [
      this.file.watch(() => this.look()),
      store.onDidChange(({ status, added }) => {
        if (status || added.length > 0) this.look();
      }),
      store.onDidGo((ids) => {
        if (this.all.some(({ instanceId }) => ids.includes(instanceId))) void this.forget(ids);
      }),
    ];
  }

  /** Of an account (the one that is signed in where it is left out), the soonest first. */
  list(accountId = this.options.store.status.accountId): readonly Schedule[] {
    return this.all
      .filter((schedule) => schedule.accountId === accountId)
      .sort((one, other) => one.at - other.at);
  }

  /** The schedule of an instance of the signed-in account; it has one at most. */
  of(instanceId: string): Schedule | undefined {
    return this.list().find((schedule) => schedule.instanceId === instanceId);
  }

  /** Those that were not carried out in time, and wait for `stopNow`, `extend` or `cancel`. */
  missed(): readonly Schedule[] {
    return this.list().filter((schedule) => phaseOf(schedule, this.options.clock.now()) === 'missed');
  }

  /**
   * Schedules a stop; it replaces an earlier one of the same instance. Throws an `Error` for a person where the
   * time is past or too far, nobody is signed in, or it cannot be kept.
   */
  async set(wish: { instanceId: string; name: string; at: number }): Promise<Schedule> {
    const now = this.options.clock.now();
    const { accountId } = this.options.store.status;
    if (accountId === undefined) throw new NotSignedInError();
    if (!(wish.at > now)) throw new Error(l10n.t('That time is in the past. Choose a later time.'));
    if (wish.at > now + farthestMs) {
      throw new Error(l10n.t('That’s too far ahead. Choose a time within the next 31 days.'));
    }
    const { instanceId, name, at } = wish;
    const schedule: Schedule = {
      id: randomUUID(),
      accountId,
      instanceId,
      name,
      at,
      // Whoever asks for a stop in two minutes needs no warning of it.
      warnedFor: at - now <= this.warnBeforeMs ? at : undefined,
    };
    await this.change((all) => [
      ...all.filter((other) => other.accountId !== accountId || other.instanceId !== instanceId),
      schedule,
    ]);
    return schedule;
  }

  /** Puts it off by `ms` from its time, or from now where that is past. Undefined where it has ended. */
  async extend(id: string, ms: number): Promise<Schedule | undefined> {
    return this.move(id, (schedule, now) => Math.max(schedule.at, now) + ms);
  }

  /** Carries it out now: the answer to a missed one. Undefined where it has ended. */
  async stopNow(id: string): Promise<Schedule | undefined> {
    return this.move(id, (_schedule, now) => now);
  }

  /** Ends it. A stop that TensorDock already took stays taken. */
  async cancel(id: string): Promise<void> {
    await this.change((all) => all.filter((schedule) => schedule.id !== id));
  }

  /** Resolves when what is under way in this window is done. */
  async settled(): Promise<void> {
    while (this.looking || this.working.size > 0) await Promise.all([this.looking, ...this.working]);
  }

  dispose(): void {
    this.disposed = true;
    this.timer?.dispose();
    for (const owned of this.owned) owned.dispose();
    for (const emitter of [this.changes, this.warnings, this.misses, this.ends]) emitter.dispose();
  }

  private get warnBeforeMs(): number {
    return this.options.warnBeforeMs ?? defaultWarnBeforeMs;
  }

  private async move(
    id: string,
    to: (schedule: Schedule, now: number) => number,
  ): Promise<Schedule | undefined> {
    const now = this.options.clock.now();
    const moved = await this.take(
      id,
      (schedule) => phaseOf(schedule, now) !== 'stopping',
      ({ accountId, instanceId, name, ...schedule }) => {
        const at = to({ accountId, instanceId, name, ...schedule }, now);
        const warnedFor = at - now <= this.warnBeforeMs ? at : undefined;
        return { id, accountId, instanceId, name, at, warnedFor };
      },
    );
    this.look();
    return moved;
  }

  private async forget(instanceIds: readonly string[]): Promise<void> {
    const { log, store } = this.options;
    const { accountId } = store.status;
    await this.change((all) =>
      all.filter((one) => one.accountId !== accountId || !instanceIds.includes(one.instanceId)),
    ).catch((error: unknown) => log.warn(`schedules: ${String(error)}`));
  }

  private async change(step: (all: readonly Schedule[]) => readonly Schedule[]): Promise<void> {
    const written = await this.file.update(({ schedules }) => ({ version: 1, schedules: step(schedules) }));
    this.adopt(written.schedules);
    this.look();
  }

  /** Changes one under the lock, if it still fits: of several windows that try, one succeeds. */
  private async take(
    id: string,
    fits: (schedule: Schedule) => boolean,
    step: (schedule: Schedule) => Schedule,
  ): Promise<Schedule | undefined> {
    let taken: Schedule | undefined;
    const written = await this.file.update(({ schedules }) => ({
      version: 1,
      schedules: schedules.map((schedule) => {
        if (schedule.id !== id || !fits(schedule)) return schedule;
        taken = step(schedule);
        return taken;
      }),
    }));
    this.adopt(written.schedules);
    return taken;
  }

  private adopt(schedules: readonly Schedule[]): void {
    const changed = JSON.stringify(schedules) !== JSON.stringify(this.all);
    this.all = schedules;
    if (changed && !this.disposed) this.changes.fire();
  }

  private look(): void {
    if (this.disposed) return;
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.looking = this.lookOnce().finally(() => {
      this.looking = undefined;
      this.arm();
      if (this.lookAgain) {
        this.lookAgain = false;
        this.look();
      }
    });
  }

  private async lookOnce(): Promise<void> {
    const { clock, log } = this.options;
    try {
      this.adopt((await this.file.read()).schedules);
      for (const schedule of this.list()) {
        if (this.disposed) return;
        const now = clock.now();
        const phase = phaseOf(schedule, now);
        if (phase === 'waiting') await this.warn(schedule, now);
        else if (phase === 'due') await this.begin(schedule, now);
        else if (phase === 'missed') await this.ask(schedule, now);
      }
    } catch (error) {
      log.warn(`schedules: ${String(error)}`);
    }
  }

  private arm(): void {
    this.timer?.dispose();
    this.timer = undefined;
    if (this.disposed || this.list().length === 0) return;
    const now = this.options.clock.now();
    const times = this.list().flatMap(({ at, retryAt }) => [at - this.warnBeforeMs, at, retryAt ?? 0]);
    const next = Math.min(...times.filter((time) => time > now), now + tickMs);
    this.timer = this.options.clock.after(next - now, () => this.look());
  }

  private async warn(schedule: Schedule, now: number): Promise<void> {
    const fits = (one: Schedule): boolean =>
      one.at > now && one.at - this.warnBeforeMs <= now && one.warnedFor !== one.at;
    if (!fits(schedule)) return;
    const taken = await this.take(schedule.id, fits, (one) => ({ ...one, warnedFor: one.at }));
    const row = this.options.store.row(schedule.instanceId);
    if (taken && row && isOn(row.state)) this.warnings.fire(taken);
  }

  private async begin(schedule: Schedule, now: number): Promise<void> {
    const fits = (one: Schedule): boolean => phaseOf(one, now) === 'due' && (one.retryAt ?? 0) <= now;
    if (!fits(schedule)) return;
    const taken = await this.take(schedule.id, fits, (one) => ({ ...one, takenAt: now }));
    if (!taken) return;
    this.options.log.info(`schedules: stopping ${taken.instanceId}`);
    // Not waited for, so that one slow stop does not delay the others.
    const work = this.carryOut(taken).finally(() => this.working.delete(work));
    this.working.add(work);
  }

  private async carryOut(schedule: Schedule): Promise<void> {
    const { log, operations, clock } = this.options;
    try {
      if (!(await this.mayBeOn(schedule))) {
        await this.end({ schedule, outcome: 'nothing-to-do' });
        return;
      }
      const operation = await operations.begin('stop', schedule.instanceId);
      await operation.accepted;
      await this.end({ schedule, outcome: 'accepted', operation });
    } catch (error) {
      // What this window leaves, another one finds noted as an operation, or takes up.
      if (this.disposed) return;
      if (error instanceof Error && error.name === 'AbortError') {
        await this.end({ schedule, outcome: 'cancelled' });
        return;
      }
      const problem = error instanceof Error ? error.message : String(error);
      log.warn(`schedules: ${schedule.instanceId} was not stopped: ${problem}`);
      const retryAt = clock.now() + retryMs;
      await this.take(
        schedule.id,
        () => true,
        (one) => ({ ...one, takenAt: undefined, retryAt, problem }),
      ).catch((failure: unknown) => log.warn(`schedules: ${String(failure)}`));
      this.look();
    }
  }

  private async ask(schedule: Schedule, now: number): Promise<void> {
    const fits = (one: Schedule): boolean =>
      phaseOf(one, now) === 'missed' && (one.askedAt === undefined || now - one.askedAt >= askAgainMs);
    if (!fits(schedule)) return;
    const taken = await this.take(schedule.id, fits, (one) => ({ ...one, askedAt: now }));
    if (!taken) return;
    if (await this.mayBeOn(taken)) this.misses.fire(taken);
    else await this.end({ schedule: taken, outcome: 'nothing-to-do' });
  }

  private async end(end: ScheduleEnd): Promise<void> {
    await this.change((all) => all.filter(({ id }) => id !== end.schedule.id));
    this.ends.fire(end);
  }

  /** False only where the service itself has just said so: a row of yesterday proves nothing. */
  private async mayBeOn({ instanceId, accountId }: Schedule): Promise<boolean> {
    const { store, operations } = this.options;
    const row = await store.refreshOne(instanceId);
    if (store.status.accountId !== accountId)
      throw new Error(l10n.t('You switched accounts in the meantime.'));
    if (operations.of(instanceId)?.kind === 'stop') return false;
    if (store.status.failure) return true;
    return row !== undefined && isOn(row.state) && row.state !== 'stopping' && row.state !== 'deleting';
  }
}
