import path from 'node:path';
import { NoCapacityError } from '../api/errors';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';
import type { Operations, RunningOperation } from './operations/operations';
import type { InstanceStore, StoreChange } from './store';
import {
  addNews,
  emptyTrackRecord,
  hintsOf,
  trackRecordSchema,
  type TrackNews,
  type TrackRecordData,
} from './trackRecordData';

export interface TrackRecordOptions {
  /** Global storage: a folder that all windows share. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Pick<InstanceStore, 'status' | 'row' | 'onDidChange'>;
  readonly operations: Pick<Operations, 'onDidBegin'>;
  /** What to do if the file is damaged or can't be written. */
  readonly fileEvents?: SharedFileEvents;
}

/**
 * What this extension saw at each location: whether creates and starts got their GPU, how long a new instance took to
 * answer over SSH, and running instances that failed. What is unclear isn't counted.
 */
export class TrackRecord {
  private readonly file: SharedFile<TrackRecordData>;
  private readonly changes = new Emitter<void>();
  private readonly listeners: readonly Disposable[];
  private readonly working = new Set<Promise<void>>();
  /** The instances that this window last saw running. */
  private readonly running = new Set<string>();
  private accountId: string | undefined;
  private disposed = false;

  /** This window recorded something. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: TrackRecordOptions) {
    const { folder, log, store, operations, fileEvents } = options;
    const file = path.join(folder, 'locations.json');
    this.file = new SharedFile(file, trackRecordSchema, emptyTrackRecord, log, fileEvents);
    this.listeners = [
      store.onDidChange((change) => this.followRows(change)),
      operations.onDidBegin((operation) => this.follow(operation)),
    ];
  }

  /** What is known about locations, in words, by their IDs. Empty if nobody is signed in. Never rejects. */
  async hints(): Promise<Readonly<Record<string, string>>> {
    const { store, clock, log } = this.options;
    const { accountId } = store.status;
    if (accountId === undefined) return {};
    try {
      return Object.fromEntries(hintsOf(await this.file.read(), accountId, clock.now()));
    } catch (error) {
      log.warn(`locations: ${String(error)}`);
      return {};
    }
  }

  /** A new instance answered over SSH, `tookMs` milliseconds after it was created. */
  noteSsh(instanceId: string, tookMs: number): void {
    const { accountId } = this.options.store.status;
    if (accountId !== undefined)
      this.note(accountId, { kind: 'ssh', subject: instanceId, instanceId, tookMs });
  }

  /** Resolves when everything is written. */
  async settled(): Promise<void> {
    while (this.working.size > 0) await Promise.all(this.working);
  }

  /** Resolves when everything is written. */
  async dispose(): Promise<void> {
    this.disposed = true;
    for (const listener of this.listeners) listener.dispose();
    await this.settled();
    this.changes.dispose();
  }

  private follow(operation: RunningOperation): void {
    const { kind } = operation.record;
    if (kind === 'create') this.followEnd(operation, operation.accepted, 'created', 'create-refused');
    else if (kind === 'start' || kind === 'restart' || kind === 'startWhenAvailable') {
      this.followEnd(operation, operation.done, 'started', 'start-refused');
    }
  }

  private followEnd(
    operation: RunningOperation,
    end: Promise<unknown>,
    worked: TrackNews['kind'],
    refused: TrackNews['kind'],
  ): void {
    const note = (kind: TrackNews['kind']): void => {
      const { id, accountId, instanceId, locationId } = operation.record;
      this.note(accountId, { kind, subject: id, instanceId, locationId });
    };
    end.then(
      () => {
        if (operation.record.wasUnavailable === true) note(refused);
        note(worked);
      },
      (error: unknown) => {
        // Any other refusal says nothing about the location.
        if (error instanceof NoCapacityError || operation.record.wasUnavailable === true) note(refused);
      },
    );
  }

  /** An instance that was running, and then failed by itself. */
  private followRows({ added, changed, removed }: StoreChange): void {
    const { store } = this.options;
    const { accountId } = store.status;
    if (accountId !== this.accountId) this.running.clear();
    this.accountId = accountId;
    for (const id of removed) this.running.delete(id);
    for (const id of [...added, ...changed]) {
      const state = store.row(id)?.instance.state;
      if (state === 'running') this.running.add(id);
      else if (this.running.delete(id) && state === 'error' && accountId !== undefined) {
        this.note(accountId, { kind: 'outage', subject: id, instanceId: id });
      }
    }
  }

  private note(accountId: string, news: Omit<TrackNews, 'accountId' | 'at'>): void {
    if (this.disposed) return;
    const { store, clock, log } = this.options;
    const { instanceId } = news;
    const row =
      store.status.accountId !== accountId || instanceId === undefined ? undefined : store.row(instanceId);
    const locationId = news.locationId ?? row?.instance.locationId;
    const whole: TrackNews = { ...news, accountId, locationId, at: clock.now() };
    const work = this.file
      .update((data) => addNews(data, whole, clock.now()))
      .then(() => this.changes.fire())
      .catch((error: unknown) => log.warn(`locations: ${String(error)}`))
      .finally(() => this.working.delete(work));
    this.working.add(work);
  }
}
