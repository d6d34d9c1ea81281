import * as vscode from 'vscode';
import type { PortForward } from '../../api/types';
import type { OperationRecord } from '../../instances/operations/journal';
import type { InstanceRow } from '../../instances/store';
import { descriptionOf, detailsOf, tooltipOf, type Detail, type LocationNames } from '../details';
import { contextValue, labelText, present, stateIcon } from '../presentation';

/** A row of the tree. The same object stands for the same thing through all refreshes. */
export type TreeNode = InstanceNode | DetailNode | PortNode | GroupNode | CreatingNode;

export interface InstanceNode {
  readonly kind: 'instance';
  readonly id: string;
}

export interface DetailNode {
  readonly kind: 'detail';
  readonly parent: InstanceNode;
  readonly detail: Detail;
}

export interface PortNode {
  readonly kind: 'port';
  readonly parent: InstanceNode;
  readonly forward: PortForward;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly title: string;
}

/** An instance that was requested and has no ID yet. */
export interface CreatingNode {
  readonly kind: 'creating';
  readonly record: OperationRecord;
}

/** What a row shows in addition to the instance itself. */
export interface RowMarks {
  /** Which window is connected to it, if any. */
  readonly connected: 'here' | 'elsewhere' | undefined;
  /** Local ports of this window's tunnels, by internal port. */
  readonly tunnels: ReadonlyMap<number, number>;
  readonly locationOf: LocationNames;
}

export function instanceItem(node: InstanceNode, row: InstanceRow, marks: RowMarks): vscode.TreeItem {
  const name = labelText(row.instance.name);
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `instance:${node.id}`;
  item.iconPath = stateIcon(row.state);
  item.description = [descriptionOf(row), connectedText(marks)].filter(Boolean).join(' · ');
  item.contextValue = contextValue(row) + (marks.connected ? ' connected' : '');
  item.accessibilityInformation = {
    label: vscode.l10n.t('{0}, {1}', name, item.description),
    role: 'treeitem',
  };
  return item;
}

function connectedText({ connected }: RowMarks): string | undefined {
  if (connected === undefined) return undefined;
  return connected === 'here' ? vscode.l10n.t('connected') : vscode.l10n.t('connected in another window');
}

/** Called when the pointer rests on a row, since tooltips for all rows of a long list would be costly. */
export function addTooltip(item: vscode.TreeItem, row: InstanceRow, marks: RowMarks): void {
  item.tooltip = tooltipOf(row, marks.locationOf);
}

export function childrenOf(node: InstanceNode, row: InstanceRow, marks: RowMarks): readonly TreeNode[] {
  return detailsOf(row, marks.locationOf).flatMap((detail): TreeNode[] => {
    const forwards = row.instance.portForwards ?? [];
    if (detail.key !== 'ports' || forwards.length === 0) return [{ kind: 'detail', parent: node, detail }];
    return forwards.map((forward) => ({ kind: 'port', parent: node, forward }));
  });
}

export function detailItem({ parent, detail }: DetailNode): vscode.TreeItem {
  const item = new vscode.TreeItem(detail.label, vscode.TreeItemCollapsibleState.None);
  item.id = `detail:${parent.id}:${detail.key}`;
  item.description = detail.value;
  item.tooltip = `${detail.label}: ${detail.value}`;
  item.iconPath = new vscode.ThemeIcon(detail.icon);
  item.contextValue = `detail detail-${detail.key}`;
  return item;
}

export function portItem({ parent, forward }: PortNode, marks: RowMarks): vscode.TreeItem {
  const tunnel = marks.tunnels.get(forward.internalPort);
  const item = new vscode.TreeItem(
    vscode.l10n.t('Port {0}', forward.internalPort),
    vscode.TreeItemCollapsibleState.None,
  );
  item.id = `port:${parent.id}:${forward.internalPort}:${forward.externalPort}`;
  item.description =
    tunnel === undefined
      ? vscode.l10n.t('public port {0}', forward.externalPort)
      : vscode.l10n.t('public port {0} · tunnel on localhost:{1}', forward.externalPort, tunnel);
  item.iconPath = new vscode.ThemeIcon(
    tunnel === undefined ? 'plug' : 'radio-tower',
    tunnel === undefined ? undefined : new vscode.ThemeColor('charts.green'),
  );
  item.contextValue = tunnel === undefined ? 'port' : 'port tunnel';
  return item;
}

export function groupItem({ title }: GroupNode, count: number): vscode.TreeItem {
  const item = new vscode.TreeItem(labelText(title), vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group:${title}`;
  item.description = String(count);
  item.contextValue = 'group';
  return item;
}

export function creatingItem({ record }: CreatingNode): vscode.TreeItem {
  const item = new vscode.TreeItem(labelText(record.name), vscode.TreeItemCollapsibleState.None);
  item.id = `creating:${record.id}`;
  item.iconPath = stateIcon('creating');
  item.description = present('creating').label;
  item.contextValue = 'creating';
  return item;
}

/** A quick pick item for a row. */
export function pickItem(row: InstanceRow): vscode.QuickPickItem & { readonly id: string } {
  return {
    id: row.instance.id,
    label: labelText(row.instance.name),
    description: descriptionOf(row),
    detail: row.instance.ipAddress,
    iconPath: stateIcon(row.state),
  };
}
