import * as l10n from '@vscode/l10n';
import { outcomeOfError } from '../../api/outcome';
import type { CreateRequest } from '../../api/types';
import { abortReason, cancelled } from '../../base/abort';
import { delay, type Clock } from '../../base/clock';
import { Deferred } from '../../base/deferred';
import { Emitter } from '../../base/emitter';
import type { Logger } from '../../base/logger';
import type { AccountSession } from '../accountSession';
import type { InstanceOutcome } from '../createOutcome';
import { type Answers, discarded, overBudget, requireYes } from './answer';
import { Attendance } from './attendance';
import { billingStartOf, type BudgetGate } from './budgetGate';
import type { CreateSteps } from './createSteps';
import { mayBeCreated } from './createRecord';
import { endOf, endedOutcome, isLost, notSent } from './ends';
import type { Claim, Journal, OperationRecord } from './journal';
import type { OperationQuestion, RunningOperation } from './operation';

/** What the operations of a window share. */
export interface OperationParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly budget: BudgetGate;
  readonly ask: (question: OperationQuestion) => void;
  readonly found: (operation: RunningOperation) => void;
  readonly createdByOthers: (id: string | undefined) => ReadonlySet<string>;
  readonly hasRival: (record: OperationRecord) => boolean;
  /** What is done before the record goes. Never rejects. */
  readonly beforeEnd: (record: OperationRecord, end: InstanceOutcome['kind']) => Promise<void>;
}

/** An older list doesn't say what runs now, in milliseconds. */
const outdatedListMs = 6 * 60_000;

/** How often a window checks whether it can take an operation back, in milliseconds. */
const reclaimMs = 5_000;

/** See `RunningOperation`. */
export class Running implements RunningOperation {
  message = '';
  isElsewhere = false;
  private readonly reports = new Emitter<string>();
  private readonly acceptance = new Deferred<unknown>();
  private readonly ending = new Deferred<unknown>();
  private readonly result = new Deferred<InstanceOutcome>();
  private readonly choice = new Deferred<string>();
  private readonly cancelling = new AbortController();
  private readonly leaving = new AbortController();
  private candidates: readonly string[] = [];
  /** Something may have been sent. */
  private sent = false;

  readonly onDidReport = this.reports.event;
  readonly accepted = this.acceptance.promise;
  readonly done = this.ending.promise;
  readonly outcome = this.result.promise;

  constructor(
    public record: OperationRecord,
    private readonly session: AccountSession,
    private readonly parts: OperationParts,
    readonly isContinued = false,
  ) {}

  /** Whether it belongs to this session. */
  worksIn(session: AccountSession | undefined): boolean {
    return this.session === session;
  }

  cancel(): void {
    if (this.cancelling.signal.aborted) return;
    this.cancelling.abort(cancelled());
    // Saved as well, in case the window closes or the account is left before this one has ended.
    void this.parts.journal.cancel(this.record.id).catch(() => undefined);
  }

  choose(id: string): void {
    if (this.candidates.includes(id)) this.choice.resolve(id);
  }

  /** The window closes, or the account was left. The record stays for whoever can continue. */
  leave(reason: Error = cancelled()): void {
    this.leaving.abort(reason);
  }

  /** It didn't begin, or it failed. */
  fail(reason: unknown): void {
    const outcome = outcomeOfError(reason);
    this.result.resolve(outcome.kind === 'unknown' && !this.sent ? notSent(outcome.error) : outcome);
    this.acceptance.reject(reason);
    this.ending.reject(reason);
  }

  /** It ended before, perhaps in another window. */
  endAs(past: OperationRecord | undefined): void {
    this.record = past ?? this.record;
    const outcome = endedOutcome(this.record);
    this.result.resolve(outcome);
    if (outcome.kind === 'done') this.succeed();
    else this.fail(outcome.error);
  }

  /**
   * Works on it until its end. If another window takes it over, or has it (`claim` is missing), that window is
   * followed. Never rejects.
   */
  async run(claim: Claim | undefined, request: CreateRequest | undefined): Promise<void> {
    let current = claim;
    do {
      if (current && (await this.attempt(current, request))) return;
      this.isElsewhere = true;
      try {
        current = await this.reclaim();
      } catch (error) {
        this.fail(error);
        return;
      }
      if (current) {
        this.isElsewhere = false;
        this.record = current.record;
      }
    } while (current);
    this.endAs(await this.parts.journal.past(this.record.id).catch(() => undefined));
  }

  /** False if the claim was lost to another window. */
  private async attempt(claim: Claim, request: CreateRequest | undefined): Promise<boolean> {
    const { clock, log } = this.parts;
    const signal = AbortSignal.any([claim.signal, this.cancelling.signal, this.leaving.signal]);
    this.sent = this.record.step !== 'begin';
    const { attendedAt, startedAt, late } = this.record;
    const save = (): void => {
      this.record = { ...this.record, attendedAt: attendance.touch() };
      void claim.note(this.record).catch(() => undefined);
    };
    const attendance = new Attendance(clock, attendedAt ?? startedAt, save, late);
    const steps = this.stepsOf(claim, signal, attendance);
    try {
      this.session.requireCurrent();
      await (await import('./work')).work(steps, request);
      attendance.dispose();
      await this.parts.beforeEnd(this.record, 'done');
      await this.letGo(claim, undefined);
      this.succeed();
    } catch (error) {
      attendance.dispose();
      const reason = signal.aborted ? abortReason(signal) : error;
      log.info(`operations: ${this.record.kind} ${this.record.id} ended: ${String(reason)}`);
      if (this.sent && !signal.aborted) {
        await this.parts.beforeEnd(this.record, outcomeOfError(reason).kind);
      }
      await this.letGo(claim, reason);
      if (!this.leaving.signal.aborted && !this.cancelling.signal.aborted && isLost(claim)) return false;
      this.fail(reason);
    }
    return true;
  }

  private succeed(): void {
    this.result.resolve({ kind: 'done', value: { id: this.record.instanceId ?? '' } });
    this.acceptance.resolve(undefined);
    this.ending.resolve(undefined);
  }

  /** The claim, once it can be had again; `undefined` when the other window has finished the operation. */
  private async reclaim(): Promise<Claim | undefined> {
    const { journal, clock } = this.parts;
    const { id } = this.record;
    const signal = AbortSignal.any([this.cancelling.signal, this.leaving.signal]);
    this.report(l10n.t('Another window is continuing this.'));
    for (;;) {
      if (this.cancelling.signal.aborted) await journal.cancel(id);
      if (signal.aborted) throw abortReason(signal);
      const claim = await journal.claim(id);
      if (claim) return claim;
      if (!(await journal.list()).some((record) => record.id === id)) return undefined;
      await delay(clock, reclaimMs, signal).catch(() => undefined);
    }
  }

  private async letGo(claim: Claim, reason: unknown): Promise<void> {
    try {
      if (this.leaving.signal.aborted && !this.cancelling.signal.aborted) await claim.release();
      else if (this.record.kind === 'create') {
        await claim.finish(mayBeCreated(this.record) ? this.record : undefined);
      } else await claim.finish({ ...this.record, end: endOf(reason) });
    } catch (error) {
      this.parts.log.warn(`operations: ${this.record.id} couldn't be finished: ${String(error)}`);
    }
  }

  private report(message: string): void {
    this.message = message;
    this.reports.fire(message);
  }

  private stepsOf(claim: Claim, signal: AbortSignal, attendance: Attendance): CreateSteps {
    const { clock, random, ask, found, createdByOthers, hasRival } = this.parts;
    const getRecord = (): OperationRecord => this.record;
    return {
      get record() {
        return getRecord();
      },
      session: this.session,
      clock,
      signal,
      random,
      at: async (step, change = {}) => {
        const isWaiting = step === 'begin';
        if (isWaiting) this.parts.budget.release(this.record.id);
        const isStarting = isWaiting ? undefined : this.record.isStarting;
        this.record = { ...this.record, isStarting, ...change, step, attendedAt: attendance.touch() };
        await claim.note(this.record);
        this.sent = true;
      },
      requireTimely: async () => {
        if (attendance.isLate) {
          this.record = { ...this.record, late: true };
          await claim.note(this.record);
          await this.requireYes(signal, discarded, (answers) =>
            ask({ kind: 'late', operation: this, ...answers }),
          );
          this.record = { ...this.record, late: undefined };
        }
        attendance.renew();
        this.session.requireCurrent();
      },
      requireBudget: async () => {
        // What ran while nobody looked has to be known.
        if (Math.abs(clock.now() - this.session.status.listedAt) > outdatedListMs)
          await this.session.refresh();
        signal.throwIfAborted();
        const note = async (change: Partial<OperationRecord>): Promise<void> => {
          this.record = { ...this.record, ...change };
          await claim.note(this.record);
        };
        await this.parts.budget.pass({
          record: this.record,
          start: billingStartOf(this.record, this.session.row(this.record.instanceId ?? '')),
          signal,
          markStarting: async () => note({ isStarting: true }),
          ask: async (breaches) => {
            await this.requireYes(signal, overBudget, (answers) =>
              ask({ kind: 'budget', operation: this, breaches, ...answers }),
            );
            await note({ agreed: { at: clock.now(), breaches: [...breaches] } });
          },
        });
        this.session.requireCurrent();
      },
      accepted: () => this.acceptance.resolve(undefined),
      report: (message) => this.report(message),
      createdByOthers: () => createdByOthers(this.record.instanceId),
      hasRival: () => hasRival(this.record),
      settle: (outcome) => this.result.resolve(outcome),
      found: () => found(this),
      ask: (candidates) => {
        const ids = candidates.map(({ id }) => id);
        const isNew = ids.join() !== this.candidates.join();
        this.candidates = ids;
        if (isNew && ids.length > 0) ask({ kind: 'candidates', operation: this, candidates });
      },
      chosen: this.choice.promise,
    };
  }

  private async requireYes(
    signal: AbortSignal,
    refusal: () => Error,
    ask: (answers: Answers) => void,
  ): Promise<void> {
    this.report(l10n.t('Waiting for your answer…'));
    await requireYes(signal, refusal, ({ proceed, discard }) =>
      ask({
        proceed,
        discard: () => {
          discard();
          // Another attempt may have asked again meanwhile. A no counts whenever it comes.
          if (signal.aborted) void this.parts.journal.cancel(this.record.id).catch(() => undefined);
        },
      }),
    );
  }
}
