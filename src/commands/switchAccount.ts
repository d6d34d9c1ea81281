import * as vscode from 'vscode';
import { pick } from '../vscode/prompts';
import type { Services } from './services';
import { signIn } from './signIn';

/** Shows the instances of another account, in all windows. */
export async function switchAccount(services: Services): Promise<void> {
  const { origin } = services.settings;
  const accounts = await services.accounts.all(origin);
  const active = await services.accounts.active(origin);
  const items = [
    ...accounts.map((account) => ({
      label: account.label,
      description: account.id === active?.id ? vscode.l10n.t('current') : undefined,
      iconPath: new vscode.ThemeIcon('account'),
      account,
    })),
    {
      label: vscode.l10n.t('Sign in with another token…'),
      iconPath: new vscode.ThemeIcon('add'),
      account: undefined,
    },
  ];
  const picked = await pick(items, {
    placeHolder: vscode.l10n.t('Select the account whose instances you want to see in all windows'),
  });
  if (!picked) throw new vscode.CancellationError();
  if (picked.account) await services.accounts.activate(origin, picked.account.id);
  else await signIn(services);
}
