import * as vscode from 'vscode';
import type { InstanceRow } from '../instances/store';
import { pickItem, type TreeNode } from '../views/tree/nodes';
import type { Services } from './services';

/** What a command was called with. */
export interface Target {
  readonly rows: readonly InstanceRow[];
  /** Called by a program with an id and `{ confirm: false }`: nothing modal is asked. */
  readonly silent: boolean;
  /** Called by a program with an id: errors go to it, and are not shown by us. */
  readonly byId: boolean;
}

/**
 * The instances a command is for: those it was called with, else the rows selected in the tree, else one the
 * person picks among those that fit. Throws where an id is not known; `CancellationError` where nothing was picked.
 */
export async function targets(
  services: Services,
  args: readonly unknown[],
  fits: (row: InstanceRow) => boolean,
  placeholder: string,
): Promise<Target> {
  const [first, second] = args;
  if (typeof first === 'string') {
    const row = services.store.row(first) ?? (await askFor(services, first));
    if (!row) throw new Error(vscode.l10n.t('There is no instance with the id “{0}”.', first));
    const silent = isRecord(second) && second.confirm === false;
    return { rows: [row], silent, byId: true };
  }
  const chosen = fromTree(first, second);
  if (chosen.length > 0) {
    const rows = rowsOf(services, chosen);
    const fitting = rows.filter(fits);
    if (fitting.length === 0) throw new Error(vscode.l10n.t('That does not fit the state it is in now.'));
    return { rows: fitting, silent: false, byId: false };
  }
  const selected = services.treeView.visible ? rowsOf(services, idsOf(services.treeView.selection)) : [];
  const fitting = selected.filter(fits);
  if (fitting.length > 0) return { rows: fitting, silent: false, byId: false };
  return { rows: [await pick(services, fits, placeholder)], silent: false, byId: false };
}

/** Like `targets`, for commands that make sense for one instance only. */
export async function target(
  services: Services,
  args: readonly unknown[],
  fits: (row: InstanceRow) => boolean,
  placeholder: string,
): Promise<Target & { readonly row: InstanceRow }> {
  const found = await targets(services, args, fits, placeholder);
  const [row] = found.rows;
  if (!row) throw new vscode.CancellationError();
  return { ...found, row };
}

/** An id that no snapshot has told of: asked for once, by itself. */
async function askFor(services: Services, id: string): Promise<InstanceRow | undefined> {
  if (services.store.status.accountId === undefined) {
    throw new Error(vscode.l10n.t('Not signed in to TensorDock. Sign in first.'));
  }
  return services.store.refreshOne(id);
}

async function pick(
  services: Services,
  fits: (row: InstanceRow) => boolean,
  placeholder: string,
): Promise<InstanceRow> {
  if (services.store.status.accountId === undefined) {
    throw new Error(vscode.l10n.t('Not signed in to TensorDock. Sign in first.'));
  }
  if (services.store.status.listedAt === 0) await services.store.refresh();
  const items = services.store.rows().filter(fits).map(pickItem);
  if (items.length === 0) throw new Error(vscode.l10n.t('There is no instance that this fits now.'));
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: placeholder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  const row = picked && services.store.row(picked.id);
  if (!row) throw new vscode.CancellationError();
  return row;
}

function fromTree(item: unknown, selected: unknown): readonly string[] {
  const nodes =
    Array.isArray(selected) && selected.includes(item) ? selected.filter(isNode) : [item].filter(isNode);
  return idsOf(nodes);
}

function idsOf(nodes: readonly TreeNode[]): readonly string[] {
  const ids = nodes.map((node) =>
    node.kind === 'instance'
      ? node.id
      : node.kind === 'detail' || node.kind === 'port'
        ? node.parent.id
        : undefined,
  );
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function rowsOf(services: Services, ids: readonly string[]): readonly InstanceRow[] {
  return ids.map((id) => services.store.row(id)).filter((row) => row !== undefined);
}

/** Whether an argument is a row of our tree: VS Code hands back the objects we gave it. */
export function isNode(value: unknown): value is TreeNode {
  return (
    isRecord(value) &&
    typeof value.kind === 'string' &&
    ['instance', 'detail', 'port', 'group', 'creating'].includes(value.kind)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
