import { abortReason } from '../base/abort';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import * as l10n from '@vscode/l10n';
import type { TensorDockApi } from '../api/client';
import type { Instance, InstanceState } from '../api/types';
import { Emitter } from '../base/emitter';
import { expectAction, mergeDeleted, mergeDetails, sameInstance } from './merge';
import type { Need } from './pace';
import { Refresher } from './refresher';
import type { SharedSnapshot } from './sharedSnapshot';
import { isShown, type SnapshotRow, type Action, type Failure, type Snapshot } from './snapshot';
import { effectiveState, isOverdue } from './state';

/** An account that is signed in, with what it takes to ask for it. */
export interface Session {
  readonly accountId: string;
  readonly api: TensorDockApi;
  readonly shared: SharedSnapshot;
}

/** An instance as it is to be shown. */
export interface InstanceRow {
  readonly instance: Instance;
  /** The state to show; it differs from `instance.state` where the service lags behind an accepted action. */
  readonly state: InstanceState;
  /** Accepted, and its end not seen yet. */
  readonly pending?: Action;
  /** An answer that was asked for after the last accepted action has arrived. */
  readonly fresh?: boolean;
  /**
   * An accepted delete that no answer has confirmed in five minutes: it is still there, and may be billed. Deleting
   * it again is the way to try again.
   */
  readonly unconfirmed?: 'delete';
  /** Left out of the newest list; it is being asked for by itself. */
  readonly unlisted: boolean;
  /** Whether address, ports and resources were ever told. */
  readonly detailed: boolean;
  /** When it was first told to run after another state, milliseconds since the epoch; see `SnapshotRow`. */
  readonly runningSince?: number;
}

/** What changed, by id; `status` where it was something else than rows (the account, the age, a failure). */
export interface StoreChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly status: boolean;
}

export interface StoreStatus {
  readonly accountId?: string;
  /** When the newest list was asked for, milliseconds since the epoch; 0: none yet. */
  readonly listedAt: number;
  readonly failure?: Failure;
}

export interface StoreOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** What this window shows; whether an operation waits is known here. */
  readonly need: () => Omit<Need, 'waiting'>;
  readonly onScreen: () => ReadonlySet<string>;
}

/** The instances of the account that is signed in: the one place the interface reads them from. */
export class InstanceStore implements Disposable {
  private readonly changes = new Emitter<StoreChange>();
  private readonly goneIds = new Emitter<readonly string[]>();
  private session: Session | undefined;
  private refresher: Refresher | undefined;
  private snapshot: Snapshot | undefined;
  private rowsById: ReadonlyMap<string, InstanceRow> = new Map();
  private waiting = 0;

  readonly onDidChange = this.changes.event;
  /** Ids that are proved gone: by our own delete, or by two 404 a minute apart. May repeat itself. */
  readonly onDidGo = this.goneIds.event;

  constructor(private readonly options: StoreOptions) {}

  /** Turns to another account, or to none. The rows of its last snapshot are there when this resolves. */
  async setSession(session: Session | undefined): Promise<void> {
    this.refresher?.dispose();
    this.refresher = undefined;
    this.session = session;
    const before = this.rowsById;
    this.snapshot = undefined;
    this.rowsById = new Map();
    this.announce(before, true);
    if (!session) return;
    const { clock, log, random, need, onScreen } = this.options;
    const refresher = new Refresher({
      shared: session.shared,
      api: session.api,
      clock,
      log,
      random,
      need: () => ({ ...need(), waiting: this.waiting > 0 }),
      onScreen,
      onSnapshot: (snapshot) => this.take(snapshot),
    });
    this.refresher = refresher;
    await refresher.start();
  }

  get status(): StoreStatus {
    return {
      accountId: this.session?.accountId,
      listedAt: this.snapshot?.listedAt ?? 0,
      failure: this.snapshot?.failure,
    };
  }

  /** Whether it is proved that the service no longer knows the ID. */
  isGone(id: string): boolean {
    return this.snapshot?.gone.includes(id) === true && !this.rowsById.has(id);
  }

  /** In the order in which they were first seen. */
  rows(): readonly InstanceRow[] {
    return [...this.rowsById.values()];
  }

  row(id: string): InstanceRow | undefined {
    return this.rowsById.get(id);
  }

  /** The service as this account sees it. Throws where nobody is signed in. */
  get api(): TensorDockApi {
    return this.signedIn().api;
  }

  /** To be called when what this window shows has changed. */
  poke(): void {
    this.refresher?.poke();
  }

  noteRequest(): void {
    this.refresher?.noteRequest();
  }

  /** Asks now. Resolves when the answer is in; a failure is in `status`. */
  async refresh(): Promise<void> {
    await this.refresher?.refresh();
  }

  /** Asks for one instance by itself; undefined where the service does not know it. */
  async refreshOne(id: string): Promise<InstanceRow | undefined> {
    const known = await this.refresher?.refreshOne(id);
    return known === false ? undefined : this.row(id);
  }

  /** The service accepted an action: from now on the row shows it, and is looked at often. */
  async accepted(id: string, action: Action): Promise<void> {
    await this.refresher?.update((snapshot, now) => expectAction(snapshot, id, action, now));
  }

  /** The service made an instance: it has a row before any list tells of it. */
  async created(instance: Instance): Promise<void> {
    await this.refresher?.update((snapshot, now) =>
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

  /** The service knows it no more. */
  async deleted(id: string): Promise<void> {
    await this.refresher?.update((snapshot, now) => mergeDeleted(snapshot, id, now));
  }

  /**
   * Resolves with the row, or undefined when there is none any more, as soon as `test` holds. Meanwhile the
   * service is asked often. Rejects when the signal is aborted, or the account changes.
   */
  async waitFor(
    id: string,
    test: (row: InstanceRow | undefined) => boolean,
    signal?: AbortSignal,
  ): Promise<InstanceRow | undefined> {
    const accountId = this.session?.accountId;
    this.waiting++;
    this.poke();
    try {
      return await new Promise((resolve, reject) => {
        const look = (): void => {
          if (this.session?.accountId !== accountId) {
            finish(() => reject(new Error(l10n.t('You switched accounts in the meantime.'))));
          } else if (test(this.row(id))) {
            finish(() => resolve(this.row(id)));
          }
        };
        const onAbort = (): void => finish(() => reject(abortReason(signal)));
        const listener = this.onDidChange(look);
        const finish = (settle: () => void): void => {
          listener.dispose();
          signal?.removeEventListener('abort', onAbort);
          settle();
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        if (signal?.aborted) onAbort();
        else look();
      });
    } finally {
      this.waiting--;
      this.poke();
    }
  }

  dispose(): void {
    this.refresher?.dispose();
    this.changes.dispose();
    this.goneIds.dispose();
  }

  private signedIn(): Session {
    if (!this.session) {
      throw new Error(l10n.t('You aren’t signed in to TensorDock. Sign in first.'));
    }
    return this.session;
  }

  private take(snapshot: Snapshot): void {
    const before = this.snapshot;
    const rowsBefore = this.rowsById;
    this.snapshot = snapshot;
    this.rowsById = toRows(snapshot, this.options.clock.now());
    const status = before?.listedAt !== snapshot.listedAt || before.failure?.at !== snapshot.failure?.at;
    this.announce(rowsBefore, status);
    if (snapshot.gone.length > 0 && before?.gone.join() !== snapshot.gone.join()) {
      this.goneIds.fire(snapshot.gone);
    }
  }

  private announce(before: ReadonlyMap<string, InstanceRow>, status: boolean): void {
    const after = this.rowsById;
    const change: StoreChange = {
      added: [...after.keys()].filter((id) => !before.has(id)),
      removed: [...before.keys()].filter((id) => !after.has(id)),
      changed: [...after].filter(([id, row]) => differs(before.get(id), row)).map(([id]) => id),
      status,
    };
    const something = change.added.length + change.removed.length + change.changed.length > 0;
    if (something || status) this.changes.fire(change);
  }
}

function toRows(snapshot: Snapshot, now: number): ReadonlyMap<string, InstanceRow> {
  const toRow = ({
    instance,
    unlisted,
    runningSince,
    modifying,
    expectation,
  }: SnapshotRow): [string, InstanceRow] => {
    const unconfirmed = expectation?.action === 'delete' && isOverdue(expectation, now);
    const action = unconfirmed ? undefined : expectation?.action;
    return [
      instance.id,
      {
        instance,
        state: effectiveState(instance, expectation, now, modifying),
        pending: action ?? (modifying ? 'modify' : undefined),
        unconfirmed: unconfirmed ? 'delete' : undefined,
        fresh: expectation === undefined || expectation.seen === true,
        unlisted: unlisted === true,
        detailed: instance.resources !== undefined || instance.portForwards !== undefined,
        runningSince,
      },
    ];
  };
  return new Map(snapshot.rows.filter(isShown).map(toRow));
}

function differs(before: InstanceRow | undefined, after: InstanceRow): boolean {
  return (
    before !== undefined &&
    (before.state !== after.state ||
      before.pending !== after.pending ||
      before.fresh !== after.fresh ||
      before.unconfirmed !== after.unconfirmed ||
      before.unlisted !== after.unlisted ||
      before.detailed !== after.detailed ||
      !sameInstance(before.instance, after.instance))
  );
}
