import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import type { InstanceList, TensorDockApi } from '../api/client';
import { NotFoundError, RateLimitedError, TensorDockError } from '../api/errors';
import {
  countMissing,
  isConfirmed,
  mergeDetails,
  mergeFailure,
  mergeList,
  mergeNoDetails,
  mergeNotFound,
} from './merge';
import { hasTransition, nextPoll, type Need } from './pace';
import { RequestBudget, roomFor } from './requestBudget';
import type { SharedSnapshot } from './sharedSnapshot';
import { freshAt, type Snapshot } from './snapshot';
import { wantedDetails, type WantedDetails } from './wantedDetails';

/** How many single GETs are sent at once, and how many rounds of them in one go. */
const detailsAtOnce = 4;
const roundsInOneGo = 3;
/** How long a list waits at most for the sake of urgent details. */
const listWaitsMs = 10_000;
/** How soon to try again while another window is refreshing, or when more details are wanted. */
const busyMs = 700;
/** How soon to try again when the snapshot itself couldn't be read or written. */
const unkeptMs = 30_000;

export interface RefresherOptions {
  readonly shared: SharedSnapshot;
  readonly api: Pick<TensorDockApi, 'listInstances' | 'getInstance'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** What this window needs at this moment. */
  readonly need: () => Need;
  /** IDs of rows that a person has open; their details are requested first. */
  readonly onScreen: () => ReadonlySet<string>;
  /** A newer snapshot, from this window or another. */
  readonly onSnapshot: (snapshot: Snapshot) => void;
}

type Step = (snapshot: Snapshot, now: number) => Snapshot;

/** What came of a request for one instance, and how it changes the snapshot. */
interface Detail {
  readonly end: 'told' | 'not-found' | 'failed';
  readonly step?: Step;
  /** A failure that doesn't concern this row only. */
  readonly failure?: unknown;
}

/**
 * Keeps the shared snapshot as fresh as this window needs it. There is no leader: when the snapshot is older than a
 * window tolerates, the window takes the right to ask, reads the snapshot again, and asks only if nobody else did. Each
 * poll reads the snapshot, and writes it if anything is new.
 */
export class Refresher implements Disposable {
  private timer: Disposable | undefined;
  private readonly watcher: Disposable;
  private readonly ended = new AbortController();
  private readonly budget: RequestBudget;
  /** Nothing is asked before what is known was read. */
  private polling = true;
  /** A list that changed nothing in these rows. */
  private confirmed: { readonly list: InstanceList; readonly rows: Snapshot['rows'] } | undefined;
  private snapshot: Snapshot | undefined;
  /** Reads and changes are numbered, as a read that began earlier may end later. */
  private sequence = 0;
  private newest = 0;

  constructor(private readonly options: RefresherOptions) {
    this.budget = new RequestBudget(options.clock);
    this.watcher = options.shared.watch(() => void this.adopt());
  }

  /** Reads what is known without asking the service, and begins to keep it fresh. */
  async start(): Promise<void> {
    await this.adopt();
    this.polling = false;
    this.schedule();
  }

  /** Call this when the need changed: the view was shown, the window got the focus, an action was accepted. */
  poke(): void {
    this.schedule();
  }

  /** Call this for each request that any part of this window sends, so that all windows can count it. */
  noteRequest(): void {
    this.budget.note();
  }

  /** Milliseconds until there is room for another attempt of something that waits; 0: there is. */
  untilRoom(): number {
    return this.snapshot ? this.budget.untilRoom(this.snapshot, roomFor.waits) : 0;
  }

  /** Asks now, whatever the age; resolves when the answer, good or bad, is in the snapshot. */
  async refresh(): Promise<void> {
    const { shared, clock } = this.options;
    const asked = clock.now();
    await shared.asking(async (signal) => {
      const snapshot = await this.read();
      const listedAt = freshAt(snapshot);
      if (listedAt < asked || listedAt > clock.now()) {
        await this.list(snapshot, AbortSignal.any([signal, this.ended.signal]));
      }
    });
  }

  /** Requests one instance by itself, and says what came of it. */
  async refreshOne(id: string): Promise<Detail['end']> {
    const [detail] = await this.details([id], this.ended.signal);
    return detail?.end ?? 'failed';
  }

  /** Changes the shared snapshot by a pure step. */
  async update(step: Step): Promise<void> {
    await this.change(step);
  }

  dispose(): void {
    this.ended.abort();
    this.timer?.dispose();
    this.watcher.dispose();
  }

  private get disposed(): boolean {
    return this.ended.signal.aborted;
  }

  /** Takes what is in the shared snapshot. If it can't be read, the one before stays; never rejects. */
  private async adopt(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      this.warn(error);
      this.schedule();
    }
  }

  private async read(): Promise<Snapshot> {
    const number = ++this.sequence;
    const snapshot = await this.options.shared.read();
    this.take(snapshot, number);
    return snapshot;
  }

  private take(snapshot: Snapshot, number: number): void {
    if (this.disposed) return;
    if (number >= this.newest) {
      this.newest = number;
      // A snapshot that was lost is started again by the next list; until then the rows stay.
      if (snapshot !== this.snapshot && (snapshot.listedAt > 0 || !this.snapshot?.listedAt)) {
        this.snapshot = snapshot;
        this.options.onSnapshot(snapshot);
      }
    }
    this.schedule();
  }

  private schedule(atLeastMs = 0): void {
    if (this.disposed || this.polling) return;
    this.timer?.dispose();
    this.timer = undefined;
    const wait = this.snapshot ? this.untilNextPoll(this.snapshot) : 0;
    if (wait !== undefined) {
      this.timer = this.options.clock.after(Math.max(wait, atLeastMs), () => void this.poll());
    }
  }

  /** Milliseconds; `undefined`: not by itself. */
  private untilNextPoll(snapshot: Snapshot): number | undefined {
    const now = this.options.clock.now();
    const due = nextPoll(this.options.need(), snapshot, now);
    if (due === undefined) return undefined;
    const wanted = this.wanted(snapshot);
    const list = this.untilList(snapshot, due, wanted);
    if (snapshot.failure) return list;
    const { ids, wait } = this.nextDetails(snapshot, wanted);
    return ids.length === 0 ? list : Math.min(list, Math.max(busyMs, wait));
  }

  private async poll(): Promise<void> {
    const { shared, random } = this.options;
    this.polling = true;
    let pause = 0;
    try {
      const asked = await shared.tryAsking((signal) => this.bringUpToDate(signal));
      if (!asked) {
        pause = busyMs * (1 + random());
        await this.read();
      }
    } catch (error) {
      this.warn(error);
      pause = unkeptMs;
    }
    this.polling = false;
    this.schedule(pause);
  }

  /** With the right to ask: what another window did in the meantime isn't done again. */
  private async bringUpToDate(lost: AbortSignal): Promise<void> {
    const { clock, need } = this.options;
    const signal = AbortSignal.any([lost, this.ended.signal]);
    let snapshot = await this.read();
    const due = nextPoll(need(), snapshot, clock.now());
    if (due === undefined) return;
    if (this.untilList(snapshot, due, this.wanted(snapshot)) === 0) {
      snapshot = await this.list(snapshot, signal);
    }
    for (let round = 0; round < roundsInOneGo && !snapshot.failure && !signal.aborted; round++) {
      const { ids, wait } = this.nextDetails(snapshot, this.wanted(snapshot));
      if (ids.length === 0 || wait > 0) return;
      const details = await this.details(ids, signal);
      if (details.some(({ end }) => end === 'failed') || !this.snapshot) return;
      snapshot = this.snapshot;
    }
  }

  /** Which details to request next, and in how many milliseconds there is room for that. */
  private nextDetails(
    snapshot: Snapshot,
    { urgent, resting }: WantedDetails,
  ): { readonly ids: readonly string[]; readonly wait: number } {
    const ids = (urgent.length > 0 ? urgent : resting).slice(0, detailsAtOnce);
    const calm = hasTransition(snapshot, this.options.clock.now())
      ? roomFor.restingBesideUrgent
      : roomFor.resting;
    const room = urgent.length > 0 ? roomFor.urgent : calm;
    return { ids, wait: this.budget.untilRoom(snapshot, room - ids.length + 1) };
  }

  /** Milliseconds until a list that is due at that time can be sent; 0: now. */
  private untilList(snapshot: Snapshot, due: number, { urgent }: WantedDetails): number {
    const wait = due - this.options.clock.now();
    const untilRoom = this.budget.untilRoom(snapshot, roomFor.list);
    if (urgent.length === 0) return Math.max(wait, untilRoom);
    const besideUrgent = this.budget.untilRoom(snapshot, roomFor.listBesideUrgent);
    return Math.max(wait, untilRoom, Math.min(besideUrgent, wait + listWaitsMs));
  }

  private wanted(snapshot: Snapshot): WantedDetails {
    const { visible, waiting } = this.options.need();
    const shown = { watched: visible || waiting, onScreen: this.options.onScreen() };
    return wantedDetails(snapshot, shown, this.options.clock.now());
  }

  /** The snapshot after a list, or after its failure. */
  private async list(before: Snapshot, signal: AbortSignal): Promise<Snapshot> {
    const { clock, log, api } = this.options;
    const asked = clock.now();
    try {
      let list = await api.listInstances({ signal });
      const missing = countMissing(before, list.instances);
      if (missing > 1 || (missing === 1 && list.instances.length === 0)) {
        log.warn(`refresh: ${missing} instances are missing from the list, asking again`);
        list = await api.listInstances({ signal });
      }
      const confirmed = await this.confirm(list, asked);
      if (confirmed) return confirmed;
      return await this.change((snapshot) => mergeList(snapshot, list.instances, list.thinIds, asked));
    } catch (error) {
      return (await this.fail(error, signal)) ?? before;
    }
  }

  /** The snapshot, if the list changes nothing in it and all windows can be told; nothing is written then. */
  private async confirm(list: InstanceList, asked: number): Promise<Snapshot | undefined> {
    const { shared } = this.options;
    const snapshot = await this.read();
    // A good list ends a failure, which has to be written.
    if (snapshot.failure || asked < freshAt(snapshot)) return undefined;
    const isKnown = this.confirmed?.list === list && this.confirmed.rows === snapshot.rows;
    if (!isKnown && !isConfirmed(snapshot, list.instances, list.thinIds, asked)) return undefined;
    this.confirmed = { list, rows: snapshot.rows };
    const confirmed = await shared.confirm(snapshot, asked);
    if (confirmed) this.take(confirmed, ++this.sequence);
    return confirmed;
  }

  /** Requests some instances by themselves, and keeps all answers in one change. */
  private async details(ids: readonly string[], signal: AbortSignal): Promise<readonly Detail[]> {
    const details = await Promise.all(ids.map((id) => this.detail(id, signal)));
    await this.change((before, now) =>
      details.reduce((snapshot, { step }) => (step ? step(snapshot, now) : snapshot), before),
    );
    // What failed for all of them is one failure.
    const failed = details.find(({ failure }) => failure !== undefined);
    if (failed) await this.fail(failed.failure, signal);
    return details;
  }

  private async detail(id: string, signal: AbortSignal): Promise<Detail> {
    const askedAt = this.options.clock.now();
    try {
      const instance = await this.options.api.getInstance(id, { signal });
      return { end: 'told', step: (snapshot, now) => mergeDetails(snapshot, instance, now, askedAt) };
    } catch (error) {
      if (error instanceof NotFoundError) {
        return { end: 'not-found', step: (snapshot, now) => mergeNotFound(snapshot, id, now) };
      }
      return isOfThisRow(error)
        ? { end: 'failed', step: (snapshot, now) => mergeNoDetails(snapshot, id, now) }
        : { end: 'failed', failure: error };
    }
  }

  private async fail(error: unknown, signal: AbortSignal): Promise<Snapshot | undefined> {
    // Not the service's failure: this window is closing, or lost the right to ask.
    if (this.disposed || signal.aborted) return undefined;
    if (!(error instanceof TensorDockError)) throw error;
    const wait = error instanceof RateLimitedError ? error.retryAfterMs : undefined;
    return this.change((snapshot, now) => {
      const retryAt = wait === undefined ? undefined : now + wait;
      return mergeFailure(snapshot, { code: error.code, message: error.what, retryAt }, now);
    });
  }

  private async change(step: Step): Promise<Snapshot> {
    const { shared, clock } = this.options;
    const snapshot = await this.budget.saving((requestedAt) =>
      shared.change((before) => ({
        ...step(before, clock.now()),
        requestedAt: requestedAt(before.requestedAt),
      })),
    );
    this.take(snapshot, ++this.sequence);
    return snapshot;
  }

  private warn(error: unknown): void {
    if (!this.disposed)
      this.options.log.warn(`refresh: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether a failure may concern this one row only. */
function isOfThisRow(error: unknown): boolean {
  return (
    error instanceof TensorDockError &&
    (error.code === 'unreadable-answer' || error.code === 'bad-request' || error.status !== undefined) &&
    !(error instanceof RateLimitedError) &&
    error.code !== 'unauthorized' &&
    error.code !== 'forbidden'
  );
}
