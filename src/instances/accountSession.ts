import * as l10n from '@vscode/l10n';
import type { TensorDockApi } from '../api/client';
import type { Instance } from '../api/types';
import { abortReason } from '../base/abort';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import { expectAction, mergeDeleted, mergeDetails } from './merge';
import type { Need } from './pace';
import { Refresher } from './refresher';
import {
  changeBetween,
  type InstanceRow,
  type RowsById,
  type StoreChange,
  type StoreStatus,
  toRows,
} from './rows';
import type { SharedSnapshot } from './sharedSnapshot';
import { type Action, freshAt, type Snapshot } from './snapshot';

/** The account was left (signed out, or switched) before the work on it was done. Nothing is known about its result. */
export class AccountLeftError extends Error {
  constructor() {
    super(l10n.t('You switched accounts in the meantime.'));
    this.name = 'AccountLeftError';
  }
}

/** What a request for one instance came to. `failed`: nothing new is known about it. */
export type Checked =
  | { readonly kind: 'found'; readonly row: InstanceRow }
  /** The service itself answered that it doesn't know the ID. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed' };

/** What an account's session needs from the window it is in. */
export interface SessionNeeds {
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 (inclusive) to 1 (exclusive), for jitter. */
  readonly random: () => number;
  /** What this window shows; whether something waits for a state is known here. */
  readonly need: () => Omit<Need, 'waiting'>;
  /** IDs of rows whose details a person has open. */
  readonly onScreen: () => ReadonlySet<string>;
}

/** An account that is signed in, with its own client and its own shared snapshot. */
export interface SignedInAccount {
  readonly accountId: string;
  readonly api: TensorDockApi;
  readonly shared: SharedSnapshot;
}

/**
 * One account while it is signed in. Whatever works on instances for longer than a moment (an operation, a schedule,
 * a watch) takes the session once, when it begins, and then uses nothing else:
 *
 *     const session = store.session;                     // throws NotSignedInError
 *     const session = store.sessionOf(record.accountId); // undefined unless that account is signed in now
 *     session.requireCurrent();                          // again, after each claim or lock that was waited for
 *     await session.api.stopInstance(id, { signal: AbortSignal.any([signal, session.left]) });
 *     await session.accepted(id, 'stop');
 *
 * All of it stays with this account: after a switch, `api` still uses this account's token, `accepted`, `created`, and
 * `deleted` still change this account's snapshot, and `refresh`, `refreshOne`, and `waitFor` reject with
 * `AccountLeftError` instead of answering for another account. A session that was left never becomes current again;
 * signing in again creates a new one.
 */
export class AccountSession implements Disposable {
  private readonly changes = new Emitter<StoreChange>();
  private readonly lists = new Emitter<void>();
  private readonly goneIds = new Emitter<readonly string[]>();
  private readonly leaving = new AbortController();
  private readonly refresher: Refresher;
  private snapshot: Snapshot | undefined;
  private rowsById: RowsById = new Map();
  private rowList: readonly InstanceRow[] = [];
  private waiting = 0;

  /** The account's ID: stable over sign-outs and new tokens. */
  readonly accountId: string;
  /** The service with this account's token, also after the account was left. */
  readonly api: TensorDockApi;
  readonly onDidChange = this.changes.event;
  /** A newer list was taken, after `onDidChange` if it changed anything. */
  readonly onDidList = this.lists.event;
  /** IDs of instances that are proved gone. May repeat itself. */
  readonly onDidGo = this.goneIds.event;

  constructor(
    { accountId, api, shared }: SignedInAccount,
    private readonly needs: SessionNeeds,
  ) {
    this.accountId = accountId;
    this.api = api;
    const { clock, log, random, need, onScreen } = needs;
    this.refresher = new Refresher({
      shared,
      api,
      clock,
      log,
      random,
      need: () => ({ ...need(), waiting: this.waiting > 0 }),
      onScreen,
      onSnapshot: (snapshot) => this.take(snapshot),
    });
  }

  /** Loads the rows of the last snapshot without asking the service, and then keeps them fresh. */
  async start(): Promise<void> {
    await this.refresher.start();
  }

  /** Whether the account is still signed in, in this period of it being signed in. */
  get isCurrent(): boolean {
    return !this.leaving.signal.aborted;
  }

  /** Throws `AccountLeftError` once the account was left. */
  requireCurrent(): void {
    if (!this.isCurrent) throw new AccountLeftError();
  }

  /** Aborted with `AccountLeftError` when the account is left. */
  get left(): AbortSignal {
    return this.leaving.signal;
  }

  get status(): StoreStatus {
    return {
      accountId: this.accountId,
      listedAt: this.snapshot ? freshAt(this.snapshot) : 0,
      failure: this.snapshot?.failure,
    };
  }

  /** In the order in which they were first seen; the same list until a newer snapshot. */
  rows(): readonly InstanceRow[] {
    return this.rowList;
  }

  row(id: string): InstanceRow | undefined {
    return this.rowsById.get(id);
  }

  /** Whether it is proved that the service no longer knows the ID. */
  isGone(id: string): boolean {
    return this.snapshot?.gone.includes(id) === true && !this.rowsById.has(id);
  }

  /** Call this when what this window shows changes. */
  poke(): void {
    this.refresher.poke();
  }

  /** Call this for each request, so that all windows can count it. */
  noteRequest(): void {
    this.refresher.noteRequest();
  }

  /** Milliseconds until there is room for another attempt of something that waits; 0: there is. */
  untilRoom(): number {
    return this.refresher.untilRoom();
  }

  /** Lists the instances now. Resolves when the answer is in; a failure is in `status`. */
  async refresh(): Promise<void> {
    this.requireCurrent();
    await this.refresher.refresh();
    this.requireCurrent();
  }

  /** Requests one instance; `undefined` if the service doesn't know it. Other failures leave the row as it is. */
  async refreshOne(id: string): Promise<InstanceRow | undefined> {
    this.requireCurrent();
    const end = await this.refresher.refreshOne(id);
    this.requireCurrent();
    return end === 'not-found' ? undefined : this.row(id);
  }

  /** Requests one instance, and says whether the answer was good. Rejects only if the account was left. */
  async check(id: string): Promise<Checked> {
    this.requireCurrent();
    const end = await this.refresher.refreshOne(id).catch(() => 'failed' as const);
    this.requireCurrent();
    if (end === 'not-found') return { kind: 'gone' };
    const row = this.row(id);
    return end === 'told' && row ? { kind: 'found', row } : { kind: 'failed' };
  }

  /** The service accepted an action: the row shows it from now on, and is polled often. */
  async accepted(id: string, action: Action): Promise<void> {
    await this.refresher.update((snapshot, now) => expectAction(snapshot, id, action, now));
  }

  /** The service created an instance: it gets a row before any list has it. */
  async created(instance: Instance): Promise<void> {
    await this.refresher.update((snapshot, now) =>
      expectAction(
        snapshot.rows.some((row) => row.instance.id === instance.id)
          ? snapshot
          : { ...mergeDetails(snapshot, instance, now), listedAt: snapshot.listedAt },
        instance.id,
        'create',
        now,
      ),
    );
  }

  /** The service no longer knows the ID. */
  async deleted(id: string): Promise<void> {
    await this.refresher.update((snapshot, now) => mergeDeleted(snapshot, id, now));
  }

  /**
   * Resolves with the row (`undefined` if there is none anymore) as soon as `test` holds. Until then the service is
   * polled often. Rejects with the signal's reason when it is aborted, and with `AccountLeftError` when the account is
   * left.
   */
  async waitFor(
    id: string,
    test: (row: InstanceRow | undefined) => boolean,
    signal?: AbortSignal,
  ): Promise<InstanceRow | undefined> {
    const stop = signal ? AbortSignal.any([signal, this.left]) : this.left;
    this.waiting++;
    this.poke();
    try {
      return await new Promise((resolve, reject) => {
        const check = (): void => {
          if (test(this.row(id))) finish(() => resolve(this.row(id)));
        };
        const onAbort = (): void => finish(() => reject(abortReason(stop)));
        const listeners = [this.onDidChange(check), this.onDidGo(check)];
        const finish = (settle: () => void): void => {
          for (const listener of listeners) listener.dispose();
          stop.removeEventListener('abort', onAbort);
          settle();
        };
        stop.addEventListener('abort', onAbort, { once: true });
        if (stop.aborted) onAbort();
        else check();
      });
    } finally {
      this.waiting--;
      this.poke();
    }
  }

  /** The account is left, or the window closes. */
  dispose(): void {
    this.refresher.dispose();
    this.leaving.abort(new AccountLeftError());
    this.changes.dispose();
    this.lists.dispose();
    this.goneIds.dispose();
  }

  private take(snapshot: Snapshot): void {
    const before = this.snapshot;
    const rowsBefore = this.rowsById;
    this.snapshot = snapshot;
    // What is expected shows for a time only; all else is the same while the rows are.
    if (before?.rows !== snapshot.rows || snapshot.rows.some(({ expectation }) => expectation)) {
      this.rowsById = toRows(snapshot, this.needs.clock.now());
      this.rowList = [...this.rowsById.values()];
    }
    const status = statusDiffers(before, snapshot);
    const change =
      rowsBefore === this.rowsById && !status ? undefined : changeBetween(rowsBefore, this.rowsById, status);
    if (change) this.changes.fire(change);
    if (!before || freshAt(before) !== freshAt(snapshot)) this.lists.fire();
    if (snapshot.gone.length > 0 && before?.gone.join() !== snapshot.gone.join()) {
      this.goneIds.fire(snapshot.gone);
    }
  }
}

/** Whether the first list has arrived, or what is said about a failure has changed. */
function statusDiffers(before: Snapshot | undefined, { listedAt, failure }: Snapshot): boolean {
  return (
    before === undefined ||
    before.listedAt > 0 !== listedAt > 0 ||
    before.failure?.code !== failure?.code ||
    before.failure?.message !== failure?.message
  );
}
