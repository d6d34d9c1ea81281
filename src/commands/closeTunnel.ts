import * as vscode from 'vscode';
import { plainText } from '../base/text';
import { portText } from '../views/ports';
import { showInStatusBar } from '../vscode/messages';
import { pick } from '../vscode/prompts';
import type { OpenTunnel } from '../vscode/tunnels';
import { DeadEnd } from './deadEnd';
import type { Services } from './services';
import { isNode } from './targets';

/** Closes the tunnel of a row, or one that the person picks. */
export async function closeTunnel(services: Services, args: readonly unknown[]): Promise<void> {
  const [node] = args;
  if (isNode(node) && node.kind === 'activity' && node.activity.kind === 'tunnel') {
    close(services, node.activity.tunnel);
    return;
  }
  const items = services.tunnels.all().map((tunnel) => ({
    label: portText(tunnel.port),
    description: plainText(services.store.row(tunnel.id)?.instance.name ?? tunnel.id, 60),
    detail: `localhost:${tunnel.localPort}`,
    tunnel,
  }));
  if (items.length === 0) {
    throw new DeadEnd(vscode.l10n.t('This window has no open tunnels.'), 'tensordock.openTunnel');
  }
  const picked = await pick(items, { placeHolder: vscode.l10n.t('Select a tunnel to close') });
  if (!picked) throw new vscode.CancellationError();
  close(services, picked.tunnel);
}

function close({ tunnels }: Services, { id, port }: OpenTunnel): void {
  tunnels.close(id, port);
  showInStatusBar(vscode.l10n.t('Closed the tunnel to {0}', portText(port)));
}
