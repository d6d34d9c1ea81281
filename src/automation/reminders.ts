import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import path from 'node:path';
import { Emitter } from '../base/emitter';
import type { InstanceRow, InstanceStore } from '../instances/store';
import { billingOf } from '../cost/billing';
import type { CostSum } from '../cost/history';
import type { Ledger } from '../cost/ledger';
import { SharedFile, type SharedFileEvents } from '../base/sharedFile';
import {
  advance,
  isSame,
  type ReminderData,
  type ReminderKind,
  remindersSchema,
  type Sight,
  snoozed,
} from './reminderData';

/** A running instance that a person may have forgotten. */
export interface Reminder {
  readonly kind: ReminderKind;
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
  /** Whether some window is connected to an instance. */
  readonly isConnected?: (instanceId: string) => boolean;
}

const hourMs = 3_600_000;
const tickMs = 60_000;

/**
 * Reminds a person of an instance that is still running: once every `remindAfterHours`, when its last connected window
 * was closed, and when no window has been connected for an hour. One window reminds, however many there are.
 */
export class Reminders implements Disposable {
  private readonly file: SharedFile<ReminderData>;
  private readonly reminders = new Emitter<Reminder>();
  private readonly listener: Disposable;
  private timer: Disposable | undefined;
  private turn: Promise<void> = Promise.resolve();
  private disposed = false;

  /** In one window only. */
  readonly onDidRemind = this.reminders.event;

  constructor(private readonly options: RemindersOptions) {
    const { folder, log, ledger } = options;
    this.file = new SharedFile(
      path.join(folder, 'reminders.json'),
      remindersSchema,
      { version: 1, runs: [] },
      log,
      options.fileEvents,
    );
    this.listener = ledger.onDidChange(() => this.check());
    this.check();
  }

  /** No reminder of this run for `ms`, and then again. */
  async snooze(instanceId: string, ms: number): Promise<void> {
    const sight = this.sightOf(instanceId);
    if (sight) await this.file.update((data) => snoozed(data, sight, this.options.clock.now(), ms));
  }

  /** No reminder of this instance anymore, or reminders as before. */
  async mute(instanceId: string, isMuted = true): Promise<void> {
    const { accountId } = this.options.store.status;
    if (accountId === undefined) return;
    const subject = { accountId, instanceId };
    await this.file.update((data) => {
      const others = (data.never ?? []).filter((one) => !isSame(one, subject));
      return { ...data, never: isMuted ? [...others, subject] : others };
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
    const sights = this.options.store
      .rows()
      .filter((row) => billingOf(row.state) === 'on')
      .flatMap((row) => this.sightOf(row.instance.id) ?? []);
    if (sights.length === 0) return;
    // Without news, nothing is locked.
    const known = await this.file.read();
    if (JSON.stringify(advance(known, sights, now, periodMs).data) === JSON.stringify(known)) return;
    let due: ReadonlyMap<string, ReminderKind> = new Map();
    await this.file.update((data) => {
      const next = advance(data, sights, now, periodMs);
      due = next.due;
      return next.data;
    });
    for (const [id, kind] of due) this.remind(id, kind, now);
  }

  private remind(instanceId: string, kind: ReminderKind, now: number): void {
    const { store, ledger } = this.options;
    const row = store.rows().find(({ instance }) => instance.id === instanceId);
    const runningSince = ledger.runningSince(instanceId);
    if (!row || runningSince === undefined) return;
    const cost = ledger.costOfRun(instanceId);
    this.reminders.fire({ kind, row, runningSince, runningMs: now - runningSince, cost });
  }

  private sightOf(instanceId: string): Sight | undefined {
    const { store, ledger, excused, isConnected } = this.options;
    const { accountId } = store.status;
    const runningSince = ledger.runningSince(instanceId);
    if (accountId === undefined || runningSince === undefined) return undefined;
    const isExcused = excused?.(instanceId) ?? false;
    return { accountId, instanceId, runningSince, isConnected: isConnected?.(instanceId), isExcused };
  }

  private anyOn(): boolean {
    return this.options.store.rows().some((row) => billingOf(row.state) === 'on');
  }
}
