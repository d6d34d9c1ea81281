import * as vscode from 'vscode';
import { errorText, isCancelled, showInStatusBar, showWarning } from '../vscode/messages';
import { askTextLive } from '../vscode/prompts';
import { askAccountName } from './accountName';
import type { Services } from './services';

/** The dashboard page that creates tokens, relative to the origin. */
const tokenPage = '/developers';

/** Asks for an API token, checks it with the service, and shows its account, besides those that are signed in. */
export async function signIn(services: Services): Promise<void> {
  const { origin } = services.settings;
  const { token, instanceIds } = await askForToken(services, origin);
  const { id, label: known } = await services.accounts.identify(origin, token, instanceIds);
  const others = await services.accounts.all(origin);
  // An account needs a name only if there is more than one.
  const label = known ?? (await askAccountName(others, { isFirst: others.length === 0 }));
  const { kept } = await services.accounts.add({ id, origin, label, token });
  if (kept) {
    showInStatusBar(vscode.l10n.t('Signed in to {0}', new URL(origin).host));
  } else {
    showWarning(
      vscode.l10n.t(
        'Signed in until this window closes, because the system’s key store couldn’t save the token. See “keychain issues” in the VS Code documentation.',
      ),
    );
  }
}

/** Resolves with a token that the service accepted, and the instances it listed. */
async function askForToken(
  services: Services,
  origin: string,
): Promise<{ readonly token: string; readonly instanceIds: readonly string[] }> {
  let instanceIds: readonly string[] = [];
  const token = await askTextLive({
    title: vscode.l10n.t('Sign In to TensorDock'),
    prompt: vscode.l10n.t(
      'Enter an API token for {0}. You create one under Developer Settings (the button above opens that page).',
      origin,
    ),
    placeHolder: vscode.l10n.t('API token'),
    password: true,
    stayOpen: true,
    buttons: [
      {
        icon: 'link-external',
        tooltip: vscode.l10n.t('Open Developer Settings'),
        run: () => vscode.env.openExternal(vscode.Uri.parse(origin + tokenPage)),
      },
    ],
    check: async (text, signal) => {
      if (!/^[\x21-\x7e]+$/.test(text.trim())) {
        return vscode.l10n.t('A token is made of letters and digits, without spaces.');
      }
      try {
        instanceIds = await services.checkToken(origin, text.trim(), signal);
        return undefined;
      } catch (error) {
        return isCancelled(error) ? vscode.l10n.t('The token wasn’t checked. Try again.') : errorText(error);
      }
    },
  });
  if (token === undefined) throw new vscode.CancellationError();
  return { token: token.trim(), instanceIds };
}
