import * as vscode from 'vscode';
import type { InstanceRow } from '../instances/store';
import { instanceOf } from '../views/activity';
import { pickItem, type TreeNode } from '../views/tree/nodes';
import { stateText } from '../views/presentation';
import { pick } from '../vscode/prompts';
import { DeadEnd } from './deadEnd';
import { signedInAccount, type Services } from './services';

/** The instances a command acts on, and who called it. */
export interface Target {
  readonly rows: readonly InstanceRow[];
  /** Called by a program with an ID and `{ confirm: false }`: asks nothing. */
  readonly silent: boolean;
  /** Called by a program with an ID: the program gets errors, and we don't show them. */
  readonly byId: boolean;
}

export const hasAddress = (row: InstanceRow): boolean => row.instance.ipAddress !== undefined;

/**
 * The instances a command acts on: those it was called with, or the rows selected in the tree, or one that the person
 * picks among those that fit. Throws if an ID is unknown, and `CancellationError` if the person picks none.
 */
export async function targets(
  services: Services,
  args: readonly unknown[],
  fits: (row: InstanceRow) => boolean,
  placeholder: string,
): Promise<Target> {
  const [first, second] = args;
  if (typeof first === 'string') {
    const row = services.store.row(first) ?? (await fetchRow(services, first));
    if (!row) throw new Error(vscode.l10n.t('There is no instance with the ID “{0}”.', first));
    const silent = isRecord(second) && second.confirm === false;
    return { rows: [row], silent, byId: true };
  }
  const chosen = fromTree(first, second);
  if (chosen.length > 0) {
    const rows = rowsOf(services, chosen);
    const fitting = rows.filter(fits);
    if (fitting.length === 0) throw new Error(notAvailableText(rows));
    return { rows: fitting, silent: false, byId: false };
  }
  const selected = services.treeView.visible ? rowsOf(services, idsOf(services.treeView.selection)) : [];
  const fitting = selected.filter(fits);
  if (fitting.length > 0) return { rows: fitting, silent: false, byId: false };
  return { rows: [await pickRow(services, fits, placeholder)], silent: false, byId: false };
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

/** Asks the service for an instance that isn't in the snapshot. */
async function fetchRow(services: Services, id: string): Promise<InstanceRow | undefined> {
  signedInAccount(services);
  return services.store.refreshOne(id);
}

function notAvailableText([row]: readonly InstanceRow[]): string {
  return row
    ? vscode.l10n.t('Not available while the instance is {0}.', stateText(row).toLowerCase())
    : vscode.l10n.t('This instance is no longer in the list.');
}

async function pickRow(
  services: Services,
  fits: (row: InstanceRow) => boolean,
  placeholder: string,
): Promise<InstanceRow> {
  signedInAccount(services);
  if (services.store.status.listedAt === 0) await services.store.refresh();
  const rows = services.store.rows();
  if (rows.length === 0) {
    throw new DeadEnd(vscode.l10n.t('You don’t have an instance yet.'), 'tensordock.createInstance');
  }
  const items = rows.filter(fits).map((row) => pickItem(row, services.clock.now()));
  if (items.length === 0) {
    throw new DeadEnd(
      vscode.l10n.t('None of your instances is in a state that allows this. Check the list.'),
      'tensordock.refresh',
    );
  }
  const picked = await pick(items, { placeHolder: placeholder, matchAll: true });
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
  const ids = nodes.map(instanceIdOf);
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function instanceIdOf(node: TreeNode): string | undefined {
  switch (node.kind) {
    case 'instance':
      return node.id;
    case 'detail':
    case 'port':
      return node.parent.id;
    case 'activity':
      return instanceOf(node.activity);
    case 'group':
    case 'creating':
      return undefined;
  }
}

function rowsOf(services: Services, ids: readonly string[]): readonly InstanceRow[] {
  return ids.map((id) => services.store.row(id)).filter((row) => row !== undefined);
}

/** Whether an argument is a row of our tree: VS Code hands back the objects we gave it. */
export function isNode(value: unknown): value is TreeNode {
  return (
    isRecord(value) &&
    typeof value.kind === 'string' &&
    ['instance', 'detail', 'port', 'activity', 'group', 'creating'].includes(value.kind)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
