import { abortReason } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';
import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import type { CreateRequest, ModifyRequest } from '../../api/types';
import { Deferred } from '../../base/deferred';
import { Emitter } from '../../base/emitter';
import type { InstanceStore } from '../store';
import { create, mayBeMade, untilUp, type CreateResult } from './create';
import type { Claim, Journal, OperationKind, OperationRecord } from './journal';
import { modify, remove, restart, start, startWhenAvailable, stop, type Steps } from './steps';

/** An operation that this window carries on. */
export interface RunningOperation {
  readonly record: OperationRecord;
  /** What a person reads of it now. */
  readonly message: string;
  readonly onDidTell: (listener: (message: string) => void) => Disposable;
  /** Resolves when the service took what was asked. */
  readonly accepted: Promise<unknown>;
  /** Resolves at its end; rejects where it failed or was cancelled. */
  readonly done: Promise<unknown>;
  /** A create: how it ended, as soon as that is known. */
  readonly outcome: Promise<CreateResult | undefined>;
  cancel(): void;
}

export interface OperationsOptions {
  readonly journal: Journal;
  readonly store: InstanceStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What nobody carried on for so long is not taken up where it would start a machine, in milliseconds. */
const oldMs = 24 * 3_600_000;

/** How often a window looks for operations that lost theirs, in milliseconds. */
const orphanMs = 5_000;

/** Which kinds may be asked for while another kind is still under way: the newer wish replaces the older. */
const replaces: Readonly<Record<OperationKind, readonly OperationKind[]>> = {
  start: ['startWhenAvailable'],
  stop: ['start', 'restart', 'startWhenAvailable', 'create'],
  restart: ['start', 'create'],
  delete: ['start', 'stop', 'restart', 'startWhenAvailable', 'create', 'modify'],
  create: [],
  modify: ['startWhenAvailable'],
  startWhenAvailable: [],
};

/**
 * What was asked for and is not at its end. Every operation is noted before it begins; when its window goes,
 * another one takes it up where it was, and none is done twice.
 */
export class Operations implements Disposable {
  private readonly running = new Map<string, Running>();
  private readonly begun = new Emitter<RunningOperation>();
  private readonly changes = new Emitter<void>();
  private noted: readonly OperationRecord[] = [];
  /** Instances of which a create says that it made them, also when it has ended. */
  private readonly made = new Set<string>();
  private readonly watcher: Disposable;
  private readonly accountWatcher: Disposable;
  private accountId: string | undefined;
  private timer: Disposable | undefined;
  private readonly ended = new AbortController();

  /** An operation was begun or taken up by this window. */
  readonly onDidBegin = this.begun.event;
  /** The operations of some window have changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: OperationsOptions) {
    this.watcher = options.journal.watch(() => void this.look());
    this.accountId = options.store.status.accountId;
    this.accountWatcher = options.store.onDidChange(() => this.followAccount());
  }

  /** All operations of the signed-in account, in whichever window. */
  pending(): readonly OperationRecord[] {
    const { accountId } = this.options.store.status;
    return this.noted.filter((record) => record.accountId === accountId && !record.outcome);
  }

  /** What is under way for an instance. */
  of(instanceId: string): OperationRecord | undefined {
    return this.noted.find((record) => record.instanceId === instanceId);
  }

  /**
   * Begins an operation on an instance. The same wish while it is under way is the same operation. Throws where
   * another one has to end first.
   */
  async begin(
    kind: Exclude<OperationKind, 'create' | 'modify'>,
    instanceId: string,
  ): Promise<RunningOperation> {
    return this.beginOn({ ...this.newRecord(kind, instanceId) });
  }

  /** Notes an operation for whichever window looks next: this one is about to go. */
  async leaveNote(kind: Exclude<OperationKind, 'create' | 'modify'>, instanceId: string): Promise<void> {
    const claim = await this.options.journal.begin(this.newRecord(kind, instanceId));
    await claim?.release();
  }

  /** Changes an instance; where it runs, it is stopped before, and started after if `restart` is set. */
  async modify(instanceId: string, request: ModifyRequest, restart: boolean): Promise<RunningOperation> {
    return this.beginOn({
      ...this.newRecord('modify', instanceId),
      modify: { ...request, gpu: request.gpu && { ...request.gpu } },
      startAfter: restart,
    });
  }

  /**
   * Makes a machine. `key` names the wish: asked for twice, from whichever window, it is made once, and both
   * are told the same end.
   */
  async create(request: CreateRequest, key: string): Promise<RunningOperation> {
    const own = this.running.get(key);
    if (own) return own;
    const record = { ...this.newRecord('create', undefined), id: key, name: request.name };
    return this.open(record, async (operation) => {
      const claim = await this.options.journal.begin(record);
      if (claim) {
        this.follow(operation, claim, request);
        return;
      }
      const past = await this.options.journal.past(key);
      if (!past) throw new Error(l10n.t('Another window is already creating this instance.'));
      this.running.delete(key);
      operation.endAs(past);
    });
  }

  /** Ends what is under way for an instance, in whichever window. What the service already took stays taken. */
  async cancel(id: string): Promise<void> {
    this.running.get(id)?.cancel();
    if (!this.running.has(id)) await this.options.journal.cancel(id);
  }

  /** Takes up what a closed window left behind. */
  async look(): Promise<void> {
    if (this.ended.signal.aborted) return;
    const { journal, store, clock, log } = this.options;
    try {
      const noted = await journal.list();
      const changed = JSON.stringify(noted) !== JSON.stringify(this.noted);
      this.noted = noted;
      for (const { kind, instanceId } of noted) {
        if (kind === 'create' && instanceId !== undefined) this.made.add(instanceId);
      }
      if (changed) this.changes.fire();
      for (const record of noted) {
        if (this.running.has(record.id) || record.accountId !== store.status.accountId) continue;
        const claim = await journal.claim(record.id);
        if (!claim) continue;
        if (mayStart(record.kind) && clock.now() - record.startedAt > oldMs) {
          // Whoever asked for it does not expect a machine to start, and to be charged, days later.
          log.warn(`operations: ${record.kind} ${record.id} is too old to be taken up`);
          await claim.finish();
          continue;
        }
        log.info(`operations: taking up ${record.kind} ${record.id}`);
        const operation = new Running(claim.record, this.options, this.made);
        this.running.set(record.id, operation);
        this.follow(operation, claim, undefined);
      }
    } catch (error) {
      log.warn(`operations: ${String(error)}`);
    }
    this.timer?.dispose();
    this.timer = this.noted.length > 0 ? clock.after(orphanMs, () => void this.look()) : undefined;
  }

  dispose(): void {
    this.ended.abort();
    this.watcher.dispose();
    this.accountWatcher.dispose();
    this.timer?.dispose();
    for (const operation of this.running.values()) operation.leave();
    this.begun.dispose();
    this.changes.dispose();
  }

  /** What belongs to another account rests until that account is back. */
  private followAccount(): void {
    const { accountId } = this.options.store.status;
    if (accountId === this.accountId) return;
    this.accountId = accountId;
    for (const operation of this.running.values()) {
      if (operation.record.accountId !== accountId) {
        operation.leave(new Error(l10n.t('You switched accounts in the meantime.')));
      }
    }
    this.changes.fire();
    void this.look();
  }

  private newRecord(kind: OperationKind, instanceId: string | undefined): OperationRecord {
    const { store, clock } = this.options;
    const row = instanceId === undefined ? undefined : store.row(instanceId);
    const { accountId } = store.session;
    return {
      version: 1,
      id: randomUUID(),
      accountId,
      kind,
      instanceId,
      name: row?.instance.name ?? instanceId ?? '',
      startedAt: clock.now(),
      step: 'begin',
    };
  }

  private async beginOn(record: OperationRecord): Promise<RunningOperation> {
    const { journal } = this.options;
    const own = [...this.running.values()].filter(
      (operation) => operation.record.instanceId === record.instanceId,
    );
    const same = own.find((operation) => operation.record.kind === record.kind);
    if (same) return same;
    for (const operation of own) refuseUnlessReplaced(record, operation.record);
    const elsewhere = async (): Promise<readonly OperationRecord[]> =>
      (await journal.list()).filter(
        (noted) => noted.instanceId === record.instanceId && !this.running.has(noted.id),
      );
    return this.open(record, async (operation) => {
      const others = await elsewhere();
      for (const other of others) refuseUnlessReplaced(record, other);
      for (const other of others) await journal.cancel(other.id);
      for (const other of own) other.cancel();
      await Promise.allSettled(own.map((other) => other.done));
      const claim = await journal.begin(record);
      if (!claim)
        throw new Error(l10n.t('The operation couldn’t be saved, so it wasn’t started. Try again.'));
      // Two windows may have begun at the same moment: the older note goes on.
      const rival = (await elsewhere()).find(
        (noted) => !others.some((other) => other.id === noted.id) && isOlder(noted, record),
      );
      if (rival) {
        await claim.finish();
        throw busy(record, rival);
      }
      this.follow(operation, claim, undefined);
    });
  }

  /** Known to this window before anything is awaited, so that a double click finds it. */
  private async open(
    record: OperationRecord,
    begin: (operation: Running) => Promise<void>,
  ): Promise<RunningOperation> {
    const operation = new Running(record, this.options, this.made);
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
    if (this.ended.signal.aborted) operation.leave();
    void operation.carryOn(claim, request).finally(() => {
      this.running.delete(operation.record.id);
      void this.look();
    });
    this.begun.fire(operation);
    void this.look();
  }
}

function refuseUnlessReplaced(record: OperationRecord, other: OperationRecord): void {
  if (!replaces[record.kind].includes(other.kind)) throw busy(record, other);
}

function busy(record: OperationRecord, other: OperationRecord): Error {
  return new Error(
    l10n.t('{0} is busy. Wait for the other operation ({1}) to finish.', record.name, other.kind),
  );
}

function isOlder(one: OperationRecord, other: OperationRecord): boolean {
  return one.startedAt === other.startedAt ? one.id < other.id : one.startedAt < other.startedAt;
}

class Running implements RunningOperation {
  message = '';
  readonly accepted: Promise<unknown>;
  readonly done: Promise<unknown>;
  readonly outcome: Promise<CreateResult | undefined>;
  private readonly told = new Emitter<string>();
  private readonly acceptance = new Deferred();
  private readonly ending = new Deferred();
  private readonly result = new Deferred<CreateResult | undefined>();
  private readonly cancelling = new AbortController();
  private readonly leaving = new AbortController();

  readonly onDidTell = this.told.event;

  constructor(
    public record: OperationRecord,
    private readonly options: OperationsOptions,
    private readonly made: ReadonlySet<string>,
  ) {
    this.accepted = this.acceptance.promise;
    this.done = this.ending.promise;
    this.outcome = this.result.promise;
  }

  cancel(): void {
    this.cancelling.abort(new DOMException('Cancelled', 'AbortError'));
  }

  /** The window closes, or turns to another account: the note stays for whoever comes to it next. */
  leave(reason: Error = new DOMException('Cancelled', 'AbortError')): void {
    this.leaving.abort(reason);
  }

  /** It was not begun, or has ended badly. */
  fail(reason: unknown): void {
    this.acceptance.reject(reason);
    this.ending.reject(reason);
    this.result.reject(reason);
  }

  /** It was carried on to its end before, perhaps by another window. */
  endAs(past: OperationRecord): void {
    this.record = past;
    this.result.resolve(past.outcome ?? { kind: 'unknown', lookedForMs: 0 });
    this.acceptance.resolve(undefined);
    this.ending.resolve(undefined);
  }

  async carryOn(claim: Claim, request: CreateRequest | undefined): Promise<void> {
    const signal = AbortSignal.any([claim.signal, this.cancelling.signal, this.leaving.signal]);
    const steps = this.stepsOf(claim, signal);
    try {
      if (this.record.kind === 'create') {
        const outcome = await create(steps, request);
        this.result.resolve(outcome);
        this.acceptance.resolve(undefined);
        await untilUp(steps);
      } else {
        await kinds[this.record.kind](steps);
      }
    } catch (error) {
      const reason = signal.aborted ? abortReason(signal) : error;
      this.options.log.info(`operations: ${this.record.kind} ${this.record.id} ended: ${String(reason)}`);
      await this.letGo(claim);
      this.fail(reason);
      return;
    }
    await this.letGo(claim);
    this.result.resolve(undefined);
    this.acceptance.resolve(undefined);
    this.ending.resolve(undefined);
  }

  private async letGo(claim: Claim): Promise<void> {
    try {
      if (this.leaving.signal.aborted) await claim.release();
      else await claim.finish(mayBeMade(this.record) ? this.record : undefined);
    } catch (error) {
      this.options.log.warn(`operations: ${this.record.id} could not be put away: ${String(error)}`);
    }
  }

  private stepsOf(claim: Claim, signal: AbortSignal): Steps {
    const { store, clock } = this.options;
    // The same object for all steps, so that each sees how far the one before came.
    const steps = {
      record: this.record,
      store,
      clock,
      signal,
      at: async (step: string, change: Partial<OperationRecord> = {}): Promise<void> => {
        steps.record = { ...steps.record, ...change, step };
        this.record = steps.record;
        await claim.note(steps.record);
      },
      accepted: () => this.acceptance.resolve(undefined),
      madeByOthers: () => new Set([...this.made].filter((id) => id !== this.record.instanceId)),
      tell: (message: string) => {
        this.message = message;
        this.told.fire(message);
      },
    };
    return steps;
  }
}

const kinds: Readonly<Record<Exclude<OperationKind, 'create'>, (steps: Steps) => Promise<void>>> = {
  start,
  stop,
  restart,
  delete: remove,
  modify,
  startWhenAvailable,
};

function mayStart(kind: OperationKind): boolean {
  return kind === 'start' || kind === 'restart' || kind === 'modify' || kind === 'startWhenAvailable';
}
