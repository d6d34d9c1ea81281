import type { TensorDockApi } from '../api/client';
import { NotSignedInError } from '../api/errors';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { AccountSession, type SessionNeeds, type SignedInAccount } from './accountSession';
import { changeBetween, type InstanceRow, type StoreChange, type StoreStatus } from './rows';

export type { InstanceRow, StoreChange, StoreStatus } from './rows';

const noRows: readonly InstanceRow[] = [];

/**
 * The instances of the account that is signed in: the one place the interface reads them from. What goes on for longer
 * than a moment uses the account's own `session` instead, which never turns to another account.
 */
export class InstanceStore implements Disposable {
  private readonly changes = new Emitter<StoreChange>();
  private readonly lists = new Emitter<void>();
  private readonly goneIds = new Emitter<readonly string[]>();
  private current: AccountSession | undefined;

  /** Something that a person sees has changed. */
  readonly onDidChange = this.changes.event;
  /** A newer list was taken, which may have changed nothing but its time; after `onDidChange` if it did. */
  readonly onDidList = this.lists.event;
  /** IDs of instances that are proved gone. May repeat itself. */
  readonly onDidGo = this.goneIds.event;

  constructor(private readonly needs: SessionNeeds) {}

  /** Switches to another account, or to none. The rows of its last snapshot are loaded when this resolves. */
  async setSession(account: SignedInAccount | undefined): Promise<void> {
    const before = this.current;
    const next = account && new AccountSession(account, this.needs);
    this.current = next;
    before?.dispose();
    const rows = new Map(before?.rows().map((row) => [row.instance.id, row]));
    const change = changeBetween(rows, new Map(), true);
    if (change) this.changes.fire(change);
    if (!next || this.current !== next) return;
    next.onDidChange((each) => this.changes.fire(each));
    next.onDidList(() => this.lists.fire());
    next.onDidGo((ids) => this.goneIds.fire(ids));
    await next.start();
  }

  /** The session of the account that is signed in. Throws `NotSignedInError`. */
  get session(): AccountSession {
    if (!this.current) throw new NotSignedInError();
    return this.current;
  }

  /** The session of an account; `undefined` unless that account is the one that is signed in. */
  sessionOf(accountId: string): AccountSession | undefined {
    return this.current?.accountId === accountId ? this.current : undefined;
  }

  get status(): StoreStatus {
    return this.current?.status ?? { listedAt: 0 };
  }

  /** In the order in which they were first seen. */
  rows(): readonly InstanceRow[] {
    return this.current?.rows() ?? noRows;
  }

  row(id: string): InstanceRow | undefined {
    return this.current?.row(id);
  }

  /** The service with the token of the account that is signed in. Throws `NotSignedInError`. */
  get api(): TensorDockApi {
    return this.session.api;
  }

  /** Call this when what this window shows changes. */
  poke(): void {
    this.current?.poke();
  }

  /** Call this for each request, so that all windows can count it. */
  noteRequest(): void {
    this.current?.noteRequest();
  }

  /**
   * Lists the instances now. Resolves when the answer is in, or the account was left; a failure is in `status`. Does
   * nothing while nobody is signed in.
   */
  async refresh(): Promise<void> {
    const session = this.current;
    try {
      await session?.refresh();
    } catch (error) {
      if (session?.isCurrent) throw error;
    }
  }

  /** See `AccountSession.refreshOne`. */
  async refreshOne(id: string): Promise<InstanceRow | undefined> {
    return this.session.refreshOne(id);
  }

  /** See `AccountSession.waitFor`. */
  async waitFor(
    id: string,
    test: (row: InstanceRow | undefined) => boolean,
    signal?: AbortSignal,
  ): Promise<InstanceRow | undefined> {
    return this.session.waitFor(id, test, signal);
  }

  dispose(): void {
    this.current?.dispose();
    this.changes.dispose();
    this.lists.dispose();
    this.goneIds.dispose();
  }
}

/** The rows of several accounts, and what is known of their lists as a whole. */
export function storesTogether(stores: readonly Pick<InstanceStore, 'rows' | 'status'>[]): {
  readonly rows: () => readonly InstanceRow[];
  readonly status: StoreStatus;
} {
  const [first, ...others] = stores;
  if (first && others.length === 0) return first;
  return {
    rows: () => stores.flatMap((store) => store.rows()),
    // What fails with one of them says nothing about the others.
    status: {
      accountId: first?.status.accountId,
      listedAt: Math.max(0, ...stores.map(({ status }) => status.listedAt)),
    },
  };
}
