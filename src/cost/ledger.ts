import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import path from 'node:path';
import { Emitter } from '../base/emitter';
import type { InstanceRow, InstanceStore, StoreChange } from '../instances/store';
import { billingOf } from './billing';
import {
  addUp,
  emptyLedger,
  ledgerSchema,
  noCost,
  observe,
  sumOf,
  type CostSum,
  type Interval,
  type LedgerData,
  type Sighting,
} from './history';
import { daysOf, type Period } from './period';
import { SharedFile } from '../base/sharedFile';

export interface LedgerOptions {
  /** Global storage: a folder that all windows share. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Pick<InstanceStore, 'rows' | 'row' | 'status' | 'onDidChange'>;
}

/** What one instance cost in a period, by what was seen of it. */
export interface InstanceCost {
  readonly instanceId: string;
  /** The last name that was seen; text from outside. */
  readonly name: string;
  readonly sum: CostSum;
}

/** While nothing but time goes on, this often is enough to write, for all windows together. */
const writeEveryMs = 60_000;

/**
 * What was seen of the signed-in account's instances, and what they cost by it. TensorDock tells no bill, so this
 * is what the rates say for the times that some window saw, and marked estimates between them.
 */
export class Ledger implements Disposable {
  private readonly changes = new Emitter<void>();
  private readonly listener: Disposable;
  private accountId: string | undefined;
  private file: SharedFile<LedgerData> | undefined;
  private watcher: Disposable | undefined;
  private data = emptyLedger;
  /** What the file held when it was last read or written. */
  private written = emptyLedger;
  private loaded = false;
  private sightings: readonly Sighting[] = [];
  private disposed = false;
  private readonly working = new Set<Promise<void>>();

  /** Something was seen, in some window. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: LedgerOptions) {
    this.listener = options.store.onDidChange((change) => this.take(change));
    this.take();
  }

  /** When the first look was taken; undefined where none was. What was before is not known. */
  get since(): number | undefined {
    return this.data.since === 0 ? undefined : this.data.since;
  }

  /** What each instance cost in a period (`dayOf`, `monthOf`), the dearest first; gone ones too. */
  costs(period: Period): readonly InstanceCost[] {
    return this.data.instances
      .map((history) => ({
        instanceId: history.id,
        name: history.name,
        sum: sumOf(history, period),
      }))
      .filter(({ sum }) => Object.values(sum).some((value) => value !== 0))
      .sort((one, other) => totalOf(other.sum) - totalOf(one.sum));
  }

  /** What all instances together cost in a period. */
  total(period: Period): CostSum {
    return addUp(this.costs(period).map(({ sum }) => sum));
  }

  /** What all cost on each day of a period of the last two months; days without anything are left out. */
  daily(period: Period): readonly { readonly day: Period; readonly sum: CostSum }[] {
    return daysOf(period)
      .map((day) => ({ day, sum: this.total(day) }))
      .filter(({ sum }) => Object.values(sum).some((value) => value !== 0));
  }

  /** What was seen of an instance in the last week, the oldest first. */
  intervals(instanceId: string): readonly Interval[] {
    return this.data.instances.find(({ id }) => id === instanceId)?.intervals ?? [];
  }

  /** Since when it is on, as far as was seen; undefined while it is not. */
  runningSince(instanceId: string): number | undefined {
    return this.data.instances.find(({ id }) => id === instanceId)?.onSince;
  }

  /** What it cost since then, seen and estimated; `noCost` while it is off. Times before the last week are left out. */
  costOfRun(instanceId: string): CostSum {
    const since = this.runningSince(instanceId);
    const history = this.data.instances.find(({ id }) => id === instanceId);
    if (since === undefined || !history) return noCost;
    return sumOf(history, { from: since, to: Number.MAX_SAFE_INTEGER });
  }

  /** Writes what was seen last; to be awaited when the window closes. */
  async flush(): Promise<void> {
    this.write();
    await this.settled();
  }

  /** Resolves when what is under way in this window is done. */
  async settled(): Promise<void> {
    while (this.working.size > 0) await Promise.all(this.working);
  }

  dispose(): void {
    this.disposed = true;
    this.listener.dispose();
    this.watcher?.dispose();
    this.changes.dispose();
  }

  private take(change?: StoreChange): void {
    const { store } = this.options;
    if (store.status.accountId !== this.accountId) this.turnTo(store.status.accountId);
    if (!this.loaded) return;
    const sightings = this.sightingsOf(store.rows(), change);
    if (sightings.length === 0) return;
    this.sightings = sightings;
    const before = this.data;
    this.data = observe(before, sightings, this.options.clock.now());
    if (this.data === before) return;
    if (worthWriting(this.written, this.data)) this.write();
    this.changes.fire();
  }

  private sightingsOf(rows: readonly InstanceRow[], change: StoreChange | undefined): Sighting[] {
    const { store, clock } = this.options;
    const { listedAt, failure } = store.status;
    const justSeen = new Set(failure ? [] : change?.changed);
    return rows.flatMap((row) => {
      const kind = billingOf(row.state);
      // One that a list left out was not seen, and keeps what it has.
      if (kind === 'none' || row.unlisted || listedAt === 0) return [];
      const { id, name, rateHourly } = row.instance;
      return [{ id, name, kind, rateHourly, at: justSeen.has(id) ? clock.now() : listedAt }];
    });
  }

  private turnTo(accountId: string | undefined): void {
    this.write();
    this.watcher?.dispose();
    this.accountId = accountId;
    this.data = emptyLedger;
    this.written = emptyLedger;
    this.sightings = [];
    this.loaded = false;
    this.file = undefined;
    if (accountId === undefined) return;
    const file = path.join(this.options.folder, `costs-${accountId}.json`);
    const shared = new SharedFile(file, ledgerSchema, emptyLedger, this.options.log);
    this.file = shared;
    this.watcher = shared.watch(() => this.read(shared));
    this.read(shared);
  }

  private read(file: SharedFile<LedgerData>): void {
    this.work(async () => this.adopt(file, await file.read()));
  }

  private write(): void {
    const { file, sightings } = this;
    if (!file || !this.loaded) return;
    this.work(async () => {
      const written = await file.update((current) => observe(current, sightings, this.options.clock.now()));
      this.adopt(file, written);
    });
  }

  /** What this window saw since is added again to what is in the file. */
  private adopt(file: SharedFile<LedgerData>, written: LedgerData): void {
    if (file !== this.file || this.disposed) return;
    const first = !this.loaded;
    this.loaded = true;
    this.written = written;
    this.data = observe(written, this.sightings, this.options.clock.now());
    if (first) this.take();
    this.changes.fire();
  }

  private work(task: () => Promise<void>): void {
    const work = task()
      .catch((error: unknown) => this.options.log.warn(`costs: ${String(error)}`))
      .finally(() => this.working.delete(work));
    this.working.add(work);
  }
}

/** What is seen and what is estimated, US dollars. */
export function totalOf(sum: CostSum): number {
  return sum.dollars + sum.estimatedDollars;
}

function worthWriting(before: LedgerData, after: LedgerData): boolean {
  return after.seenAt - before.seenAt >= writeEveryMs || shapeOf(before) !== shapeOf(after);
}

function shapeOf({ instances }: LedgerData): string {
  return JSON.stringify(
    instances.map(({ id, name, intervals }) => {
      const last = intervals.at(-1);
      return [id, name, last?.from, last?.kind, last?.rateHourly];
    }),
  );
}
