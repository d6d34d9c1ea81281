import { type Clock, type Disposable, type Logger } from '../api/environment';
import type { TensorDockApi } from '../api/client';
import { NotFoundError, RateLimitedError, TensorDockError } from '../api/errors';
import { mergeDetails, mergeFailure, mergeList, mergeNotFound } from './merge';
import { nextLook, type Need } from './pace';
import type { SharedSnapshot, SnapshotEditor } from './sharedSnapshot';
import type { Snapshot } from './snapshot';
import { wantedDetails } from './wantedDetails';

/** All windows together ask no more than this a minute by themselves; the rest of the 100 is the person's. */
const backgroundPerMinute = 50;
const minuteMs = 60_000;
/** How many single GETs are under way at once, and how many are made before others get the lock. */
const detailsAtOnce = 4;
const detailsInOneGo = 12;
/** How soon to look again when another window is asking. */
const busyMs = 700;

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

/**
 * Keeps the shared snapshot as fresh as this window needs it. There is no leader: each window looks when the
 * snapshot is older than it can bear, takes the lock, reads again, and asks only if nobody else did.
 */
export class Refresher implements Disposable {
  private timer: Disposable | undefined;
  private readonly watcher: Disposable;
  private readonly ended = new AbortController();
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private snapshot: Snapshot | undefined;
  /** Requests of this window that are not in the file yet. */
  private unsaved: number[] = [];

  constructor(private readonly options: RefresherOptions) {
    this.watcher = options.shared.watch(() => void this.adopt());
  }

  /** Reads what is known without asking the service, and begins to keep it fresh. */
  async start(): Promise<void> {
    await this.adopt();
    this.schedule();
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
    const asked = this.options.clock.now();
    await this.options.shared.exclusive(async (editor) => {
      if (editor.current().listedAt < asked) await this.list(editor);
    });
    await this.adopt();
    this.schedule();
  }

  /** Asks for one instance by itself and returns the snapshot that holds it. */
  async refreshOne(id: string): Promise<Snapshot> {
    const snapshot = await this.options.shared.exclusive(async (editor) => {
      await this.detail(editor, id);
      return editor.current();
    });
    this.take(snapshot);
    this.schedule();
    return snapshot;
  }

  /** Changes the shared snapshot by a pure step, under the lock. */
  async update(step: (snapshot: Snapshot, now: number) => Snapshot): Promise<void> {
    await this.options.shared.exclusive(async (editor) => {
      await this.save(editor, step(editor.current(), this.options.clock.now()));
    });
    await this.adopt();
    this.schedule();
  }

  dispose(): void {
    this.ended.abort();
    this.timer?.dispose();
    this.watcher.dispose();
  }

  private get disposed(): boolean {
    return this.ended.signal.aborted;
  }

  private async adopt(): Promise<void> {
    const snapshot = await this.options.shared.read();
    if (this.disposed) return;
    this.take(snapshot);
    this.schedule();
  }

  private take(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.options.onSnapshot(snapshot);
  }

  private schedule(atLeastMs = 0): void {
    if (this.disposed || !this.snapshot) return;
    this.timer?.dispose();
    this.timer = undefined;
    const { clock, need } = this.options;
    const now = clock.now();
    const due = nextLook(need(), this.snapshot, now);
    if (due === undefined) return;
    const moreDetails = wantedDetails(this.snapshot, this.options.onScreen(), now).length > 0;
    const soon = moreDetails && !this.snapshot.failure ? now + busyMs : due;
    const wait = Math.max(Math.min(due, soon) - now, this.untilBudget(this.snapshot, now), atLeastMs, 0);
    this.timer = clock.after(wait, () => void this.look());
  }

  private async look(): Promise<void> {
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.looking = this.lookOnce();
    try {
      await this.looking;
    } finally {
      this.looking = undefined;
      if (this.lookAgain) {
        this.lookAgain = false;
        this.schedule();
      }
    }
  }

  private async lookOnce(): Promise<void> {
    const { shared, log, random } = this.options;
    let done: true | undefined;
    try {
      done = await shared.tryExclusive(async (editor) => {
        await this.bringUpToDate(editor);
        return true as const;
      });
      const snapshot = await shared.read();
      if (!this.disposed) this.take(snapshot);
    } catch (error) {
      if (!this.disposed) log.warn(`refresh: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.schedule(done ? 0 : busyMs * (1 + random()));
  }

  /** Under the lock: what another window did meanwhile is not done again. */
  private async bringUpToDate(editor: SnapshotEditor): Promise<void> {
    const { clock, need, onScreen } = this.options;
    const due = nextLook(need(), editor.current(), clock.now());
    if (due === undefined) return;
    if (due <= clock.now() && this.mayAsk(editor.current())) await this.list(editor);
    for (let asked = 0; asked < detailsInOneGo && !editor.current().failure; asked += detailsAtOnce) {
      const wanted = wantedDetails(editor.current(), onScreen(), clock.now()).slice(0, detailsAtOnce);
      if (wanted.length === 0 || !this.mayAsk(editor.current())) return;
      await Promise.all(wanted.map((id) => this.detail(editor, id)));
    }
  }

  private async list(editor: SnapshotEditor): Promise<void> {
    const before = editor.current();
    const asked = this.options.clock.now();
    try {
      let list = await this.ask(editor, (signal) => this.options.api.listInstances({ signal }));
      const listed = new Set(list.instances.map((instance) => instance.id));
      const missing = before.rows.filter(
        ({ instance }) => !listed.has(instance.id) && before.expectations[instance.id]?.action !== 'delete',
      );
      if (missing.length > 1 || (missing.length === 1 && list.instances.length === 0)) {
        this.options.log.warn(`refresh: ${missing.length} instances are missing from the list, asking again`);
        list = await this.ask(editor, (signal) => this.options.api.listInstances({ signal }));
      }
      await this.save(editor, mergeList(editor.current(), list.instances, list.thinIds, asked));
    } catch (error) {
      await this.fail(editor, error);
    }
  }

  private async detail(editor: SnapshotEditor, id: string): Promise<void> {
    try {
      const instance = await this.ask(editor, (signal) => this.options.api.getInstance(id, { signal }));
      await this.save(editor, mergeDetails(editor.current(), instance, this.options.clock.now()));
    } catch (error) {
      if (error instanceof NotFoundError) {
        await this.save(editor, mergeNotFound(editor.current(), id, this.options.clock.now()));
      } else {
        await this.fail(editor, error);
      }
    }
  }

  private async ask<T>(editor: SnapshotEditor, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return call(AbortSignal.any([editor.signal, this.ended.signal]));
  }

  private async fail(editor: SnapshotEditor, error: unknown): Promise<void> {
    // Not the service's failure: this window is closing, or lost the lock.
    if (this.disposed || editor.signal.aborted) return;
    if (!(error instanceof TensorDockError)) throw error;
    const now = this.options.clock.now();
    const wait = error instanceof RateLimitedError ? error.retryAfterMs : undefined;
    const retryAt = wait === undefined ? undefined : now + wait;
    await this.save(
      editor,
      mergeFailure(editor.current(), { code: error.code, message: error.message, retryAt }, now),
    );
  }

  private async save(editor: SnapshotEditor, next: Snapshot): Promise<void> {
    const recent = this.recentRequests(next, this.options.clock.now());
    this.unsaved = [];
    await editor.save({ ...next, requestedAt: recent });
  }

  private recentRequests(snapshot: Snapshot, now: number): number[] {
    return [...snapshot.requestedAt, ...this.unsaved].filter((at) => at > now - minuteMs && at <= now);
  }

  private mayAsk(snapshot: Snapshot): boolean {
    return this.untilBudget(snapshot, this.options.clock.now()) === 0;
  }

  /** Milliseconds until one more background request fits into the minute. */
  private untilBudget(snapshot: Snapshot, now: number): number {
    const recent = this.recentRequests(snapshot, now).sort((a, b) => a - b);
    const room = backgroundPerMinute - detailsAtOnce - recent.length;
    if (room > 0) return 0;
    const oldest = recent[-room];
    return oldest === undefined ? 0 : Math.max(oldest + minuteMs - now, 1);
  }
}
