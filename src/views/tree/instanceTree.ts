import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import type { Operations } from '../../instances/operations/operations';
import type { InstanceStore, StoreChange } from '../../instances/store';
import { arrange, groupRows, type Arrangement } from './arrangement';
import type { LocationNames } from '../details';
import { labelText } from '../presentation';
import {
  addTooltip,
  childrenOf,
  creatingItem,
  detailItem,
  groupItem,
  instanceItem,
  portItem,
  type CreatingNode,
  type GroupNode,
  type InstanceNode,
  type RowMarks,
  type TreeNode,
} from './nodes';

export interface TreeOptions {
  readonly store: InstanceStore;
  readonly operations: Pick<Operations, 'pending' | 'onDidChange'>;
  readonly marksOf: (id: string) => RowMarks;
  readonly locationOf: LocationNames;
  readonly arrangement: () => Arrangement;
  /** Resolves when there is something to show: rows, a failure, or that nobody is signed in. */
  readonly ready: () => Promise<void>;
}

/** The instances as a tree. It reads the store and redraws the rows that the store reports as changed. */
export class InstanceTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  private readonly redraw = new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>();
  private readonly nodes = new Map<string, InstanceNode>();
  private readonly groups = new Map<string, GroupNode>();
  private readonly creating = new Map<string, CreatingNode>();
  private readonly listeners: readonly Disposable[];

  readonly onDidChangeTreeData = this.redraw.event;

  constructor(private readonly options: TreeOptions) {
    this.listeners = [
      options.store.onDidChange((change) => this.follow(change)),
      options.operations.onDidChange(() => this.redrawAll()),
    ];
  }

  redrawAll(): void {
    this.redraw.fire(undefined);
  }

  /** Redraws these instances and their children, and no others. */
  redrawInstances(ids: Iterable<string>): void {
    const nodes = [...ids].map((id) => this.nodes.get(id)).filter((node) => node !== undefined);
    if (nodes.length > 0) this.redraw.fire(nodes);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (!node) {
      await this.options.ready();
      return this.roots();
    }
    if (node.kind === 'group')
      return (
        this.grouped()
          .get(node.title)
          ?.map(({ instance }) => this.nodeOf(instance.id)) ?? []
      );
    if (node.kind !== 'instance') return [];
    const row = this.options.store.row(node.id);
    return row ? [...childrenOf(node, row, this.options.marksOf(node.id))] : [];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'detail' || node.kind === 'port') return node.parent;
    if (node.kind !== 'instance' || this.options.arrangement().group === 'none') return undefined;
    for (const [title, rows] of this.grouped()) {
      if (rows.some(({ instance }) => instance.id === node.id)) return this.groupOf(title);
    }
    return undefined;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'instance': {
        const row = this.options.store.row(node.id);
        return row
          ? instanceItem(node, row, this.options.marksOf(node.id))
          : new vscode.TreeItem(labelText(node.id));
      }
      case 'detail':
        return detailItem(node);
      case 'port':
        return portItem(node, this.options.marksOf(node.parent.id));
      case 'group':
        return groupItem(node, this.grouped().get(node.title)?.length ?? 0);
      case 'creating':
        return creatingItem(node);
    }
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const row = node.kind === 'instance' ? this.options.store.row(node.id) : undefined;
    if (row) addTooltip(item, row, this.options.marksOf(row.instance.id));
    return item;
  }

  /** The node of an instance, to reveal it. */
  nodeOf(id: string): InstanceNode {
    const known = this.nodes.get(id);
    if (known) return known;
    const node: InstanceNode = { kind: 'instance', id };
    this.nodes.set(id, node);
    return node;
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.redraw.dispose();
  }

  private roots(): TreeNode[] {
    const { store, operations, arrangement } = this.options;
    const creating = operations
      .pending()
      .filter((record) => record.kind === 'create' && record.instanceId === undefined)
      .map((record): TreeNode => {
        const node = this.creating.get(record.id) ?? { kind: 'creating', record };
        this.creating.set(record.id, node);
        return node;
      });
    if (arrangement().group !== 'none')
      return [...creating, ...[...this.grouped().keys()].map((title) => this.groupOf(title))];
    const rows = arrange(store.rows(), arrangement());
    return [...creating, ...rows.map(({ instance }) => this.nodeOf(instance.id))];
  }

  private grouped(): ReturnType<typeof groupRows> {
    const { store, arrangement } = this.options;
    const { group } = arrangement();
    if (group === 'none') return new Map();
    return groupRows(
      arrange(store.rows(), arrangement()),
      group,
      vscode.l10n.t('Unknown'),
      this.options.locationOf,
    );
  }

  private groupOf(title: string): GroupNode {
    const node = this.groups.get(title) ?? { kind: 'group', title };
    this.groups.set(title, node);
    return node;
  }

  private follow({ added, removed, changed }: StoreChange): void {
    for (const id of removed) this.nodes.delete(id);
    const { filter, sort, group } = this.options.arrangement();
    const mayMove = filter !== '' || sort !== 'listed' || group !== 'none';
    if (added.length + removed.length > 0 || (mayMove && changed.length > 0)) this.redrawAll();
    else this.redrawInstances(changed);
  }
}
