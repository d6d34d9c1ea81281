import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import { TensorDockError } from '../../api/errors';
import type { CreateRequest, ModifyRequest } from '../../api/types';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import type { Logger } from '../../base/logger';
import { AccountLeftError, type AccountSession } from '../accountSession';
import type { InstanceStore } from '../store';
import { BudgetGate, type BudgetCheck } from './budgetGate';
import { Claiming, requireCurrent } from './claiming';
import { createFields } from './createRecord';
import type { Claim, Journal, OperationKind, OperationRecord, PlainKind } from './journal';
import type { OperationQuestion, RunningOperation } from './operation';
import { Running, type OperationParts } from './runningOperation';
import { SavedOperations } from './savedOperations';

export type { OperationQuestion, RunningOperation } from './operation';

/** What `Operations` works with. */
export interface OperationsOptions {
  readonly journal: Journal;
  readonly store: InstanceStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 (inclusive) to 1 (exclusive), for jitter. The default is `Math.random`. */
  readonly random?: () => number;
  /** Which limits a start would exceed. The default knows of no limit. */
  readonly budget?: BudgetCheck;
  /** Whether the budgets cover another account as well. By default they don't. */
  readonly sharesBudget?: (accountId: string) => boolean;
}

/** How often a window checks for operations that lost theirs, in milliseconds. */
const orphanMs = 5_000;

/**
 * What was asked for and hasn't ended. Each operation is saved before it begins. When its window goes, another one
 * continues where it was, and nothing is done twice. Each operation works with the session of its own account.
 */
export class Operations implements Disposable {
  private readonly running = new Map<string, Running>();
  private readonly begun = new Emitter<RunningOperation>();
  private readonly finds = new Emitter<RunningOperation>();
  private readonly questions = new Emitter<OperationQuestion>();
  private readonly changes = new Emitter<void>();
  private readonly endings: OperationParts['beforeEnd'][] = [];
  private readonly parts: OperationParts;
  private readonly listeners: readonly Disposable[];
  private readonly ended = new AbortController();
  private readonly saved = new SavedOperations();
  private readonly claiming: Claiming;
  private session: AccountSession | undefined;
  private timer: Disposable | undefined;

  /** This window began an operation or continues one. */
  readonly onDidBegin = this.begun.event;
  /** The instance of a create that was said to be unknown has turned up. */
  readonly onDidFind = this.finds.event;
  /** A person has to decide. Only the window that works on the operation asks. */
  readonly onDidAsk = this.questions.event;
  /** The operations of some window changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: OperationsOptions) {
    const {
      journal,
      store,
      clock,
      log,
      random = Math.random,
      budget = async () => [],
      sharesBudget,
    } = options;
    this.parts = {
      journal,
      clock,
      log,
      random,
      budget: new BudgetGate(budget, journal, () => clock.now(), sharesBudget),
      ask: (question) => this.questions.fire(question),
      found: (operation) => this.finds.fire(operation),
      createdByOthers: (id) => this.saved.createdByOthers(id),
      hasRival: (record) => this.saved.hasRival(record),
      beforeEnd: async (record, end) => {
        for (const work of this.endings) await work(record, end);
      },
    };
    this.claiming = new Claiming(journal, this.running);
    this.session = sessionIn(store);
    this.listeners = [journal.watch(() => void this.update()), store.onDidChange(() => this.followAccount())];
  }

  /**
   * Does `work` when an operation has ended, unless a person canceled it, and before its record goes: if the window is
   * killed meanwhile, another one does it. `work` mustn't reject.
   */
  beforeEnd(work: OperationParts['beforeEnd']): void {
    this.endings.push(work);
  }

  /** All operations of the account that is signed in, whichever window works on them. */
  pending(): readonly OperationRecord[] {
    const { accountId } = this.options.store.status;
    return this.saved.all.filter((record) => record.accountId === accountId);
  }

  /** The operation on an instance of the account that is signed in, if there is one. */
  of(instanceId: string): OperationRecord | undefined {
    return this.pending().find((record) => record.instanceId === instanceId);
  }

  /**
   * Begins an operation on an instance. Asking again while it is under way returns the same operation. `until`: when a
   * start when available gives up, in milliseconds since the epoch; 24 hours from now by default. `stopIfUnusedMs`: see `OperationRecord`. Rejects with a
   * `TensorDockError` of code `conflict` if another operation has to end first.
   */
  async begin(
    kind: PlainKind,
    instanceId: string,
    until?: number,
    stopIfUnusedMs?: number,
  ): Promise<RunningOperation> {
    return this.beginOn({ ...this.newRecord(kind, instanceId), until, stopIfUnusedMs });
  }

  /**
   * Saves an operation for whichever window is there next, since this one is about to close. Rejects as `begin` does.
   */
  async leaveNote(kind: PlainKind, instanceId: string): Promise<void> {
    const { session } = this.options.store;
    const record = this.newRecord(kind, instanceId);
    if (this.claiming.ownSame(record) || (await this.claiming.isDoneElsewhere(record))) return;
    const claim = await this.claiming.claim(record, session);
    await claim.release();
  }

  /**
   * Modifies an instance. One that runs is stopped before, and started after if `restart` is set. `rateHourly`: what it
   * costs then, in US dollars an hour, if that is known.
   */
  async modify(
    instanceId: string,
    request: ModifyRequest,
    restart: boolean,
    rateHourly?: number,
  ): Promise<RunningOperation> {
    return this.beginOn({
      ...this.newRecord('modify', instanceId),
      modify: { ...request, gpu: request.gpu && { ...request.gpu } },
      startAfter: restart,
      rateHourly,
    });
  }

  /**
   * Creates an instance. `key` stands for the request: asked for twice, from whichever window, it is sent once, and
   * both get the same outcome. `rateHourly`: what it will cost, in US dollars an hour, if that is known.
   */
  async create(request: CreateRequest, key: string, rateHourly?: number): Promise<RunningOperation> {
    const own = this.running.get(key);
    if (own) return own;
    const { journal, store } = this.options;
    const { session } = store;
    const record = { ...this.newRecord('create', undefined), ...createFields(request), id: key, rateHourly };
    return this.open(record, session, async (operation) => {
      const claim = await journal.begin(record);
      if (claim) {
        await requireCurrent(session, claim);
        this.follow(operation, claim, request);
        return;
      }
      const past = await journal.past(key);
      if (!past) {
        throw new TensorDockError('conflict', l10n.t('Another window is already creating this instance.'));
      }
      this.running.delete(key);
      operation.endAs(past);
    });
  }

  /**
   * Follows a create that was asked for before, whichever window works on it, and never begins one. `undefined` if
   * nothing is known of it anymore: it was refused, or it ended more than a day ago.
   */
  async resume(key: string): Promise<RunningOperation | undefined> {
    const { journal, store } = this.options;
    const { session } = store;
    const saved = this.running.has(key) ? undefined : (await journal.list()).find(({ id }) => id === key);
    if (saved) await this.continueIfLeft(saved);
    const own = this.running.get(key);
    if (own) return own;
    const past = await journal.past(key);
    const record = past ?? saved;
    if (record?.accountId !== session.accountId) return undefined;
    const operation = new Running(record, session, this.parts);
    if (past) operation.endAs(past);
    else {
      this.running.set(key, operation);
      void operation.run(undefined, undefined).finally(() => this.running.delete(key));
    }
    return operation;
  }

  /** Ends an operation, whichever window works on it. What the service accepted stays accepted. */
  async cancel(id: string): Promise<void> {
    this.running.get(id)?.cancel();
    if (!this.running.has(id)) await this.options.journal.cancel(id);
  }

  /** Reads what is saved, and continues what a closed window left behind. Never rejects. */
  async update(): Promise<void> {
    if (this.isDisposed()) return;
    const { journal, clock, log } = this.options;
    try {
      if (this.saved.take(await journal.list())) this.changes.fire();
      for (const record of this.saved.all) await this.continueIfLeft(record);
    } catch (error) {
      log.warn(`operations: ${String(error)}`);
    }
    this.timer?.dispose();
    if (this.isDisposed()) return;
    this.timer = this.saved.all.length > 0 ? clock.after(orphanMs, () => void this.update()) : undefined;
  }

  dispose(): void {
    this.ended.abort();
    for (const listener of this.listeners) listener.dispose();
    this.timer?.dispose();
    for (const operation of this.running.values()) operation.leave();
    for (const emitter of [this.begun, this.finds, this.questions, this.changes]) emitter.dispose();
  }

  private isDisposed(): boolean {
    return this.ended.signal.aborted;
  }

  private async continueIfLeft({ id, accountId }: OperationRecord): Promise<void> {
    const { journal, store, log } = this.options;
    const session = store.sessionOf(accountId);
    if (!session || this.running.has(id)) return;
    const claim = await journal.claim(id);
    if (!claim) return;
    if (!session.isCurrent || this.running.has(id) || this.isDisposed()) {
      await claim.release();
      return;
    }
    log.info(`operations: continuing ${claim.record.kind} ${id}`);
    const operation = new Running(claim.record, session, this.parts, true);
    this.running.set(id, operation);
    this.follow(operation, claim, undefined);
  }

  /** What belongs to another account rests until that account is back. */
  private followAccount(): void {
    const session = sessionIn(this.options.store);
    if (session === this.session) return;
    this.session = session;
    for (const operation of this.running.values()) {
      if (!operation.worksIn(session)) operation.leave(new AccountLeftError());
    }
    this.changes.fire();
    void this.update();
  }

  private newRecord(kind: OperationKind, instanceId: string | undefined): OperationRecord {
    const { store, clock } = this.options;
    const row = instanceId === undefined ? undefined : store.row(instanceId);
    return {
      version: 1,
      id: randomUUID(),
      accountId: store.session.accountId,
      kind,
      instanceId,
      name: row?.instance.name ?? instanceId ?? '',
      startedAt: clock.now(),
      step: 'begin',
    };
  }

  private async beginOn(record: OperationRecord): Promise<RunningOperation> {
    const { session } = this.options.store;
    const same = this.claiming.ownSame(record);
    if (same) return same;
    return this.open(record, session, async (operation) => {
      this.follow(operation, await this.claiming.claim(record, session), undefined);
    });
  }

  /** Known to this window before anything is awaited, so that a double click finds it. */
  private async open(
    record: OperationRecord,
    session: AccountSession,
    begin: (operation: Running) => Promise<void>,
  ): Promise<RunningOperation> {
    const operation = new Running(record, session, this.parts);
    this.running.set(record.id, operation);
    try {
      await begin(operation);
      return operation;
    } catch (error) {
      this.running.delete(record.id);
      operation.fail(error);
      throw error;
    }
  }

  private follow(operation: Running, claim: Claim, request: CreateRequest | undefined): void {
    if (this.isDisposed()) operation.leave();
    void operation.run(claim, request).finally(() => {
      this.parts.budget.release(operation.record.id);
      this.running.delete(operation.record.id);
      void this.update();
    });
    this.begun.fire(operation);
    void this.update();
  }
}

function sessionIn(store: InstanceStore): AccountSession | undefined {
  const { accountId } = store.status;
  return accountId === undefined ? undefined : store.sessionOf(accountId);
}
