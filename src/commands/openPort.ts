import * as vscode from 'vscode';
import { formatEndpoint } from '../ssh/endpoint';
import { isReachable } from '../views/ports';
import { DeadEnd } from './deadEnd';
import { givenPort, pickForward } from './pickPort';
import type { Services } from './services';
import { openLocalPort } from './openTunnel';
import { isNode, target } from './targets';

/** Opens a public port of an instance in the browser, or what a tunnel leads to. */
export async function openPort(services: Services, args: readonly unknown[]): Promise<void> {
  const [node] = args;
  if (isNode(node) && node.kind === 'activity' && node.activity.kind === 'tunnel') {
    await openLocalPort(services, node.activity.tunnel.localPort);
    return;
  }
  const placeholder = vscode.l10n.t('Select an instance to open a port of');
  const { row } = await target(services, args, isReachable, placeholder);
  const forward = givenPort(args) ?? (await pickForward(row));
  const { ipAddress } = row.instance;
  if (ipAddress === undefined) {
    throw new DeadEnd(
      vscode.l10n.t('The instance has no address yet. Try again in a minute.'),
      'tensordock.refresh',
    );
  }
  const address = formatEndpoint({ host: ipAddress, port: forward.externalPort });
  await vscode.env.openExternal(vscode.Uri.parse(`http://${address}`));
}
