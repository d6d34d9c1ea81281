import path from 'node:path';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';
import type { InstanceRow, InstanceStore, StoreChange } from '../instances/store';
import { billingOf } from './billing';
import {
  addUp,
  emptyLedger,
  ledgerSchema,
  noCost,
  sumOf,
  type CostSum,
  type InstanceHistory,
  type LedgerData,
} from './history';
import { daysKeptMs, observe, untilNow, type Observation, type Sighting } from './observe';
import { monthOf, type Period } from './period';

export interface LedgerOptions {
  /** Global storage: a folder that all windows share. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Pick<InstanceStore, 'rows' | 'row' | 'status' | 'onDidChange' | 'onDidList'>;
  /** What to do if the file is damaged or can't be written. */
  readonly fileEvents?: SharedFileEvents;
}

/** What one instance cost in a period, as far as it was observed. */
export interface InstanceCost {
  /** The ID of its account. */
  readonly accountId?: string;
  /** The account's name, where there are costs of several. */
  readonly account?: string;
  readonly instanceId: string;
  /** The last name that was seen; text from outside. */
  readonly name: string;
  readonly sum: CostSum;
}

/** While only time passes, it is added up this often, and all windows together write this often. */
const writeEveryMs = 60_000;

const nothing: Observation = { listedAt: 0, sightings: [] };

/**
 * What was observed of the signed-in account's instances, and what they cost. TensorDock offers no bill through its
 * API, so costs are rates multiplied by the times that some window observed, with marked estimates in between.
 */
export class Ledger implements Disposable {
  private readonly changes = new Emitter<void>();
  private readonly listeners: readonly Disposable[];
  private accountId: string | undefined;
  private file: SharedFile<LedgerData> | undefined;
  private watcher: Disposable | undefined;
  /** Without what was `observed` since, if that `isLeft`: see `current`. */
  private data = emptyLedger;
  private isLeft = false;
  /** What was in the file when it was last read or written. */
  private written = emptyLedger;
  private loaded = false;
  private observed: Observation = nothing;
  private disposed = false;
  private readonly working = new Set<Promise<void>>();

  /** Something was observed, in some window. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: LedgerOptions) {
    this.listeners = [
      options.store.onDidChange((change) => this.take(change)),
      options.store.onDidList(() => this.take()),
    ];
    this.take();
  }

  /** When the first observation was made; undefined if none was. Costs before it are unknown. */
  get since(): number | undefined {
    return this.data.since === 0 ? undefined : this.data.since;
  }

  /** Whether what was recorded before is known. If its file can't be read, costs of the past are unknown. */
  get isLoaded(): boolean {
    return this.loaded;
  }

  /** What each instance cost in a period (`dayOf`, `monthOf`), highest first; deleted instances too. */
  costs(period: Period): readonly InstanceCost[] {
    const now = this.options.clock.now();
    return this.current()
      .instances.map((history) => ({
        accountId: this.accountId,
        instanceId: history.id,
        name: history.name,
        sum: sumOf(untilNow(history, now), period),
      }))
      .filter(({ sum }) => Object.values(sum).some((value) => value !== 0))
      .sort((one, other) => totalOf(other.sum) - totalOf(one.sum));
  }

  /** What one instance cost in a period. */
  costOf(instanceId: string, period: Period): CostSum {
    const history = this.current().instances.find(({ id }) => id === instanceId);
    return history ? sumOf(untilNow(history, this.options.clock.now()), period) : noCost;
  }

  /** What all instances together cost in a period. */
  total(period: Period): CostSum {
    return addUp(this.costs(period).map(({ sum }) => sum));
  }

  /** Whether single days of a month are known. Older ones are kept as one sum. */
  keepsDaysOf(month: Period, now: number): boolean {
    return month.from >= monthOf(now - daysKeptMs).from;
  }

  /** Since when it has been on, as far as was observed, with times when it may have been; undefined while it's off. */
  runningSince(instanceId: string): number | undefined {
    return this.current().instances.find(({ id }) => id === instanceId)?.onSince;
  }

  /** What it has cost since then; `noCost` while it's off. Times before the last week are left out. */
  costOfRun(instanceId: string): CostSum {
    const since = this.runningSince(instanceId);
    const history = this.current().instances.find(({ id }) => id === instanceId);
    if (since === undefined || !history) return noCost;
    const complete = untilNow(history, this.options.clock.now());
    return sumOf(complete, { from: since, to: Number.MAX_SAFE_INTEGER });
  }

  /** Writes what was observed last. Await it before the window closes. */
  async flush(): Promise<void> {
    this.write();
    await this.settled();
  }

  /** Resolves when this window has finished reading and writing. */
  async settled(): Promise<void> {
    while (this.working.size > 0) await Promise.all(this.working);
  }

  dispose(): void {
    this.disposed = true;
    for (const listener of this.listeners) listener.dispose();
    this.watcher?.dispose();
    this.changes.dispose();
  }

  /** With all that was observed. */
  private current(): LedgerData {
    if (this.isLeft) this.data = observe(this.data, this.observed, this.options.clock.now());
    this.isLeft = false;
    return this.data;
  }

  private take(change?: StoreChange): void {
    const { store } = this.options;
    if (store.status.accountId !== this.accountId) this.switchTo(store.status.accountId);
    if (!this.loaded || store.status.listedAt === 0) return;
    const { listedAt } = store.status;
    const age = listedAt - this.data.seenAt;
    const isOnlyTime = change === undefined && age >= 0 && age < writeEveryMs;
    const before = isOnlyTime ? this.data : this.current();
    this.observed = {
      listedAt,
      sightings: [...this.sightingsOf(store.rows(), change), ...this.goneSightings()],
    };
    this.isLeft = isOnlyTime;
    if (isOnlyTime) return;
    this.data = observe(before, this.observed, this.options.clock.now());
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
      // An instance that a list left out wasn't seen, and keeps what it has.
      if (kind === 'none' || row.unlisted) return [];
      const { id, name, rateHourly } = row.instance;
      return [{ id, name, kind, rateHourly, at: justSeen.has(id) ? clock.now() : listedAt }];
    });
  }

  /** Instances that the store has proved gone. */
  private goneSightings(): Sighting[] {
    const { store } = this.options;
    const at = store.status.listedAt;
    return this.data.instances
      .filter(({ id }) => store.row(id) === undefined)
      .map(({ id, name }) => ({ id, name, kind: 'gone', at }));
  }

  private switchTo(accountId: string | undefined): void {
    this.write();
    this.watcher?.dispose();
    this.accountId = accountId;
    this.data = emptyLedger;
    this.written = emptyLedger;
    this.observed = nothing;
    this.isLeft = false;
    this.loaded = false;
    this.file = undefined;
    if (accountId === undefined) return;
    const { folder, log, fileEvents } = this.options;
    const file = path.join(folder, `costs-${accountId}.json`);
    const shared = new SharedFile(file, ledgerSchema, emptyLedger, log, fileEvents);
    this.file = shared;
    this.watcher = shared.watch(() => this.read(shared));
    this.read(shared);
  }

  private read(file: SharedFile<LedgerData>): void {
    this.work(async () => this.adopt(file, await file.read()));
  }

  private write(): void {
    const { file, observed } = this;
    if (!file || !this.loaded) return;
    this.work(async () => {
      const written = await file.update((current) => observe(current, observed, this.options.clock.now()));
      this.adopt(file, written);
    });
  }

  /** What this window has observed since is added to what is in the file. */
  private adopt(file: SharedFile<LedgerData>, written: LedgerData): void {
    if (file !== this.file || this.disposed) return;
    const first = !this.loaded;
    this.loaded = true;
    this.written = written;
    this.isLeft = false;
    this.data = observe(written, this.observed, this.options.clock.now());
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

/** Observed and estimated, US dollars. */
export function totalOf(sum: CostSum): number {
  return sum.dollars + sum.estimatedDollars;
}

function worthWriting(before: LedgerData, after: LedgerData): boolean {
  return (
    after.seenAt - before.seenAt >= writeEveryMs ||
    before.instances.length !== after.instances.length ||
    after.instances.some((history, index) => isOther(history, before.instances[index]))
  );
}

/** Whether more than time has passed. */
function isOther(history: InstanceHistory, before: InstanceHistory | undefined): boolean {
  const [last, lastBefore] = [history.intervals.at(-1), before?.intervals.at(-1)];
  return (
    history.id !== before?.id ||
    history.name !== before.name ||
    last?.from !== lastBefore?.from ||
    last?.kind !== lastBefore?.kind ||
    last?.rateHourly !== lastBefore?.rateHourly
  );
}
