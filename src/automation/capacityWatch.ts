import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import { NotSignedInError } from '../api/errors';
import type { Location } from '../api/types';
import { cancelled } from '../base/abort';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';
import type { AccountSession } from '../instances/accountSession';
import type { InstanceStore } from '../instances/store';
import {
  backOff,
  type CapacityFound,
  type CapacityWatch,
  type CapacityWish,
  deadlineOf,
  gapOf,
  offersFor,
  slowestMs,
  type WatchData,
  watchesSchema,
  wishKey,
} from './capacityData';

export {
  type CapacityFound,
  type CapacityWatch,
  type CapacityWish,
  deadlineOf,
  offersFor,
  wishName,
  wishPlaces,
} from './capacityData';

export interface CapacityWatchesOptions {
  /** Global storage: a folder that all windows share. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Pick<InstanceStore, 'status' | 'onDidChange'> & {
    sessionOf(accountId: string): Pick<AccountSession, 'api' | 'left'> | undefined;
  };
  /** 0 (inclusive) to 1 (exclusive), for jitter. */
  readonly random?: () => number;
  /** What to do if the file is damaged or can't be written. */
  readonly fileEvents?: SharedFileEvents;
}

const intervalMs = 60_000;
const mostWatches = 20;

/**
 * Waits for GPU models to become available, each until its deadline. All windows together request the locations once a
 * minute at most.
 */
export class CapacityWatches implements Disposable {
  private readonly file: SharedFile<WatchData>;
  private readonly changes = new Emitter<void>();
  private readonly finds = new Emitter<CapacityFound>();
  private readonly expiries = new Emitter<CapacityWatch>();
  private readonly owned: readonly Disposable[];
  private readonly ended = new AbortController();
  private data: WatchData = { version: 1, watches: [], polls: {} };
  private timer: Disposable | undefined;
  private polling: Promise<void> | undefined;
  private accountId: string | undefined;
  /** When the next try is, after the file couldn't be read or written. */
  private restUntil = 0;

  /** The watches changed in some window. */
  readonly onDidChange = this.changes.event;
  /** Available, which ended the watch. In one window only. */
  readonly onDidFind = this.finds.event;
  /** Not available until its deadline, which ended the watch. In one window only. */
  readonly onDidExpire = this.expiries.event;

  constructor(private readonly options: CapacityWatchesOptions) {
    const { folder, log, store } = options;
    this.file = new SharedFile(
      path.join(folder, 'capacity.json'),
      watchesSchema,
      this.data,
      log,
      options.fileEvents,
    );
    this.owned = [
      this.file.watch(() => void this.reread()),
      store.onDidChange(() => {
        if (store.status.accountId === this.accountId) return;
        this.accountId = store.status.accountId;
        this.arm();
        this.changes.fire();
      }),
    ];
    this.accountId = store.status.accountId;
  }

  /** Of the signed-in account, oldest first. */
  list(): readonly CapacityWatch[] {
    const { accountId } = this.options.store.status;
    return this.data.watches.filter((watch) => watch.accountId === accountId);
  }

  /** When the locations are requested next, milliseconds since the epoch, if that's known. */
  get nextCheckAt(): number | undefined {
    const { accountId } = this.options.store.status;
    return accountId === undefined ? undefined : this.data.polls[accountId]?.nextAt;
  }

  /**
   * Waits until `until` (in 24 hours by default). The same wish again is the same watch, with the new deadline. Throws
   * an `Error` for a person if nobody is signed in, there are too many, or it can't be saved.
   */
  async add(wish: CapacityWish, until?: number): Promise<CapacityWatch> {
    const { accountId } = this.options.store.status;
    if (accountId === undefined) throw new NotSignedInError();
    return this.addFor(accountId, wish, until);
  }

  /** Waits again for what wasn't available in time, for another 24 hours and for the same account. Throws as `add`. */
  async renew(watch: CapacityWatch): Promise<CapacityWatch> {
    return this.addFor(watch.accountId, watch, undefined);
  }

  /** Ends a watch. */
  async cancel(id: string): Promise<void> {
    await this.change((data) => ({ ...data, watches: data.watches.filter((watch) => watch.id !== id) }));
  }

  /** Resolves when this window has nothing under way. */
  async settled(): Promise<void> {
    await this.polling;
  }

  dispose(): void {
    this.ended.abort(cancelled());
    this.timer?.dispose();
    for (const owned of this.owned) owned.dispose();
    this.changes.dispose();
    this.finds.dispose();
    this.expiries.dispose();
  }

  private async addFor(
    accountId: string,
    { model, count, countries, locations, maxPriceHourly }: CapacityWish,
    until: number | undefined,
  ): Promise<CapacityWatch> {
    const { clock } = this.options;
    let watch: CapacityWatch = {
      id: randomUUID(),
      accountId,
      since: clock.now(),
      model,
      count,
      countries,
      locations,
      maxPriceHourly,
      until,
    };
    await this.change((data) => {
      const own = data.watches.filter((other) => other.accountId === accountId);
      const same = own.find((other) => wishKey(other) === wishKey(watch));
      if (same) {
        watch = { ...same, until: deadlineOf(watch) };
        return { ...data, watches: data.watches.map((one) => (one.id === same.id ? watch : one)) };
      }
      if (own.length >= mostWatches) {
        throw new Error(l10n.t('You’re already waiting for {0} GPU models. Cancel one first.', own.length));
      }
      // A new wish is checked at once, unless the service has just failed.
      const poll = data.polls[accountId];
      const polls =
        poll?.failures === 0
          ? { ...data.polls, [accountId]: { ...poll, nextAt: Math.min(poll.nextAt, clock.now()) } }
          : data.polls;
      return { ...data, watches: [...data.watches, watch], polls };
    });
    return watch;
  }

  private async reread(): Promise<void> {
    try {
      this.adopt(await this.file.read());
    } catch (error) {
      this.options.log.warn(`capacity: ${String(error)}`);
    }
  }

  private async change(step: (data: WatchData) => WatchData): Promise<void> {
    this.adopt(await this.file.update(step));
  }

  private adopt(data: WatchData): void {
    if (this.ended.signal.aborted) return;
    const changed = JSON.stringify(data.watches) !== JSON.stringify(this.data.watches);
    this.data = data;
    this.arm();
    if (changed) this.changes.fire();
  }

  private arm(): void {
    this.timer?.dispose();
    this.timer = undefined;
    const { store, clock } = this.options;
    const { accountId } = store.status;
    if (this.ended.signal.aborted || accountId === undefined || this.list().length === 0) return;
    if (this.polling) return;
    const nextPoll = Math.max(this.data.polls[accountId]?.nextAt ?? 0, this.restUntil);
    const due = Math.min(nextPoll, ...this.list().map(deadlineOf));
    // Capped, since timers don't run during sleep, and a clock may be set back.
    const wait = Math.min(due - clock.now(), slowestMs);
    this.timer = clock.after(Math.max(wait, 0), () => this.poll(accountId));
  }

  private poll(accountId: string): void {
    this.polling = this.pollOnce(accountId)
      .catch((error: unknown) => {
        this.options.log.warn(`capacity: ${String(error)}`);
        this.restUntil = this.options.clock.now() + intervalMs;
      })
      .finally(() => {
        this.polling = undefined;
        this.arm();
      });
  }

  private async pollOnce(accountId: string): Promise<void> {
    const { store, clock } = this.options;
    await this.expire(accountId);
    if (!(await this.claim(accountId))) return;
    const session = store.sessionOf(accountId);
    if (!session) return;
    const signal = AbortSignal.any([this.ended.signal, session.left]);
    let locations: readonly Location[];
    try {
      locations = await session.api.listLocations({ signal });
    } catch (error) {
      if (signal.aborted) return;
      this.options.log.info(`capacity: ${error instanceof Error ? error.message : String(error)}`);
      await this.change((data) => backOff(data, accountId, error, clock.now()));
      return;
    }
    if (signal.aborted) return;
    const found: CapacityFound[] = [];
    await this.change((data) => {
      found.length = 0;
      for (const watch of data.watches) {
        const isOpen = watch.accountId === accountId && deadlineOf(watch) > clock.now();
        const offers = isOpen ? offersFor(watch, locations) : [];
        if (offers.length > 0) found.push({ watch, offers });
      }
      const ended = new Set(found.map(({ watch }) => watch.id));
      const now = clock.now();
      const own = data.watches.filter((watch) => watch.accountId === accountId);
      const nextAt = now + gapOf(own, now, this.options.random ?? Math.random);
      return {
        ...data,
        watches: data.watches.filter(({ id }) => !ended.has(id)),
        polls: { ...data.polls, [accountId]: { askedAt: now, nextAt, failures: 0 } },
      };
    });
    for (const one of found) this.finds.fire(one);
  }

  /** Ends the watches whose deadline has passed, also if it passed during sleep. */
  private async expire(accountId: string): Promise<void> {
    const now = this.options.clock.now();
    const isOver = (watch: CapacityWatch): boolean =>
      watch.accountId === accountId && deadlineOf(watch) <= now;
    if (!this.list().some(isOver)) return;
    let over: readonly CapacityWatch[] = [];
    await this.change((data) => {
      over = data.watches.filter(isOver);
      return { ...data, watches: data.watches.filter((watch) => !isOver(watch)) };
    });
    for (const watch of over) this.expiries.fire(watch);
  }

  /** Whether this window makes the next request; the others then wait as if they had made it. */
  private async claim(accountId: string): Promise<boolean> {
    let mine = false;
    await this.change((data) => {
      mine = false;
      const now = this.options.clock.now();
      const poll = data.polls[accountId];
      const due = !poll || poll.nextAt <= now || poll.askedAt > now;
      if (!due || !data.watches.some((watch) => watch.accountId === accountId)) return data;
      mine = true;
      const claimed = { askedAt: now, nextAt: now + intervalMs, failures: poll?.failures ?? 0 };
      return { ...data, polls: { ...data.polls, [accountId]: claimed } };
    });
    return mine;
  }
}
