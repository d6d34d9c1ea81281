import { rdpPort } from '../api/ports';
import { plainText } from '../base/text';
import { makePrivateFolder } from '../base/lock';
import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { askInNotification } from '../vscode/messages';
import { formatEndpoint, rdpEndpoint } from '../ssh/endpoint';
import { rdpFile } from '../ssh/remote/rdp';
import type { InstanceRow } from '../instances/store';
import { copyText } from './copyText';
import { DeadEnd } from './deadEnd';
import type { Services } from './services';

/** For Windows: opens a file with the system's Remote Desktop client, or copies the address. */
export async function openRdp(services: Services, { instance }: InstanceRow): Promise<void> {
  const name = plainText(instance.name, 60);
  const endpoint = rdpEndpoint(instance, { complete: true });
  if ('none' in endpoint) {
    throw new DeadEnd(
      vscode.l10n.t(
        '“{0}” is a Windows instance without a port forward for Remote Desktop. Create one with port {1}.',
        name,
        rdpPort,
      ),
      'tensordock.createLikeThis',
    );
  }
  const address = formatEndpoint(endpoint);
  const open = vscode.l10n.t('Open Remote Desktop');
  const copy = vscode.l10n.t('Copy Address');
  const answer = await askInNotification(
    'information',
    vscode.l10n.t('“{0}” runs Windows. Connect to {1} with Remote Desktop.', name, address),
    ...(isBesidePerson(services) ? [open] : []),
    copy,
  );
  if (answer === copy) await copyText(address);
  if (answer !== open) return;
  const folder = services.context.globalStorageUri;
  await makePrivateFolder(folder.fsPath);
  const file = vscode.Uri.joinPath(folder, fileName(instance.id));
  await writeFile(file.fsPath, rdpFile({ ...endpoint, user: services.ssh.optionsFor(instance).user }), {
    mode: 0o600,
  });
  await vscode.env.openExternal(file);
}

/** The prefix keeps an ID such as `con` from naming a device on Windows. */
function fileName(id: string): string {
  return `tensordock-${id.replace(/[^\w-]/g, '').slice(0, 64)}.rdp`;
}

/** Whether a file that we write is on the person's own computer. */
function isBesidePerson({ context }: Services): boolean {
  return (
    vscode.env.uiKind === vscode.UIKind.Desktop &&
    (vscode.env.remoteName === undefined || context.extension.extensionKind === vscode.ExtensionKind.UI)
  );
}
