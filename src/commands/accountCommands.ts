import * as vscode from 'vscode';
import type { Lazy } from '../base/lazy';
import type { LedgerOfAll } from '../cost/ledgerOfAll';
import type { AccountWork, SignedIn } from '../instances/signedIn';
import type { Forms } from '../views/forms/forms';
import type { InstanceTree } from '../views/tree/instanceTree';
import { accountOfNode, groupText, type TreeNode } from '../views/tree/nodes';
import { canStopAll } from '../views/situation';
import { inAccount } from '../vscode/messages';
import { pick } from '../vscode/prompts';
import type { CostParts } from './costParts';
import type { CommandId } from './ids';
import { openLink, parseLink } from './openLink';
import { runCommand } from './runCommand';
import type { Services } from './services';
import { accountCommands, commandTable, type CommandTable } from './table';
import { isNode, nodeInstance, selection } from './targets';

/** What commands work with in one account. */
export interface CommandAccount extends AccountWork {
  readonly services: Services;
  readonly costs: CostParts;
  readonly forms: Lazy<Forms>;
  readonly tree: InstanceTree;
}

export interface AccountCommandsOptions {
  readonly signedIn: SignedIn<CommandAccount>;
  readonly ledger: LedgerOfAll;
}

/** What a command is called with in one account. */
interface Call {
  readonly account: CommandAccount;
  readonly args: readonly unknown[];
}

/** These aren't about the instances of one account. */
const ofNoAccount: ReadonlySet<CommandId> = new Set<CommandId>([
  ...(['tensordock.signIn', 'tensordock.switchAccount', 'tensordock.openWalkthrough'] as const),
  ...(['tensordock.filterInstances', 'tensordock.clearFilter', 'tensordock.sortInstances'] as const),
  ...(['tensordock.groupInstances', 'tensordock.showLog', 'tensordock.copyDiagnostics'] as const),
  ...(['tensordock.copyMcpConfiguration', 'tensordock.closeConnection', 'tensordock.showCosts'] as const),
  ...(['tensordock.removeSshEntries', 'tensordock.exportCosts'] as const),
]);

/** Runs each command with the parts of the account that it is about, from its start to its end. */
export class AccountCommands {
  private readonly tables = new Map<CommandAccount, CommandTable>();

  constructor(private readonly options: AccountCommandsOptions) {}

  /** Runs a contributed command; see `runCommand`. */
  async run(id: CommandId, args: readonly unknown[]): Promise<unknown> {
    const { signedIn } = this.options;
    const [current] = signedIn.shown();
    if (ofNoAccount.has(id)) return this.runIn({ account: current, args }, id);
    // Which account it is about is asked, or refused, like anything else that a command asks.
    const { log, store } = current.services;
    let result: unknown;
    const runEach = async (): Promise<void> => {
      for (const call of await this.callsOf(id, args)) result = await this.runIn(call, id);
    };
    await runCommand({ log, store }, args, runEach, { changesAccount: true });
    return result;
  }

  /** Opens a link with the account that has its instance, and shows that account. */
  async openLink(uri: vscode.Uri): Promise<void> {
    const { signedIn } = this.options;
    const link = parseLink(uri);
    const account = link ? await this.accountWith(link.id).catch(() => undefined) : undefined;
    const { services, tree } = account ?? signedIn.shown()[0];
    if (account && link?.action === 'instance' && !signedIn.isShown(account.id)) {
      await services.accounts.show(services.settings.origin, account.id);
      await signedIn.settled();
    }
    await inAccount(services.accountName(), async () => openLink(services, uri, (id) => tree.nodeOf(id)));
  }

  dispose(): void {
    this.tables.clear();
  }

  private async runIn({ account, args }: Call, id: CommandId): Promise<unknown> {
    const { services, forms, costs } = account;
    const table =
      this.tables.get(account) ??
      commandTable(services, forms, { ...costs, ledgerOfAll: this.options.ledger });
    this.tables.set(account, table);
    const options = { changesAccount: accountCommands.has(id) };
    return inAccount(services.accountName(), async () => runCommand(services, args, table[id], options));
  }

  /** The account, or accounts, that a command is about. Throws if that isn't clear, or the person cancels. */
  private async callsOf(id: CommandId, args: readonly unknown[]): Promise<readonly Call[]> {
    const { signedIn } = this.options;
    const [first, second] = args;
    const shown = signedIn.shown();
    if (signedIn.all().length < 2) return [{ account: shown[0], args }];
    if (typeof first === 'string') return [{ account: await this.accountWith(first), args }];
    const given = accountGiven(first);
    if (given !== undefined) return [{ account: this.signedInAs(given), args }];
    if (id === 'tensordock.refresh') return shown.map((account) => ({ account, args }));
    if (id === 'tensordock.stopAll') return this.withRunning().map((account) => ({ account, args }));
    if (isNode(first)) {
      const nodes = Array.isArray(second) && second.includes(first) ? second.filter(isNode) : [first];
      return this.callsOn(nodes, args);
    }
    const selected = id === 'tensordock.signOut' ? [] : selection(shown[0].services, args);
    // A key of the tree is about what is selected, and so is a command without anything else.
    if (selected.length > 0) return this.callsOn(selected, args);
    return [
      { account: await pickAccount(id === 'tensordock.signOut' ? signedIn.all() : shown, signedIn), args },
    ];
  }

  /** What was called with rows of several accounts is called once for each, with its own rows. */
  private async callsOn(nodes: readonly TreeNode[], args: readonly unknown[]): Promise<readonly Call[]> {
    const calls = new Map<CommandAccount, TreeNode[]>();
    for (const node of nodes) {
      const account = await this.accountOf(node);
      calls.set(account, [...(calls.get(account) ?? []), node]);
    }
    const [[only] = [], ...others] = calls;
    if (only && others.length === 0) {
      const isAccount = nodes.every(({ kind }) => kind === 'account');
      return [{ account: only, args: isAccount ? [] : args }];
    }
    return [...calls].map(([account, own]) => ({ account, args: [own[0], own] }));
  }

  private async accountOf(node: TreeNode): Promise<CommandAccount> {
    const id = accountOfNode(node);
    if (id !== undefined) return this.signedInAs(id);
    const instance = nodeInstance(node);
    return instance === undefined ? this.options.signedIn.shown()[0] : this.accountWith(instance);
  }

  /** The account that has an instance. The service is asked if no list has it. */
  private async accountWith(instanceId: string): Promise<CommandAccount> {
    const { signedIn } = this.options;
    const all = signedIn.all();
    const [only, ...others] = all.filter(({ services }) => services.store.row(instanceId) !== undefined);
    if (only && others.length === 0) return only;
    if (only) {
      throw new Error(
        vscode.l10n.t(
          'Several accounts have an instance with the ID “{0}”. Select it in the view.',
          instanceId,
        ),
      );
    }
    for (const account of all.length > 1 ? all : []) {
      if (await account.services.store.refreshOne(instanceId).catch(() => undefined)) return account;
    }
    return signedIn.shown()[0];
  }

  private signedInAs(id: string): CommandAccount {
    const { signedIn } = this.options;
    if (signedIn.nameOf(id) === undefined) {
      throw new Error(vscode.l10n.t('This account is no longer signed in, so nothing was done.'));
    }
    return signedIn.of(id);
  }

  private withRunning(): readonly CommandAccount[] {
    const { signedIn } = this.options;
    const running = signedIn
      .all()
      .filter(({ services: { store, operations } }) =>
        store.rows().some((row) => canStopAll({ row, operation: operations.of(row.instance.id) })),
      );
    return running.length > 0 ? running : signedIn.shown().slice(0, 1);
  }
}

/** Asks which of several accounts a command is about. */
async function pickAccount(
  accounts: readonly CommandAccount[],
  signedIn: SignedIn<CommandAccount>,
): Promise<CommandAccount> {
  const [first, ...others] = accounts;
  if (first && others.length === 0) return first;
  const items = accounts.map((account) => ({
    label: signedIn.nameOf(account.id) ?? '',
    description: groupText(account.services.store.rows()),
    iconPath: new vscode.ThemeIcon('account'),
    account,
  }));
  const picked = await pick(items, { placeHolder: vscode.l10n.t('Select an account') });
  if (!picked) throw new vscode.CancellationError();
  return picked.account;
}

/** The account that a notification or a form names. */
function accountGiven(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null || isNode(argument)) return undefined;
  return 'account' in argument && typeof argument.account === 'string' ? argument.account : undefined;
}
