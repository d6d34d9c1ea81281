import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import path from 'node:path';
import * as v from 'valibot';
import { Emitter } from '../base/emitter';
import type { InstanceRow, InstanceStore } from '../instances/store';
import { billingOf } from '../cost/billing';
import type { CostSum } from '../cost/history';
import type { Ledger } from '../cost/ledger';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';

const fileSchema = v.object({
  version: v.literal(1),
  runs: v.array(
    v.object({
      accountId: v.string(),
      instanceId: v.string(),
      runningSince: v.number(),
      notBefore: v.number(),
      muted: v.optional(v.literal(true)),
    }),
  ),
});

/** Whether a person was reminded of one run of an instance; the next run starts over. */
interface Run {
  readonly accountId: string;
  readonly instanceId: string;
  readonly runningSince: number;
  /** No reminder before this time, milliseconds since the epoch. */
  readonly notBefore: number;
  readonly muted?: true;
}

/** An instance that has been running for a long time. */
export interface Reminder {
  readonly row: InstanceRow;
  /** Milliseconds since the epoch, as far as was observed. */
  readonly runningSince: number;
  readonly runningMs: number;
  /** What this run has cost; show it with `describeSum`. */
  readonly cost: CostSum;
}

export interface RemindersOptions {
  /** Global storage: a folder that all windows share. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Pick<InstanceStore, 'rows' | 'status'>;
  /** What to do if the file is damaged or can't be written. */
  readonly fileEvents?: SharedFileEvents;
  readonly ledger: Pick<Ledger, 'runningSince' | 'costOfRun' | 'onDidChange'>;
  /** `tensordock.cost.remindAfterHours`, read each time; 0 turns reminders off. */
  readonly remindAfterHours: () => number;
  /** Whether an instance needs no reminder, for example because its stop is scheduled. */
  readonly excused?: (instanceId: string) => boolean;
}

const hourMs = 3_600_000;
const tickMs = 60_000;

/** Reminds a person that an instance is still running: once every `remindAfterHours`, in one window. */
export class Reminders implements Disposable {
  private readonly file: SharedFile<{ readonly version: 1; readonly runs: readonly Run[] }>;
  private readonly reminders = new Emitter<Reminder>();
  private readonly listener: Disposable;
  private timer: Disposable | undefined;
  private turn: Promise<void> = Promise.resolve();
  private disposed = false;

  /** In one window only, at most once every `remindAfterHours` of a run. */
  readonly onDidRemind = this.reminders.event;

  constructor(private readonly options: RemindersOptions) {
    const { folder, log, ledger } = options;
    this.file = new SharedFile(
      path.join(folder, 'reminders.json'),
      fileSchema,
      { version: 1, runs: [] },
      log,
      options.fileEvents,
    );
    this.listener = ledger.onDidChange(() => this.check());
    this.check();
  }

  /** No reminder of this run for `ms`; `Infinity`: until the instance was stopped. */
  async snooze(instanceId: string, ms: number): Promise<void> {
    const now = this.options.clock.now();
    const run = this.runOf(instanceId);
    if (!run) return;
    await this.file.update(({ runs }) => {
      const others = runs.filter((other) => !isSame(other, run));
      const snoozed: Run = Number.isFinite(ms)
        ? { ...run, notBefore: now + ms }
        : { ...run, notBefore: now, muted: true };
      return { version: 1, runs: [...others, snoozed] };
    });
  }

  /** Resolves when this window has nothing under way. */
  async settled(): Promise<void> {
    await this.turn;
  }

  dispose(): void {
    this.disposed = true;
    this.timer?.dispose();
    this.listener.dispose();
    this.reminders.dispose();
  }

  /** Checks whether a reminder is due. Call this when the setting changes. */
  check(): void {
    if (this.disposed) return;
    this.turn = this.turn
      .then(() => this.lookOnce())
      .catch((error: unknown) => this.options.log.warn(`reminders: ${String(error)}`));
    this.timer?.dispose();
    this.timer = this.anyOn() ? this.options.clock.after(tickMs, () => this.check()) : undefined;
  }

  private async lookOnce(): Promise<void> {
    const periodMs = this.options.remindAfterHours() * hourMs;
    if (this.disposed || !(periodMs > 0)) return;
    const now = this.options.clock.now();
    const old = this.options.store
      .rows()
      .filter((row) => billingOf(row.state) === 'on' && !this.options.excused?.(row.instance.id))
      .flatMap((row) => {
        const run = this.runOf(row.instance.id);
        return run && now - run.runningSince >= periodMs ? [{ row, run }] : [];
      });
    if (old.length === 0) return;
    const isDue = (run: Run, runs: readonly Run[]): boolean => {
      const said = runs.find((other) => isSame(other, run) && other.runningSince === run.runningSince);
      return !said || (!said.muted && said.notBefore <= now);
    };
    // Without a reminder to give, nothing is locked.
    const { runs: known } = await this.file.read();
    if (!old.some(({ run }) => isDue(run, known))) return;
    let due = old;
    await this.file.update(({ runs }) => {
      due = old.filter(({ run }) => isDue(run, runs));
      if (due.length === 0) return { version: 1, runs };
      const said = due.map(({ run }): Run => ({ ...run, notBefore: now + periodMs }));
      const others = runs.filter((one) => !said.some((other) => isSame(one, other)) && this.isKept(one));
      return { version: 1, runs: [...others, ...said] };
    });
    for (const { row, run } of due) {
      this.reminders.fire({
        row,
        runningSince: run.runningSince,
        runningMs: now - run.runningSince,
        cost: this.options.ledger.costOfRun(row.instance.id),
      });
    }
  }

  /** Runs that ended are dropped; those of other accounts are kept, since nothing is known of them here. */
  private isKept(run: Run): boolean {
    return (
      run.accountId !== this.options.store.status.accountId ||
      this.options.ledger.runningSince(run.instanceId) === run.runningSince
    );
  }

  private runOf(instanceId: string): Run | undefined {
    const { accountId } = this.options.store.status;
    const runningSince = this.options.ledger.runningSince(instanceId);
    if (accountId === undefined || runningSince === undefined) return undefined;
    return { accountId, instanceId, runningSince, notBefore: 0 };
  }

  private anyOn(): boolean {
    return this.options.store.rows().some((row) => billingOf(row.state) === 'on');
  }
}

function isSame(one: Run, other: Run): boolean {
  return one.accountId === other.accountId && one.instanceId === other.instanceId;
}
