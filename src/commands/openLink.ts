import * as vscode from 'vscode';
import { plainText } from '../base/text';
import { confirm, errorText, isCancelled, showError } from '../vscode/messages';
import type { TreeNode } from '../views/tree/nodes';
import type { Services } from './services';

/** What a link asks for. */
export interface Link {
  readonly action: 'instance' | 'connect';
  readonly id: string;
}

/**
 * Reads a link to this extension: `/instance/<id>` or `/connect/<id>`, and nothing else. `undefined` for any other
 * path, encoding, or parameter, so that no link carries a token, a host, or a setting.
 */
export function parseLink({
  path,
  query,
  fragment,
}: Pick<vscode.Uri, 'path' | 'query' | 'fragment'>): Link | undefined {
  if (query !== '' || fragment !== '') return undefined;
  const [, action, id] = /^\/(instance|connect)\/([A-Za-z0-9][\w-]{0,63})$/.exec(path) ?? [];
  return (action === 'instance' || action === 'connect') && id !== undefined ? { action, id } : undefined;
}

/** Opens a link that someone clicked anywhere: shows an instance, or connects to it after asking. */
export async function openLink(
  services: Services,
  uri: Pick<vscode.Uri, 'path' | 'query' | 'fragment'>,
  nodeOf: (id: string) => TreeNode,
): Promise<void> {
  const { log, store, treeView } = services;
  const link = parseLink(uri);
  if (!link) {
    showError(log, vscode.l10n.t('TensorDock doesn’t open links of this form, so nothing was done.'));
    return;
  }
  try {
    const row = store.row(link.id) ?? (await store.refreshOne(link.id));
    if (!row) throw new Error(vscode.l10n.t('There is no instance with the ID “{0}”.', link.id));
    if (link.action === 'instance') {
      await treeView.reveal(nodeOf(link.id), { select: true, focus: true, expand: true });
      return;
    }
    const agreed = await confirm(
      vscode.l10n.t('Connect to “{0}”?', plainText(row.instance.name, 60)),
      vscode.l10n.t('A link asks for this.'),
      vscode.l10n.t('Connect'),
    );
    if (agreed) await vscode.commands.executeCommand('tensordock.connect', link.id);
  } catch (error) {
    if (!isCancelled(error)) showError(log, errorText(error));
  }
}
