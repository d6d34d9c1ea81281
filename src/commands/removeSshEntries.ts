import * as vscode from 'vscode';
import { removeSshEntries as removeAll } from '../ssh/config/cleanUp';
import { confirm, showInformation } from '../vscode/messages';
import type { Services } from './services';

/** Removes everything of ours from the person's SSH configuration, after asking. */
export async function removeSshEntries(services: Services): Promise<void> {
  const { personConfig, folder } = services.ssh.paths;
  const agreed = await confirm(
    vscode.l10n.t('Remove everything this extension added to your SSH configuration?'),
    vscode.l10n.t(
      'This removes the line in {0} and the hosts and host keys in {1}. Keys created here are kept. Instances aren’t affected.',
      personConfig,
      folder,
    ),
    vscode.l10n.t('Remove'),
  );
  if (!agreed) throw new vscode.CancellationError();
  const gone = await removeAll(services.ssh.person, services.ssh.hosts);
  showInformation(
    gone
      ? vscode.l10n.t('Your SSH configuration is back to what it was.')
      : vscode.l10n.t(
          'Your SSH configuration is back to what it was. {0} was kept because it contains keys or other files.',
          folder,
        ),
  );
}
