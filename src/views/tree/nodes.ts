import * as vscode from 'vscode';
import type { PortForward } from '../../api/types';
import { formatDuration } from '../../base/duration';
import { formatWhen } from '../../base/when';
import { runningRate } from '../../cost/billing';
import { rateText } from '../../cost/describe';
import type { OperationRecord } from '../../instances/operations/journal';
import { messageText } from '../../base/text';
import type { InstanceRow, StoreStatus } from '../../instances/store';
import { stepText, type Activity, type ActivityText } from '../activity';
import { detailsOf, gpuText, type Detail, type Knowledge } from '../details';
import { isBrowsable, isReachable, portText } from '../ports';
import { joined, labelText, nameText, present, stateIcon, themeIcon } from '../presentation';
import { rowText, type RowText } from '../rowText';
import type { Situation } from '../situation';

/** A row of the tree. The same object stands for the same instance, group, or create through all refreshes. */
export type TreeNode =
  InstanceNode | DetailNode | PortNode | ActivityNode | GroupNode | CreatingNode | AccountNode;

/** An account and what it has, where several accounts are shown. */
export interface AccountNode {
  readonly kind: 'account';
  readonly account: string | undefined;
}

export interface InstanceNode {
  readonly kind: 'instance';
  /** The ID of its account. */
  readonly account?: string;
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
  readonly hasTunnel: boolean;
  readonly isReachable: boolean;
}

/** Something that goes on: below its instance, or in the Activity view, where it has no parent. */
export interface ActivityNode {
  readonly kind: 'activity';
  /** The ID of its account. */
  readonly account?: string;
  readonly parent?: InstanceNode;
  readonly activity: Activity;
}

export interface GroupNode {
  readonly kind: 'group';
  /** The ID of its account. */
  readonly account?: string;
  readonly title: string;
}

/** An instance that was requested and has no ID yet. */
export interface CreatingNode {
  readonly kind: 'creating';
  /** The ID of its account. */
  readonly account?: string;
  readonly operationId: string;
  readonly name: string;
}

/** The ID of the account that a row belongs to. */
export function accountOfNode(node: TreeNode): string | undefined {
  return node.kind === 'detail' || node.kind === 'port' ? node.parent.account : node.account;
}

/** `Account 2`, with how many instances it has and their rate, or why nothing newer is known of it. */
export function accountItem(name: string, text: AccountText): vscode.TreeItem {
  const item = new vscode.TreeItem(labelText(name), vscode.TreeItemCollapsibleState.Expanded);
  item.description = text.description;
  item.tooltip = text.tooltip;
  item.iconPath = text.isFailing ? themeIcon('warning', 'list.warningForeground') : themeIcon('account');
  item.contextValue = text.isRefused ? 'account can-sign-in' : 'account';
  item.accessibilityInformation = { label: [name, text.tooltip].map((each) => labelText(each)).join(', ') };
  return item;
}

/** What the row of an account says. */
export interface AccountText {
  readonly description: string;
  readonly tooltip: string;
  readonly isFailing: boolean;
  readonly isRefused: boolean;
}

/** What is said about an account as a whole. */
export function accountText(rows: readonly InstanceRow[], { listedAt, failure }: StoreStatus): AccountText {
  const isRefused = failure?.code === 'unauthorized';
  const problem = failure && (isRefused ? vscode.l10n.t('token refused') : vscode.l10n.t('not reachable'));
  const count = listedAt === 0 ? undefined : groupText(rows);
  return {
    description: joined([count, problem]),
    tooltip: [count, failure && messageText(failure.message)].filter(Boolean).join('\n'),
    isFailing: failure !== undefined,
    isRefused,
  };
}

export function instanceItem({ id }: InstanceNode, text: RowText): vscode.TreeItem {
  const item = new vscode.TreeItem(text.name, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `instance:${id}`;
  item.iconPath = themeIcon(text.icon, text.color);
  item.description = text.description;
  item.contextValue = text.context;
  item.accessibilityInformation = { label: text.spoken, role: 'treeitem' };
  return item;
}

/** What goes on comes first, then what is known. */
export function childrenOf(
  parent: InstanceNode,
  situation: Situation,
  knowledge: Knowledge,
): readonly (ActivityNode | DetailNode | PortNode)[] {
  const { row, tunnels } = situation;
  const forwards = row.instance.portForwards ?? [];
  return [
    ...activitiesOf(situation).map((activity): ActivityNode => ({
      kind: 'activity',
      account: parent.account,
      parent,
      activity,
    })),
    ...detailsOf(situation, knowledge).flatMap((detail): (DetailNode | PortNode)[] => {
      if (detail.key !== 'ports' || forwards.length === 0) return [{ kind: 'detail', parent, detail }];
      return forwards.map((forward) => {
        const hasTunnel = tunnels.some(({ port }) => port === forward.internalPort);
        return { kind: 'port', parent, forward, hasTunnel, isReachable: isReachable(row) };
      });
    }),
  ];
}

function activitiesOf({ row, operation, schedule, tunnels, limit }: Situation): readonly Activity[] {
  const { id, name } = row.instance;
  return [
    ...(limit && operation?.kind !== 'stop' ? [{ kind: 'limit' as const, limit, instanceId: id, name }] : []),
    ...(operation ? [{ kind: 'operation' as const, record: operation }] : []),
    ...(schedule ? [{ kind: 'schedule' as const, schedule }] : []),
    ...tunnels.map((tunnel) => ({ kind: 'tunnel' as const, tunnel, name })),
  ];
}

/** The row of something that goes on; without a parent it says about which instance it is. */
export function activityItem({ parent }: ActivityNode, text: ActivityText): vscode.TreeItem {
  const { id, subject, what, next } = text;
  const item = new vscode.TreeItem(parent ? what : subject, vscode.TreeItemCollapsibleState.None);
  item.id = parent ? `${parent.id}:${id}` : id;
  item.description = joined(parent ? [next] : [what, next]);
  item.tooltip = [subject, what, next].filter(Boolean).join('\n');
  item.iconPath = themeIcon(text.icon, 'charts.blue');
  item.contextValue = text.context;
  item.accessibilityInformation = { label: [subject, what, next].filter(Boolean).join(', ') };
  return item;
}

export function detailItem({ parent, detail }: DetailNode): vscode.TreeItem {
  const item = new vscode.TreeItem(detail.label, vscode.TreeItemCollapsibleState.None);
  item.id = `detail:${parent.id}:${detail.key}`;
  item.description = detail.value;
  item.tooltip = `${detail.label}: ${detail.value}`;
  item.iconPath = themeIcon(detail.icon);
  item.contextValue = `detail detail-${detail.key}`;
  return item;
}

export function portItem({ parent, forward, hasTunnel, isReachable: reachable }: PortNode): vscode.TreeItem {
  const item = new vscode.TreeItem(portText(forward.internalPort), vscode.TreeItemCollapsibleState.None);
  item.id = `port:${parent.id}:${forward.internalPort}:${forward.externalPort}`;
  item.description = vscode.l10n.t('public port {0}', forward.externalPort);
  item.iconPath = themeIcon('plug');
  item.contextValue = [
    'port',
    reachable && isBrowsable(forward.internalPort) && 'can-browse',
    reachable && !hasTunnel && 'can-tunnel',
  ]
    .filter(Boolean)
    .join(' ');
  return item;
}

/** How many instances a group has, and their rate: `3 · $1.47/hr`. */
export function groupText(rows: readonly InstanceRow[]): string {
  return joined([String(rows.length), rateText(runningRate(rows))]);
}

/** `Warsaw, Poland`, with what `groupText` says. */
export function groupItem({ title }: GroupNode, rows: readonly InstanceRow[]): vscode.TreeItem {
  const item = new vscode.TreeItem(labelText(title), vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group:${title}`;
  item.description = groupText(rows);
  item.contextValue = 'group';
  return item;
}

/** What a create without an ID shows: `Creating 12 s · RTX 4090`. */
export function creatingText({ startedAt, wanted, step }: OperationRecord, now: number): string {
  return joined([
    `${present('creating').label} ${formatDuration(now - startedAt)}`,
    stepText(step),
    gpuText(wanted?.gpus),
  ]);
}

export function creatingItem(record: OperationRecord, now: number): vscode.TreeItem {
  const item = new vscode.TreeItem(labelText(record.name), vscode.TreeItemCollapsibleState.None);
  item.id = `creating:${record.id}`;
  item.iconPath = stateIcon('creating');
  item.description = creatingText(record, now);
  item.tooltip = `${labelText(record.name)}\n${item.description}`;
  item.contextValue = 'creating can-cancel';
  item.accessibilityInformation = {
    label: [
      labelText(record.name),
      present('creating').label,
      vscode.l10n.t('since {0}', formatWhen(record.startedAt, now)),
      stepText(record.step),
      gpuText(record.wanted?.gpus),
    ]
      .filter(Boolean)
      .join(', '),
  };
  return item;
}

/** A quick pick item for a row. */
export function pickItem(situation: Situation): vscode.QuickPickItem & { readonly id: string } {
  const { row } = situation;
  const { icon, color, description } = rowText(situation);
  return {
    id: row.instance.id,
    label: nameText(row.instance),
    description,
    detail: row.instance.ipAddress,
    iconPath: themeIcon(icon, color),
  };
}
