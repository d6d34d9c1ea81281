import type { Disposable } from '../base/disposable';
import * as vscode from 'vscode';
import type { TensorDockClient } from '../api/client';
import type { Account, Accounts } from '../instances/accounts';
import { SnapshotFile } from '../instances/sharedSnapshot';
import type { InstanceStore } from '../instances/store';
import { errorText, showError } from './messages';
import type { Settings } from './settings';

/** A token for development and tests: never in a release, never in SecretStorage. */
const developmentToken = 'TENSORDOCK_DEVELOPMENT_TOKEN';

export interface SessionKeeperOptions {
  readonly context: vscode.ExtensionContext;
  readonly settings: Settings;
  readonly accounts: Accounts;
  readonly store: InstanceStore;
  /** The folder of files that all windows share. */
  readonly storage: string;
  readonly clientFor: (origin: string, token: string) => TensorDockClient;
  readonly log: vscode.LogOutputChannel;
}

/** Turns the store to the account that is signed in, whichever window signed in or out. */
export class SessionKeeper implements vscode.Disposable {
  private readonly listeners: Disposable[] = [];
  private current: Account | undefined;
  private turning: Promise<void> = Promise.resolve();
  private refused: string | undefined;
  private firstLook: Promise<void> | undefined;

  constructor(private readonly options: SessionKeeperOptions) {}

  /** Signs in with what is kept, and follows changes from then on. */
  begin(): void {
    const { accounts, settings, store, context } = this.options;
    const token = process.env[developmentToken];
    if (token !== undefined && context.extensionMode !== vscode.ExtensionMode.Production) {
      const label = vscode.l10n.t('Development');
      accounts.addForSession({ id: 'development', origin: settings.origin, label, token });
    }
    this.listeners.push(
      accounts.onDidChange(() => this.turn()),
      settings.onDidChange((event) => {
        if (event.affectsConfiguration('tensordock.apiUrl')) this.turn();
      }),
      store.onDidChange(() => this.noteWakeUp()),
    );
    this.turn();
  }

  /** Settles when it is known who is signed in, and the rows of the last snapshot are there. */
  async settled(): Promise<void> {
    await this.turning;
  }

  /** Settles when there is something to show as well: where no snapshot is kept, after the first answer. */
  async ready(): Promise<void> {
    await this.turning;
    const { accountId, listedAt, failure } = this.options.store.status;
    if (accountId === undefined || listedAt > 0 || failure) return;
    this.firstLook ??= this.options.store.refresh().finally(() => (this.firstLook = undefined));
    await this.firstLook;
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }

  private turn(): void {
    this.turning = this.turning
      .then(async () => this.turnOnce())
      .catch((error: unknown) => showError(this.options.log, errorText(error)));
  }

  private async turnOnce(): Promise<void> {
    const { accounts, settings, store, storage, clientFor, log } = this.options;
    const account = await accounts.active(settings.origin).catch((error: unknown) => {
      showError(log, errorText(error));
      return undefined;
    });
    const same =
      account?.id === this.current?.id &&
      account?.token === this.current?.token &&
      account?.origin === this.current?.origin;
    if (same && store.status.accountId === account?.id) {
      if (!account) await this.announceNobody();
      return;
    }
    this.current = account;
    if (!account) {
      await store.setSession(undefined);
      await this.announceNobody();
      return;
    }
    log.info(`session: account ${account.id} at ${account.origin}`);
    await store.setSession({
      accountId: account.id,
      api: clientFor(account.origin, account.token),
      shared: new SnapshotFile(storage, account.id, log),
    });
  }

  private async announceNobody(): Promise<void> {
    await vscode.commands.executeCommand('setContext', 'tensordock.account', 'none');
  }

  /** New windows look after what runs, also where nobody opens the view. */
  private noteWakeUp(): void {
    const { context, store, log } = this.options;
    const wakeUp = store.rows().some((row) => row.state !== 'deleted');
    if (context.globalState.get('wakeUp') !== wakeUp) void context.globalState.update('wakeUp', wakeUp);
    const { failure, accountId } = store.status;
    const unauthorized = failure?.code === 'unauthorized';
    if (!unauthorized) this.refused = undefined;
    else if (this.refused !== accountId) {
      this.refused = accountId;
      showError(log, failure.message, {
        title: vscode.l10n.t('Sign In Again'),
        run: async () => vscode.commands.executeCommand('tensordock.signIn'),
      });
    }
  }
}
