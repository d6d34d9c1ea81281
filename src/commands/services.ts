import type * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import type { Accounts } from '../instances/accounts';
import type { Operations } from '../instances/operations/operations';
import type { InstanceStore } from '../instances/store';
import type { Arrangement } from '../views/tree/arrangement';
import type { TreeNode } from '../views/tree/nodes';
import type { Connected } from '../vscode/connectedWindow';
import type { PersonKeys } from '../vscode/localKeys';
import type { Settings } from '../vscode/settings';
import type { SshSetup } from '../vscode/sshSetup';
import type { Tunnels } from '../vscode/tunnels';

/** The parts of the extension, as commands use them. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
  readonly settings: Settings;
  readonly accounts: Accounts;
  /** Of one account, as all that follows from it. */
  readonly store: InstanceStore;
  readonly operations: Operations;
  readonly ssh: SshSetup;
  readonly keys: PersonKeys;
  readonly tunnels: Tunnels;
  readonly treeView: vscode.TreeView<TreeNode>;
  readonly arrangement: { get(): Arrangement; set(next: Arrangement): Promise<void> };
  /** The account's name, if several are signed in. */
  readonly accountName: () => string | undefined;
  /** The instance this window is connected to. */
  readonly connected: () => Promise<Connected>;
  /** Whether another window of this person is connected to it. */
  readonly isOpenElsewhere: (id: string) => boolean;
  /** The entry for the configuration file of an agent; from then on, agents reach this window. */
  readonly mcpConfiguration: () => Promise<string>;
  /** Lists the instances with a token that isn't signed in, and returns their IDs. Throws what the service answered. */
  readonly checkToken: (origin: string, token: string, signal: AbortSignal) => Promise<readonly string[]>;
}

/** Runs a command with the arguments that VS Code passes, which come from outside and are unchecked. */
export type CommandHandler = (...args: readonly unknown[]) => Promise<unknown>;

/** The ID of the account that is signed in. Throws `NotSignedInError`. */
export function signedInAccount({ store }: Pick<Services, 'store'>): string {
  return store.session.accountId;
}
