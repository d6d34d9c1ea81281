import * as vscode from 'vscode';
import { plainText } from '../base/text';
import { describeOutcome } from '../ssh/connect/outcome';
import type { TunnelState } from '../ssh/connect/tunnel';
import { isReachable } from '../views/ports';
import { showError, showInformation, showProgress } from '../vscode/messages';
import { ensureSshEntry } from './ensureSshEntry';
import { askForPort, givenPort } from './pickPort';
import type { Services } from './services';
import { target } from './targets';

/** Opens a tunnel to a port of an instance, and resolves with the local port. */
export async function openTunnel(services: Services, args: readonly unknown[]): Promise<number> {
  const placeholder = vscode.l10n.t('Select an instance to open a tunnel to');
  const { row } = await target(services, args, isReachable, placeholder);
  const { instance } = row;
  const name = plainText(instance.name, 60);
  const port = givenPort(args)?.internalPort ?? (await askForPort());
  const entry = await ensureSshEntry(services, row);
  const onLost = (state: TunnelState): void => {
    if (state.kind !== 'failed') return;
    const { message, nextStep } = describeOutcome(state.outcome, name);
    showError(services.log, vscode.l10n.t('The tunnel to port {0} closed. {1} {2}', port, message, nextStep));
  };
  const localPort = await showProgress(
    { title: vscode.l10n.t('Opening a tunnel to port {0} of “{1}”', port, name) },
    async (_report, signal) => services.tunnels.start(instance.id, port, entry.target, onLost, signal),
  );
  const open = {
    title: vscode.l10n.t('Open in Browser'),
    run: () => openLocalPort(services, localPort),
  };
  showInformation(
    vscode.l10n.t(
      'Port {0} of “{1}” is available at localhost:{2} while this window is open.',
      port,
      name,
      localPort,
    ),
    ...(isLocal(services) ? [open] : []),
  );
  return localPort;
}

/** Opens what a tunnel leads to in the browser. Throws an `Error` for a person where it would reach another computer. */
export async function openLocalPort(services: Services, localPort: number): Promise<void> {
  if (!isLocal(services)) {
    throw new Error(
      vscode.l10n.t(
        'Open http://127.0.0.1:{0} in a browser. VS Code can’t open it from a remote window.',
        localPort,
      ),
    );
  }
  await vscode.env.openExternal(vscode.Uri.parse(`http://127.0.0.1:${localPort}`));
}

/** In a remote window VS Code would tunnel a localhost link a second time, so it isn't offered there. */
function isLocal(services: Services): boolean {
  return (
    vscode.env.remoteName === undefined ||
    services.context.extension.extensionKind === vscode.ExtensionKind.Workspace
  );
}
