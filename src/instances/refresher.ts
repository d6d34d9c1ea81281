import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import type { InstanceList, TensorDockApi } from '../api/client';
import { NotFoundError, RateLimitedError, TensorDockError } from '../api/errors';
import { mergeDetails, mergeFailure, mergeList, mergeNoDetails, mergeNotFound } from './merge';
import { hasTransition, nextPoll, type Need } from './pace';
import type { SharedSnapshot } from './sharedSnapshot';
import { isShown, type Snapshot } from './snapshot';
import { wantedDetails } from './wantedDetails';

const minuteMs = 60_000;
/**
 * How many requests all windows together may have made in the last minute for one more to be made in the
 * background; a retried request may add some. What is not urgent leaves room for a list every five seconds
 * and for rows in transition, less where they are counted already; the rest of the 100 is the person's.
 */
const roomFor = { list: 52, urgent: 46, resting: 26, restingBesideUrgent: 38 };
/** How many single GETs are under way at once, and how many rounds of them are made in one go. */
const detailsAtOnce = 4;
const roundsInOneGo = 3;
/** How soon to look again when another window is asking, or when more details are wanted. */
const busyMs = 700;
/** How soon to look again when the snapshot itself could not be kept. */
const unkeptMs = 30_000;

export interface RefresherOptions {
  readonly shared: SharedSnapshot;
  readonly api: Pick<TensorDockApi, 'listInstances' | 'getInstance'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** What this window needs at this moment. */
  readonly need: () => Need;
  /** Ids of rows that a person has open, which are filled in first. */
  readonly onScreen: () => ReadonlySet<string>;
  /** A newer snapshot, from this window or another. */
  readonly onSnapshot: (snapshot: Snapshot) => void;
}

type Step = (snapshot: Snapshot, now: number) => Snapshot;

/** What became of asking for one instance by itself, and what that makes of the snapshot. */
interface Detail {
  readonly end: 'told' | 'not-found' | 'failed';
  readonly step?: Step;
  /** A failure that is not of this row alone. */
  readonly failure?: unknown;
}

/**
 * Keeps the shared snapshot as fresh as this window needs it. There is no leader: each window looks when the
 * snapshot is older than it can bear, takes the right to ask, reads again, and asks only if nobody else did.
 */
export class Refresher implements Disposable {
  private timer: Disposable | undefined;
  private readonly watcher: Disposable;
  private readonly ended = new AbortController();
  private looking = false;
  private snapshot: Snapshot | undefined;
  /** Reads are numbered, as one that began earlier may end later. */
  private reads = 0;
  private newestRead = 0;
  /** Requests of this window that are not in the shared snapshot yet. */
  private unsaved: number[] = [];

  constructor(private readonly options: RefresherOptions) {
    this.watcher = options.shared.watch(() => void this.adopt());
  }

  /** Reads what is known without asking the service, and begins to keep it fresh. */
  async start(): Promise<void> {
    await this.adopt();
  }

  /** To be called when the need changed: the view was shown, the window got the focus, an action was accepted. */
  poke(): void {
    this.schedule();
  }

  /** To be called for each request that any part of this window sends, so that all windows can count it. */
  noteRequest(): void {
    this.unsaved.push(this.options.clock.now());
  }

  /** Asks now, whatever the age; resolves when the answer, good or bad, is in the snapshot. */
  async refresh(): Promise<void> {
    const { shared, clock } = this.options;
    const asked = clock.now();
    await shared.asking(async (signal) => {
      const { listedAt } = await shared.read();
      if (listedAt < asked || listedAt > clock.now()) {
        await this.list(AbortSignal.any([signal, this.ended.signal]));
      }
    });
    await this.adopt();
  }

  /** Asks for one instance by itself; false where the service does not know it. */
  async refreshOne(id: string): Promise<boolean> {
    const [detail] = await this.details([id], this.ended.signal);
    await this.adopt();
    return detail?.end !== 'not-found';
  }

  /** Changes the shared snapshot by a pure step. */
  async update(step: Step): Promise<void> {
    await this.change(step);
    await this.adopt();
  }

  dispose(): void {
    this.ended.abort();
    this.timer?.dispose();
    this.watcher.dispose();
  }

  private get disposed(): boolean {
    return this.ended.signal.aborted;
  }

  /** Takes what is in the shared snapshot. One that cannot be read leaves the one before; never rejects. */
  private async adopt(): Promise<void> {
    const read = ++this.reads;
    try {
      const snapshot = await this.options.shared.read();
      if (this.disposed || read < this.newestRead) return;
      this.newestRead = read;
      // A snapshot that was lost is begun anew by the next list; until then the rows stay.
      if (snapshot.listedAt > 0 || !this.snapshot?.listedAt) {
        this.snapshot = snapshot;
        this.options.onSnapshot(snapshot);
      }
    } catch (error) {
      this.warn(error);
    }
    this.schedule();
  }

  private schedule(atLeastMs = 0): void {
    if (this.disposed || this.looking) return;
    this.timer?.dispose();
    this.timer = undefined;
    const wait = this.snapshot ? this.untilNextLook(this.snapshot) : 0;
    if (wait !== undefined) {
      this.timer = this.options.clock.after(Math.max(wait, atLeastMs), () => void this.look());
    }
  }

  /** Milliseconds; undefined: not by itself. */
  private untilNextLook(snapshot: Snapshot): number | undefined {
    const now = this.options.clock.now();
    const due = nextPoll(this.options.need(), snapshot, now);
    if (due === undefined) return undefined;
    const list = Math.max(due - now, this.untilRoom(snapshot, roomFor.list));
    if (snapshot.failure) return list;
    const { ids, wait } = this.nextDetails(snapshot);
    return ids.length === 0 ? list : Math.min(list, Math.max(busyMs, wait));
  }

  private async look(): Promise<void> {
    const { shared, random } = this.options;
    this.looking = true;
    let pause = 0;
    try {
      const asked = await shared.tryAsking((signal) => this.bringUpToDate(signal));
      if (!asked) pause = busyMs * (1 + random());
    } catch (error) {
      this.warn(error);
      pause = unkeptMs;
    }
    await this.adopt();
    this.looking = false;
    this.schedule(pause);
  }

  /** With the right to ask: what another window did meanwhile is not done again. */
  private async bringUpToDate(lost: AbortSignal): Promise<void> {
    const { shared, clock, need } = this.options;
    const signal = AbortSignal.any([lost, this.ended.signal]);
    let snapshot = await shared.read();
    const due = nextPoll(need(), snapshot, clock.now());
    if (due === undefined) return;
    if (due <= clock.now() && this.untilRoom(snapshot, roomFor.list) === 0) {
      await this.list(signal);
      snapshot = await shared.read();
    }
    for (let round = 0; round < roundsInOneGo && !snapshot.failure && !signal.aborted; round++) {
      const { ids, wait } = this.nextDetails(snapshot);
      if (ids.length === 0 || wait > 0) return;
      const details = await this.details(ids, signal);
      if (details.some(({ end }) => end === 'failed')) return;
      snapshot = await shared.read();
    }
  }

  /** What to ask for next, and in how many milliseconds there is room for it. */
  private nextDetails(snapshot: Snapshot): { readonly ids: readonly string[]; readonly wait: number } {
    const now = this.options.clock.now();
    const { urgent, resting } = wantedDetails(snapshot, this.options.onScreen(), now);
    const calm = hasTransition(snapshot, now) ? roomFor.restingBesideUrgent : roomFor.resting;
    const room = urgent.length > 0 ? roomFor.urgent : calm;
    return {
      ids: (urgent.length > 0 ? urgent : resting).slice(0, detailsAtOnce),
      wait: this.untilRoom(snapshot, room - detailsAtOnce),
    };
  }

  private async list(signal: AbortSignal): Promise<void> {
    const { shared, clock, log, api } = this.options;
    const asked = clock.now();
    try {
      let list = await api.listInstances({ signal });
      const missing = missingFrom(list, await shared.read());
      if (missing > 1 || (missing === 1 && list.instances.length === 0)) {
        log.warn(`refresh: ${missing} instances are missing from the list, asking again`);
        list = await api.listInstances({ signal });
      }
      await this.change((snapshot) => mergeList(snapshot, list.instances, list.thinIds, asked));
    } catch (error) {
      await this.fail(error, signal);
    }
  }

  /** Asks for some instances by themselves, and keeps all answers at once. */
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

  private async fail(error: unknown, signal: AbortSignal): Promise<void> {
    // Not the service's failure: this window is closing, or lost the right to ask.
    if (this.disposed || signal.aborted) return;
    if (!(error instanceof TensorDockError)) throw error;
    const wait = error instanceof RateLimitedError ? error.retryAfterMs : undefined;
    await this.change((snapshot, now) => {
      const retryAt = wait === undefined ? undefined : now + wait;
      return mergeFailure(snapshot, { code: error.code, message: error.message, retryAt }, now);
    });
  }

  private async change(step: Step): Promise<void> {
    const { shared, clock } = this.options;
    const sent = this.unsaved;
    this.unsaved = [];
    try {
      await shared.change((snapshot) => {
        const now = clock.now();
        return { ...step(snapshot, now), requestedAt: lastMinute([...snapshot.requestedAt, ...sent], now) };
      });
    } catch (error) {
      this.unsaved.push(...sent);
      throw error;
    }
  }

  /** Milliseconds until fewer than `room` requests were made in the last minute. */
  private untilRoom(snapshot: Snapshot, room: number): number {
    const now = this.options.clock.now();
    const recent = lastMinute([...snapshot.requestedAt, ...this.unsaved], now).sort((a, b) => a - b);
    const tooMany = recent[recent.length - room];
    return tooMany === undefined ? 0 : Math.max(tooMany + minuteMs - now, 1);
  }

  private warn(error: unknown): void {
    if (!this.disposed)
      this.options.log.warn(`refresh: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function missingFrom(list: InstanceList, before: Snapshot): number {
  const listed = new Set(list.instances.map((instance) => instance.id));
  return before.rows.filter(
    (row) =>
      isShown(row) && !row.unlisted && !listed.has(row.instance.id) && row.expectation?.action !== 'delete',
  ).length;
}

/** A failure that may be of this one row, and says nothing of the others. */
function isOfThisRow(error: unknown): boolean {
  return (
    error instanceof TensorDockError &&
    (error.code === 'unreadable-answer' || error.code === 'bad-request' || error.status !== undefined) &&
    !(error instanceof RateLimitedError) &&
    error.code !== 'unauthorized' &&
    error.code !== 'forbidden'
  );
}

function lastMinute(times: readonly number[], now: number): number[] {
  return times.filter((at) => at > now - minuteMs && at <= now);
}
