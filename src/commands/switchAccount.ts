import * as vscode from 'vscode';
import type { Account } from '../instances/accounts';
import { pickWithButtons, type ItemButton } from '../vscode/prompts';
import { askAccountName } from './accountName';
import type { Services } from './services';
import { signIn } from './signIn';

type Action = 'rename' | 'signOut';

interface AccountItem extends vscode.QuickPickItem {
  readonly run: () => Promise<unknown>;
  readonly actions?: readonly ItemButton<Action>[];
  readonly account?: Account;
}

/** Shows the instances of another account, or of all, in all windows; adds, renames, and signs out of accounts. */
export async function switchAccount(services: Services): Promise<void> {
  // The list comes back after what its buttons do, until the person picks something or closes it.
  while (await manageOnce(services)) continue;
}

async function manageOnce(services: Services): Promise<boolean> {
  const { settings, accounts } = services;
  const { origin } = settings;
  const { all, active, isTogether } = await accounts.signedIn(origin);
  const areTogether = isTogether && all.length > 1;
  const shown = (isShown: boolean): Pick<AccountItem, 'description' | 'iconPath'> => ({
    description: isShown ? vscode.l10n.t('current') : undefined,
    iconPath: new vscode.ThemeIcon(isShown ? 'check' : 'account'),
  });
  const items: AccountItem[] = [
    ...(all.length < 2
      ? []
      : [
          {
            label: vscode.l10n.t('All Accounts'),
            ...shown(areTogether),
            run: async () => accounts.show(origin, undefined),
          },
          { label: '', kind: vscode.QuickPickItemKind.Separator, run: async () => Promise.resolve() },
        ]),
    ...all.map((account) => ({
      label: account.label,
      ...shown(!areTogether && account.id === active?.id),
      account,
      actions: [
        { id: 'rename', icon: 'edit', tooltip: vscode.l10n.t('Rename Account…') },
        { id: 'signOut', icon: 'sign-out', tooltip: vscode.l10n.t('Sign Out…') },
      ] as const,
      run: async () => accounts.show(origin, account.id),
    })),
    {
      label: vscode.l10n.t('Add Account…'),
      iconPath: new vscode.ThemeIcon('add'),
      run: async () => signIn(services),
    },
  ];
  const picked = await pickWithButtons(items, {
    title: vscode.l10n.t('Accounts'),
    placeHolder: vscode.l10n.t('Select the account whose instances you want to see in all windows'),
  });
  if (!picked) throw new vscode.CancellationError();
  const { item, button } = picked;
  if (button === undefined || !item.account) {
    await item.run();
    return false;
  }
  if (button === 'rename') await rename(services, item.account, all);
  else await vscode.commands.executeCommand('tensordock.signOut', { account: item.account.id });
  return true;
}

async function rename(
  { accounts }: Services,
  { origin, id, label }: Account,
  all: readonly Account[],
): Promise<void> {
  const others = all.filter((account) => account.id !== id);
  const name = await askAccountName(others, { current: label });
  if (name !== label) await accounts.rename(origin, id, name);
}
