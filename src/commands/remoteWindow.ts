import * as vscode from 'vscode';
import { remoteUri, sshAuthority } from '../ssh/remote/remoteAuthority';
import { chooseRemoteExtension, type RemoteExtension } from '../ssh/remote/remoteExtensions';
import { askInNotification } from '../vscode/messages';
import { rememberFolder } from './recentFolders';
import type { Services } from './services';

/**
 * The extension that opens windows over SSH here. If there is none, offers to install it; in a browser, or if we run
 * on another computer, only a terminal works. `openTerminal` is called if the person wants one instead.
 * @throws CancellationError if there will be no window.
 */
export async function remoteExtension(
  services: Services,
  openTerminal: () => Promise<unknown>,
): Promise<RemoteExtension> {
  const { use, offer } = chooseRemoteExtension({
    appName: vscode.env.appName,
    uriScheme: vscode.env.uriScheme,
    isInstalled: (extensionId) => vscode.extensions.getExtension(extensionId) !== undefined,
  });
  if (use) return use;
  const terminal = vscode.l10n.t('Open Terminal');
  const install = vscode.l10n.t('Install {0}', offer.name);
  const answer = isElsewhere(services)
    ? await askInNotification(
        'information',
        vscode.l10n.t(
          'Remote-SSH isn’t available here because VS Code is running in a browser or on another computer. You can use a terminal instead.',
        ),
        terminal,
      )
    : await askInNotification(
        'information',
        vscode.l10n.t(
          'To open a window on the instance, install the “{0}” extension. A terminal works without it.',
          offer.name,
        ),
        install,
        terminal,
      );
  if (answer === install) {
    await vscode.commands.executeCommand('workbench.extensions.installExtension', offer.extensionId);
    if (vscode.extensions.getExtension(offer.extensionId)) return offer;
  }
  if (answer === terminal) await openTerminal();
  throw new vscode.CancellationError();
}

/** Opens a window on an instance; an empty `folder` opens an empty window. */
export async function openRemoteWindow(
  services: Services,
  { id, alias, folder, reuse }: { id: string; alias: string; folder: string; reuse: boolean },
): Promise<void> {
  if (folder === '') {
    await vscode.commands.executeCommand('vscode.newWindow', {
      remoteAuthority: sshAuthority(alias),
      reuseWindow: reuse,
    });
    return;
  }
  await rememberFolder(services, id, folder);
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.from(remoteUri(alias, folder)), {
    forceReuseWindow: reuse,
    forceNewWindow: !reuse,
  });
}

function isElsewhere({ context }: Services): boolean {
  if (vscode.env.uiKind === vscode.UIKind.Web) return true;
  return (
    context.extension.extensionKind === vscode.ExtensionKind.Workspace && vscode.env.remoteName !== undefined
  );
}
