import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { NotSignedInError, RateLimitedError } from '../api/errors';
import type { Location, LocationGpu } from '../api/types';
import { Emitter } from '../base/emitter';
import type { InstanceStore } from '../instances/store';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';

const watchSchema = v.object({
  id: v.string(),
  accountId: v.string(),
  since: v.number(),
  model: v.string(),
  count: v.optional(v.number()),
  locationId: v.optional(v.string()),
  maxPriceHourly: v.optional(v.number()),
});

const fileSchema = v.object({
  version: v.literal(1),
  watches: v.array(watchSchema),
  polls: v.record(v.string(), v.object({ askedAt: v.number(), nextAt: v.number(), failures: v.number() })),
});

/** What somebody waits for. */
export interface CapacityWish {
  /** The service's id of a GPU model, in any case. */
  readonly model: string;
  /** How many in one machine; one where it is left out. */
  readonly count?: number;
  /** Anywhere where it is left out. */
  readonly locationId?: string;
  /** US dollars an hour for one GPU; any price where it is left out. */
  readonly maxPriceHourly?: number;
}

export interface CapacityWatch extends CapacityWish {
  readonly id: string;
  readonly accountId: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Where what was waited for is to be had, the cheapest first. */
export interface CapacityFound {
  readonly watch: CapacityWatch;
  readonly offers: readonly { readonly location: Location; readonly gpu: LocationGpu }[];
}

/** When an account's locations were asked for; all windows ask once. */
interface Poll {
  readonly askedAt: number;
  readonly nextAt: number;
  readonly failures: number;
}

interface Data {
  readonly version: 1;
  readonly watches: readonly CapacityWatch[];
  readonly polls: Readonly<Record<string, Poll>>;
}

export interface CapacityWatchesOptions {
  /** Global storage: a folder that all windows share. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Pick<InstanceStore, 'api' | 'status' | 'onDidChange'>;
  /** What to do if the file is damaged or can't be written. */
  readonly fileEvents?: SharedFileEvents;
}

const intervalMs = 60_000;
const slowestMs = 15 * 60_000;
const mostWatches = 20;

/** Watches for GPUs that are taken now; asks for the locations once a minute while there is something to watch. */
export class CapacityWatches implements Disposable {
  private readonly file: SharedFile<Data>;
  private readonly changes = new Emitter<void>();
  private readonly finds = new Emitter<CapacityFound>();
  private readonly owned: readonly Disposable[];
  private readonly ended = new AbortController();
  private data: Data = { version: 1, watches: [], polls: {} };
  private timer: Disposable | undefined;
  private looking: Promise<void> | undefined;
  private accountId: string | undefined;
  /** Not before, after the file could not be read or written. */
  private restUntil = 0;

  /** The watches changed in some window. */
  readonly onDidChange = this.changes.event;
  /** Found, and thereby ended. In one window alone. */
  readonly onDidFind = this.finds.event;

  constructor(private readonly options: CapacityWatchesOptions) {
    const { folder, log, store } = options;
    this.file = new SharedFile(
      path.join(folder, 'capacity.json'),
      fileSchema,
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

  /** Of the signed-in account, the oldest first. */
  list(): readonly CapacityWatch[] {
    const { accountId } = this.options.store.status;
    return this.data.watches.filter((watch) => watch.accountId === accountId);
  }

  /**
   * Begins to watch; what is watched already is the same watch. Throws an `Error` for a person where nobody is
   * signed in, there are too many, or it cannot be kept.
   */
  async add(wish: CapacityWish): Promise<CapacityWatch> {
    const { store, clock } = this.options;
    const { accountId } = store.status;
    if (accountId === undefined) throw new NotSignedInError();
    const { model, count, locationId, maxPriceHourly } = wish;
    let watch: CapacityWatch = {
      id: randomUUID(),
      accountId,
      since: clock.now(),
      model,
      count,
      locationId,
      maxPriceHourly,
    };
    await this.change((data) => {
      const own = data.watches.filter((other) => other.accountId === accountId);
      const same = own.find((other) => wishKey(other) === wishKey(wish));
      if (same) {
        watch = same;
        return data;
      }
      if (own.length >= mostWatches) {
        throw new Error(l10n.t('You’re already waiting for {0} GPU models. Cancel one first.', own.length));
      }
      // Asked at once for a new wish, unless the service has failed and is to be left alone.
      const poll = data.polls[accountId];
      const polls =
        poll?.failures === 0
          ? { ...data.polls, [accountId]: { ...poll, nextAt: Math.min(poll.nextAt, clock.now()) } }
          : data.polls;
      return { ...data, watches: [...data.watches, watch], polls };
    });
    return watch;
  }

  /** Ends a watch. */
  async cancel(id: string): Promise<void> {
    await this.change((data) => ({ ...data, watches: data.watches.filter((watch) => watch.id !== id) }));
  }

  /** Resolves when what is under way in this window is done. */
  async settled(): Promise<void> {
    await this.looking;
  }

  dispose(): void {
    this.ended.abort(new DOMException('Cancelled', 'AbortError'));
    this.timer?.dispose();
    for (const owned of this.owned) owned.dispose();
    this.changes.dispose();
    this.finds.dispose();
  }

  private async reread(): Promise<void> {
    try {
      this.adopt(await this.file.read());
    } catch (error) {
      this.options.log.warn(`capacity: ${String(error)}`);
    }
  }

  private async change(step: (data: Data) => Data): Promise<void> {
    this.adopt(await this.file.update(step));
  }

  private adopt(data: Data): void {
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
    if (this.looking) return;
    // Capped, as a clock that was set back would else keep us waiting for as long.
    const due = Math.max(this.data.polls[accountId]?.nextAt ?? 0, this.restUntil);
    const wait = Math.min(due - clock.now(), slowestMs);
    this.timer = clock.after(Math.max(wait, 0), () => this.look(accountId));
  }

  private look(accountId: string): void {
    this.looking = this.lookOnce(accountId)
      .catch((error: unknown) => {
        this.options.log.warn(`capacity: ${String(error)}`);
        this.restUntil = this.options.clock.now() + intervalMs;
      })
      .finally(() => {
        this.looking = undefined;
        this.arm();
      });
  }

  private async lookOnce(accountId: string): Promise<void> {
    const { store, clock } = this.options;
    if (!(await this.claim(accountId)) || store.status.accountId !== accountId) return;
    const { signal } = this.ended;
    let locations: readonly Location[];
    try {
      locations = await store.api.listLocations({ signal });
    } catch (error) {
      if (signal.aborted) return;
      this.options.log.info(`capacity: ${error instanceof Error ? error.message : String(error)}`);
      await this.change((data) => backOff(data, accountId, error, clock.now()));
      return;
    }
    const found: CapacityFound[] = [];
    await this.change((data) => {
      found.length = 0;
      for (const watch of data.watches) {
        const offers = watch.accountId === accountId ? offersFor(watch, locations) : [];
        if (offers.length > 0) found.push({ watch, offers });
      }
      const ended = new Set(found.map(({ watch }) => watch.id));
      const poll: Poll = { askedAt: clock.now(), nextAt: clock.now() + intervalMs, failures: 0 };
      return {
        ...data,
        watches: data.watches.filter(({ id }) => !ended.has(id)),
        polls: { ...data.polls, [accountId]: poll },
      };
    });
    for (const one of found) this.finds.fire(one);
  }

  /** Whether this window is the one to ask; the others then wait as long as if they had asked. */
  private async claim(accountId: string): Promise<boolean> {
    let mine = false;
    await this.change((data) => {
      mine = false;
      const now = this.options.clock.now();
      const poll = data.polls[accountId];
      const due = !poll || poll.nextAt <= now || poll.askedAt > now;
      if (!due || !data.watches.some((watch) => watch.accountId === accountId)) return data;
      mine = true;
      const claimed: Poll = { askedAt: now, nextAt: now + intervalMs, failures: poll?.failures ?? 0 };
      return { ...data, polls: { ...data.polls, [accountId]: claimed } };
    });
    return mine;
  }
}

/** Where a wish is fulfilled, the cheapest first. An unknown price is not below a limit. */
export function offersFor(wish: CapacityWish, locations: readonly Location[]): CapacityFound['offers'] {
  const { count = 1, maxPriceHourly, locationId } = wish;
  const model = wish.model.toLowerCase();
  return locations
    .filter((location) => locationId === undefined || location.id === locationId)
    .flatMap((location) => location.gpus.map((gpu) => ({ location, gpu })))
    .filter(
      ({ gpu }) =>
        gpu.model.toLowerCase() === model &&
        (gpu.maxCount ?? count) >= count &&
        (maxPriceHourly === undefined || (gpu.priceHourly ?? Infinity) <= maxPriceHourly),
    )
    .sort((one, other) => (one.gpu.priceHourly ?? Infinity) - (other.gpu.priceHourly ?? Infinity));
}

function backOff(data: Data, accountId: string, error: unknown, now: number): Data {
  const failures = (data.polls[accountId]?.failures ?? 0) + 1;
  const asked = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0;
  const wait = Math.max(Math.min(intervalMs * 2 ** Math.min(failures, 10), slowestMs), asked);
  return { ...data, polls: { ...data.polls, [accountId]: { askedAt: now, nextAt: now + wait, failures } } };
}

function wishKey({ model, count = 1, locationId, maxPriceHourly }: CapacityWish): string {
  return JSON.stringify([model.toLowerCase(), count, locationId, maxPriceHourly]);
}
