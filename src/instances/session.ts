import type { TensorDockApi } from '../api/client';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import type { SharedFileEvents } from '../base/sharedFile';
import type { Account, Accounts } from './accounts';
import { SnapshotFile } from './sharedSnapshot';
import type { InstanceStore } from './store';

export interface SessionOptions {
  readonly accounts: Pick<Accounts, 'onDidChange' | 'saw'>;
  /** The account that the store is for, if it is signed in at an origin. */
  readonly account: (origin: string) => Promise<Account | undefined>;
  readonly store: InstanceStore;
  /** The origin that the settings name. Throws if they name none. */
  readonly origin: () => string;
  /** The folder of files that all windows share. */
  readonly storage: string;
  /** A client that reads the token for each call. */
  readonly clientFor: (origin: string, getToken: () => Promise<string>) => TensorDockApi;
  readonly log: Logger;
  readonly events?: SharedFileEvents;
}

/** Keeps the store with its account while that is signed in, whichever window signs in or out. */
export class Session implements Disposable {
  private readonly failures = new Emitter<unknown>();
  private readonly settlements = new Emitter<void>();
  private readonly listeners: Disposable[] = [];
  /** The token in it changes when the account gets a new one; its client then uses that. */
  private current: { account: Account } | undefined;
  private switching: Promise<void> = Promise.resolve();
  private firstRefresh: Promise<void> | undefined;
  private known = false;
  /** The instances that were last remembered for the account. */
  private remembered = '';

  /** Who is signed in can't be determined, with the reason. */
  readonly onDidFail = this.failures.event;
  /** It is known again who is signed in. */
  readonly onDidSettle = this.settlements.event;

  constructor(private readonly options: SessionOptions) {}

  /** Signs in, and follows what is stored from then on. `account`: what was just read. */
  begin(account?: Account): void {
    const { accounts, store } = this.options;
    this.listeners.push(
      accounts.onDidChange(() => this.update()),
      store.onDidChange(() => this.rememberInstances()),
    );
    this.update(account);
  }

  /** Determines again who is signed in, such as after a change of the origin. */
  update(known?: Account): void {
    this.switching = this.switching
      .then(async () => this.switchOnce(known))
      .catch((error: unknown) => this.failures.fire(error))
      .then(() => this.settlements.fire());
  }

  /** Whether it is known who is signed in, or that nobody is; false after a failure to find out. */
  get isKnown(): boolean {
    return this.known;
  }

  /** Resolves when it is known who is signed in, and the rows of the last snapshot are loaded. */
  async settled(): Promise<void> {
    await this.switching;
  }

  /** Resolves when there is something to show: if no snapshot is stored, after the first answer. */
  async ready(): Promise<void> {
    await this.switching;
    const { accountId, listedAt, failure } = this.options.store.status;
    if (accountId === undefined || listedAt > 0 || failure) return;
    this.firstRefresh ??= this.options.store.refresh().finally(() => (this.firstRefresh = undefined));
    await this.firstRefresh;
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.failures.dispose();
    this.settlements.dispose();
  }

  private async switchOnce(read: Account | undefined): Promise<void> {
    const { account: accountAt, origin, store, storage, clientFor, log, events } = this.options;
    let failed = false;
    const account =
      read ??
      (await accountAt(origin()).catch((error: unknown) => {
        failed = true;
        this.failures.fire(error);
        return undefined;
      }));
    this.known = !failed;
    const before = this.current?.account;
    if (account && this.current && before?.id === account.id && before.origin === account.origin) {
      this.current.account = account;
      if (before.token !== account.token) void this.refreshWithNewToken();
      return;
    }
    if (!account) {
      this.current = undefined;
      if (store.status.accountId !== undefined) await store.setSession(undefined);
      return;
    }
    log.info(`session: account ${account.id} at ${account.origin}`);
    const current = { account };
    this.current = current;
    this.remembered = '';
    await store.setSession({
      accountId: account.id,
      api: clientFor(account.origin, async () => current.account.token),
      shared: new SnapshotFile(storage, account.id, log, events),
    });
  }

  /** The old token may have been refused; what this window shows shouldn't wait for the next poll. */
  private async refreshWithNewToken(): Promise<void> {
    const { store, log } = this.options;
    log.info('session: the account has a new token');
    await store.refresh().catch((error: unknown) => log.warn(`session: ${String(error)}`));
  }

  private rememberInstances(): void {
    const { accounts, store } = this.options;
    const account = this.current?.account;
    const { accountId, listedAt } = store.status;
    if (!account || account.id !== accountId || listedAt === 0) return;
    const ids = store.rows().map(({ instance }) => instance.id);
    const key = JSON.stringify(ids);
    if (key === this.remembered) return;
    this.remembered = key;
    void accounts.saw(account, ids);
  }
}
