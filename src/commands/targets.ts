import * as vscode from 'vscode';
import type { InstanceRow } from '../instances/store';
import { instanceOf } from '../views/activity';
import { pickItem, type TreeNode } from '../views/tree/nodes';
import { nameText, type InstanceAction } from '../views/presentation';
import { stateWord } from '../views/rowText';
import { actionsOf, type Situation } from '../views/situation';
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

/** Whether an instance allows an action now: the same question that decides what its menu offers. */
export function allowing(services: Services, action: InstanceAction): (row: InstanceRow) => boolean {
  return (row) => actionsOf(withOperation(services, row)).includes(action);
}

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
    if (fitting.length === 0) throw notAvailable(services, rows);
    return { rows: fitting, silent: false, byId: false };
  }
  const fitting = rowsOf(services, idsOf(selection(services, args))).filter(fits);
  if (fitting.length > 0) return { rows: fitting, silent: false, byId: false };
  return { rows: [await pickRow(services, fits, placeholder)], silent: false, byId: false };
}

/**
 * The rows that a command without a row of its own is about. None where it was called with a row that VS Code doesn't
 * know any more, because the tree was drawn anew while its menu was open: the selected ones are others.
 */
export function selection({ treeView }: Services, args: readonly unknown[]): readonly TreeNode[] {
  const isLost = args.length > 0 && (args[0] === undefined || args[0] === null);
  return treeView.visible && !isLost ? treeView.selection : [];
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

function notAvailable(services: Services, [row]: readonly InstanceRow[]): DeadEnd {
  const text = row
    ? vscode.l10n.t(
        'Not available for “{0}” in its current state: {1}.',
        nameText(row.instance),
        stateWord(withOperation(services, row)),
      )
    : vscode.l10n.t('This instance is no longer in the list.');
  return new DeadEnd(text, 'tensordock.refresh');
}

function withOperation({ operations }: Services, row: InstanceRow): Pick<Situation, 'row' | 'operation'> {
  return { row, operation: operations.of(row.instance.id) };
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
  const now = services.clock.now();
  const items = rows
    .filter(fits)
    .map((row) => pickItem({ ...withOperation(services, row), tunnels: [], now }));
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
  const ids = nodes.map(nodeInstance);
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** The ID of the instance that a row is about. */
export function nodeInstance(node: TreeNode): string | undefined {
  switch (node.kind) {
    case 'instance':
      return node.id;
    case 'detail':
    case 'port':
      return node.parent.id;
    case 'activity':
      return instanceOf(node.activity);
    case 'account':
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
    ['instance', 'detail', 'port', 'activity', 'group', 'creating', 'account'].includes(value.kind)
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
