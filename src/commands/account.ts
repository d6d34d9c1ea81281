import * as vscode from 'vscode';
import type { Account } from '../instances/accounts';
import { errorText, isCancelled, showInformation } from '../vscode/messages';
import type { CommandHandler, Services } from './services';

/** Where a token is made, below the origin. */
const tokenPage = '/developers';

export function accountCommands(services: Services): Record<string, CommandHandler> {
  return {
    'tensordock.signIn': async () => signIn(services),
    'tensordock.signOut': async () => signOut(services),
    'tensordock.switchAccount': async () => switchAccount(services),
  };
}

async function signIn(services: Services): Promise<void> {
  const { origin } = services.settings;
  const token = await askForToken(services, origin);
  const others = await services.accounts.all(origin);
  const known = others.find((account) => account.token === token);
  const label = known?.label ?? (await askForLabel(others));
  const { kept } = await services.accounts.add(origin, label, token);
  if (kept) {
    showInformation(vscode.l10n.t('Signed in to {0}.', new URL(origin).host));
  } else {
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Signed in until this window closes: the system’s key store could not keep the token. VS Code’s documentation on “keychain issues” says what to install.',
      ),
    );
  }
}

/** Resolves with a token that the service took. */
async function askForToken(services: Services, origin: string): Promise<string> {
  const input = vscode.window.createInputBox();
  const openPage: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('link-external'),
    tooltip: vscode.l10n.t('Open the page that makes a token'),
  };
  input.title = vscode.l10n.t('Sign in to TensorDock');
  input.prompt = vscode.l10n.t(
    'An API token of {0}, made under Developer Settings (the button above opens that page).',
    origin,
  );
  input.placeholder = vscode.l10n.t('API token');
  input.password = true;
  input.ignoreFocusOut = true;
  input.buttons = [openPage];
  const ended = new AbortController();
  try {
    return await new Promise<string>((resolve, reject) => {
      input.onDidTriggerButton(() => void vscode.env.openExternal(vscode.Uri.parse(origin + tokenPage)));
      input.onDidChangeValue(() => (input.validationMessage = undefined));
      input.onDidHide(() => reject(new vscode.CancellationError()));
      input.onDidAccept(() => {
        const token = input.value.trim();
        if (input.busy) return;
        if (!/^[\x21-\x7e]+$/.test(token)) {
          input.validationMessage = vscode.l10n.t('A token has letters and digits, and no blanks.');
          return;
        }
        input.busy = true;
        input.enabled = false;
        services.checkToken(origin, token, ended.signal).then(
          () => resolve(token),
          (error: unknown) => {
            input.busy = false;
            input.enabled = true;
            if (!isCancelled(error)) input.validationMessage = errorText(error);
          },
        );
      });
      input.show();
    });
  } finally {
    ended.abort();
    input.dispose();
  }
}

/** Only where there is more than one account does one need a name. */
async function askForLabel(others: readonly Account[]): Promise<string> {
  const suggestion = vscode.l10n.t('Account {0}', others.length + 1);
  if (others.length === 0) return suggestion;
  const label = await vscode.window.showInputBox({
    title: vscode.l10n.t('A second account'),
    prompt: vscode.l10n.t('A name to tell it from the others, such as the organisation’s.'),
    value: suggestion,
    ignoreFocusOut: true,
  });
  return label?.trim() ? label.trim() : suggestion;
}

async function signOut(services: Services): Promise<void> {
  const { origin } = services.settings;
  const account = await services.accounts.active(origin);
  if (!account) throw new Error(vscode.l10n.t('Nobody is signed in.'));
  await services.accounts.remove(origin, account.id);
  const entries = await services.ssh.hosts.entries().catch(() => []);
  const own = entries.filter((entry) => entry.account === account.id);
  if (own.length === 0) {
    showInformation(vscode.l10n.t('Signed out. The token is forgotten; instances that run go on running.'));
    return;
  }
  showInformation(
    vscode.l10n.t(
      'Signed out. The token is forgotten; instances that run go on running, and {0} SSH hosts stay in {1}.',
      own.length,
      services.ssh.paths.ownConfig,
    ),
    {
      title: vscode.l10n.t('Remove These SSH Hosts'),
      run: async () => services.ssh.hosts.removeAccount(account.id),
    },
  );
}

async function switchAccount(services: Services): Promise<void> {
  const { origin } = services.settings;
  const accounts = await services.accounts.all(origin);
  const active = await services.accounts.active(origin);
  const another = { label: vscode.l10n.t('$(add) Sign in with another token…'), account: undefined };
  const items = [
    ...accounts.map((account) => ({
      label: account.label,
      description: account.id === active?.id ? vscode.l10n.t('in use') : undefined,
      account,
    })),
    another,
  ];
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: vscode.l10n.t('The account whose instances are shown, in all windows'),
  });
  if (!picked) throw new vscode.CancellationError();
  if (picked.account) await services.accounts.activate(origin, picked.account.id);
  else await signIn(services);
}
