import * as vscode from 'vscode';
import type { Accounts } from '../instances/accounts';
import type { Settings } from './settings';

/** A token for development and tests: never in a release, never in SecretStorage. */
export function addDevelopmentAccount(
  context: vscode.ExtensionContext,
  accounts: Accounts,
  settings: Settings,
): void {
  const token = process.env.TENSORDOCK_DEVELOPMENT_TOKEN;
  if (token === undefined || context.extensionMode === vscode.ExtensionMode.Production) return;
  const label = vscode.l10n.t('Development');
  accounts.addForSession({ id: 'development', origin: settings.origin, label, token });
}
