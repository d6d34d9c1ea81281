import type { TensorDockClient } from '../api/client';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Logger } from '../base/logger';
import type { Account, Accounts } from './accounts';
import { SnapshotFile } from './sharedSnapshot';
import type { InstanceStore } from './store';

export interface SessionOptions {
  readonly accounts: Accounts;
  readonly store: InstanceStore;
  /** The origin that the settings name. Throws where they name none. */
  readonly origin: () => string;
  /** The folder of files that all windows share. */
  readonly storage: string;
  readonly clientFor: (origin: string, token: string) => TensorDockClient;
  readonly log: Logger;
}

/** Switches the store to the account that is signed in, whichever window signed in or out. */
export class Session implements Disposable {
  private readonly failures = new Emitter<unknown>();
  private readonly settlements = new Emitter<void>();
  private listener: Disposable | undefined;
  private current: Account | undefined;
  private switching: Promise<void> = Promise.resolve();
  private firstRefresh: Promise<void> | undefined;

  /** Who is signed in can't be found out, with the reason. */
  readonly onDidFail = this.failures.event;
  /** It is known again who is signed in. */
  readonly onDidSettle = this.settlements.event;

  constructor(private readonly options: SessionOptions) {}

  /** Signs in with what is stored, and follows changes from then on. */
  begin(): void {
    this.listener = this.options.accounts.onDidChange(() => this.update());
    this.update();
  }

  /** Finds out again who is signed in, such as after a change of the origin. */
  update(): void {
    this.switching = this.switching
      .then(async () => this.switchOnce())
      .catch((error: unknown) => this.failures.fire(error))
      .then(() => this.settlements.fire());
  }

  /** Resolves when it is known who is signed in, and the rows of the last snapshot are there. */
  async settled(): Promise<void> {
    await this.switching;
  }

  /** Resolves when there is something to show as well: where no snapshot is stored, after the first answer. */
  async ready(): Promise<void> {
    await this.switching;
    const { accountId, listedAt, failure } = this.options.store.status;
    if (accountId === undefined || listedAt > 0 || failure) return;
    this.firstRefresh ??= this.options.store.refresh().finally(() => (this.firstRefresh = undefined));
    await this.firstRefresh;
  }

  dispose(): void {
    this.listener?.dispose();
    this.failures.dispose();
    this.settlements.dispose();
  }

  private async switchOnce(): Promise<void> {
    const { accounts, origin, store, storage, clientFor, log } = this.options;
    const account = await accounts.active(origin()).catch((error: unknown) => {
      this.failures.fire(error);
      return undefined;
    });
    const same =
      account?.id === this.current?.id &&
      account?.token === this.current?.token &&
      account?.origin === this.current?.origin;
    if (same && store.status.accountId === account?.id) return;
    this.current = account;
    if (!account) {
      await store.setSession(undefined);
      return;
    }
    log.info(`session: account ${account.id} at ${account.origin}`);
    await store.setSession({
      accountId: account.id,
      api: clientFor(account.origin, account.token),
      shared: new SnapshotFile(storage, account.id, log),
    });
  }
}
