import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { billingOf } from '../../cost/billing';
import type { OperationRecord } from '../../instances/operations/journal';
import type { Operations } from '../../instances/operations/operations';
import type { InstanceRow, InstanceStore, StoreChange } from '../../instances/store';
import { activityText, minuteMs, secondMs } from '../activity';
import type { Knowledge } from '../details';
import { labelText } from '../presentation';
import { rowText } from '../rowText';
import type { Situation } from '../situation';
import { tooltipOf } from '../tooltip';
import type { ArrangedBy, Arrangement } from './arrangement';
import { Clockwork } from './clockwork';
import { Layouts, movedBetween, type Layout } from './layout';
import {
  activityItem,
  childrenOf,
  creatingItem,
  creatingText,
  detailItem,
  groupItem,
  groupText,
  instanceItem,
  portItem,
  type CreatingNode,
  type GroupNode,
  type InstanceNode,
  type TreeNode,
} from './nodes';

export interface TreeOptions extends Knowledge, ArrangedBy {
  /** The ID of the account whose instances it has. */
  readonly account?: string;
  readonly store: InstanceStore;
  readonly operations: Pick<Operations, 'pending' | 'onDidChange'>;
  readonly clock: Clock;
  readonly situationOf: (row: InstanceRow) => Situation;
  readonly arrangement: () => Arrangement;
  readonly isVisible: () => boolean;
  /** Whether the row of an instance is expanded. */
  readonly isOpen: (id: string) => boolean;
  /** Resolves when there is something to show: rows, a failure, or that nobody is signed in. */
  readonly ready: () => Promise<void>;
}

/** An account's instances as a tree. It redraws the rows that show something else than before, and no others. */
export class InstanceTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  private readonly redraw = new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>();
  private readonly nodes = new Map<string, InstanceNode>();
  private readonly groups = new Map<string, GroupNode>();
  private readonly creating = new Map<string, CreatingNode>();
  /** What was last shown of a row, and below it. */
  private readonly shown = new Map<TreeNode, string>();
  private readonly shownBelow = new Map<InstanceNode, string>();
  private readonly layouts: Layouts;
  /** The layout that was last drawn. */
  private drawn: Layout | undefined;
  /** Whose tooltips VS Code keeps until their rows are redrawn, and since when. */
  private readonly hovered = new Map<InstanceNode, number>();
  private readonly clockwork: Clockwork;
  private readonly listeners: readonly Disposable[];

  readonly onDidChangeTreeData = this.redraw.event;

  constructor(private readonly options: TreeOptions) {
    const { clock, isVisible, store, arrangement, locationOf, stateOf } = options;
    this.layouts = new Layouts({ rows: () => store.rows(), arrangement, locationOf, stateOf });
    this.clockwork = new Clockwork({ clock, isVisible, onTick: () => this.tick() });
    this.listeners = [
      this.clockwork,
      options.store.onDidChange((change) => this.follow(change)),
      options.operations.onDidChange(() => this.followOperations()),
    ];
  }

  redrawAll(): void {
    this.layouts.forget();
    this.redraw.fire(undefined);
  }

  /** Call this when more locations are known, which rows can be arranged by, and details and tooltips name. */
  locationsChanged(): void {
    this.rearrange();
    const details = [...this.shownBelow.keys()].filter((node) => this.isChangedBelow(node));
    const nodes = new Set([...details, ...this.hovered.keys()]);
    if (nodes.size > 0) this.redraw.fire([...nodes]);
  }

  /** Redraws what shows something else now. Call this when anything but the store and the operations changed. */
  redrawChanged(): void {
    const changed = [...this.shown.keys()].filter(
      (node) =>
        this.textOf(node) !== this.shown.get(node) ||
        (node.kind === 'instance' && this.options.isOpen(node.id) && this.isChangedBelow(node)),
    );
    if (changed.length > 0) this.redraw.fire(changed);
  }

  /** Call this when the view is shown or hidden. */
  visibilityChanged(): void {
    if (this.options.isVisible()) this.redrawChanged();
    this.clockwork.arm();
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (!node) {
      await this.options.ready();
      return this.roots();
    }
    if (node.kind === 'group') {
      return this.rowsOf(node).map(({ instance }) => this.nodeOf(instance.id));
    }
    if (node.kind !== 'instance') return [];
    const children = this.below(node);
    this.shownBelow.set(node, this.textBelow(children));
    return children;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'detail' || node.kind === 'port' || node.kind === 'activity') return node.parent;
    if (node.kind !== 'instance' || this.options.arrangement().group === 'none') return undefined;
    for (const [title = '', rows] of this.layouts.current()) {
      if (rows.some(({ instance }) => instance.id === node.id)) return this.groupOf(title);
    }
    return undefined;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'instance':
        return this.itemOfInstance(node);
      case 'detail':
        return detailItem(node);
      case 'port':
        return portItem(node);
      case 'activity':
        return activityItem(node, activityText(node.activity, this.now));
      case 'group':
        this.shown.set(node, this.textOf(node));
        return groupItem(node, this.rowsOf(node));
      case 'creating': {
        const record = this.recordOf(node);
        this.shown.set(node, this.textOf(node));
        this.clockwork.set(node.operationId, record && secondMs);
        return record ? creatingItem(record, this.now) : new vscode.TreeItem('');
      }
      case 'account':
        // Accounts are above this tree.
        return new vscode.TreeItem('');
    }
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const row = node.kind === 'instance' ? this.options.store.row(node.id) : undefined;
    if (!row || node.kind !== 'instance') return item;
    item.tooltip = tooltipOf(this.options.situationOf(row), this.options);
    this.hovered.set(node, this.now);
    this.clockwork.set(`hovered:${node.id}`, minuteMs);
    return item;
  }

  /** The node of an instance, to reveal it. */
  nodeOf(id: string): InstanceNode {
    const node = this.nodes.get(id) ?? { kind: 'instance', account: this.options.account, id };
    this.nodes.set(id, node);
    return node;
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.redraw.dispose();
  }

  private tick(): void {
    const isOld = (node: InstanceNode): boolean =>
      this.now - (this.hovered.get(node) ?? this.now) >= minuteMs;
    const old = [...this.hovered.keys()].filter(isOld);
    for (const node of old) {
      this.hovered.delete(node);
      this.clockwork.set(`hovered:${node.id}`, undefined);
    }
    if (old.length > 0) this.redraw.fire(old);
    this.redrawChanged();
  }

  private get now(): number {
    return this.options.clock.now();
  }

  private itemOfInstance(node: InstanceNode): vscode.TreeItem {
    const row = this.options.store.row(node.id);
    if (!row) return new vscode.TreeItem(labelText(node.id));
    const text = rowText(this.options.situationOf(row));
    this.shown.set(node, JSON.stringify(text));
    const countsBelow = this.options.isOpen(node.id) && billingOf(row.state) === 'on';
    this.clockwork.set(node.id, text.changesEveryMs ?? (countsBelow ? minuteMs : undefined));
    return instanceItem(node, text);
  }

  /** What a row shows now; equal for what looks the same. */
  private textOf(node: TreeNode): string {
    if (node.kind === 'creating') {
      const record = this.recordOf(node);
      return record ? creatingText(record, this.now) : '';
    }
    if (node.kind === 'group') return groupText(this.rowsOf(node));
    const row = node.kind === 'instance' ? this.options.store.row(node.id) : undefined;
    return row ? JSON.stringify(rowText(this.options.situationOf(row))) : '';
  }

  private isChangedBelow(node: InstanceNode): boolean {
    return this.textBelow(this.below(node)) !== this.shownBelow.get(node);
  }

  private textBelow(children: readonly TreeNode[]): string {
    return JSON.stringify(children.map((child) => this.getTreeItem(child)));
  }

  private below(node: InstanceNode): TreeNode[] {
    const row = this.options.store.row(node.id);
    return row ? [...childrenOf(node, this.options.situationOf(row), this.options)] : [];
  }

  private recordOf({ operationId }: CreatingNode): OperationRecord | undefined {
    return this.options.operations.pending().find(({ id }) => id === operationId);
  }

  private roots(): TreeNode[] {
    const { account } = this.options;
    const creating = this.creates().map(({ id, name }) => {
      const node = this.creating.get(id) ?? { kind: 'creating', account, operationId: id, name };
      this.creating.set(id, node);
      return node;
    });
    this.drawn = this.layouts.current();
    const nodes = [...this.drawn].flatMap(([title, rows]): TreeNode[] =>
      title === undefined ? rows.map(({ instance }) => this.nodeOf(instance.id)) : [this.groupOf(title)],
    );
    return [...creating, ...nodes];
  }

  /** The creates whose instances have no ID yet. */
  private creates(): readonly OperationRecord[] {
    return this.options.operations
      .pending()
      .filter(({ kind, instanceId }) => kind === 'create' && instanceId === undefined);
  }

  private rowsOf({ title }: GroupNode): readonly InstanceRow[] {
    return this.layouts.current().get(title) ?? [];
  }

  private groupOf(title: string): GroupNode {
    const node = this.groups.get(title) ?? { kind: 'group', account: this.options.account, title };
    this.groups.set(title, node);
    return node;
  }

  private follow({ added, removed, changed }: StoreChange): void {
    for (const id of removed) {
      const node = this.nodes.get(id);
      if (node) {
        this.forget(node, id);
        this.shownBelow.delete(node);
      }
      this.nodes.delete(id);
    }
    // VS Code asks for what it hasn't drawn yet.
    if (!this.drawn) return;
    const moved = movedBetween(this.drawn, this.layouts.current());
    if (moved === 'all') {
      this.redrawAll();
      return;
    }
    this.drawn = this.layouts.current();
    // A group that is redrawn redraws its rows too.
    const groups = [...this.groups.values()].filter(
      (node) => moved.has(node.title) || (this.shown.get(node) ?? '') !== this.textOf(node),
    );
    const redrawn = new Set(groups.flatMap((node) => this.rowsOf(node).map(({ instance }) => instance.id)));
    const rows = [...added, ...changed].filter((id) => !redrawn.has(id)).map((id) => this.nodes.get(id));
    const nodes = [...groups, ...rows.filter((node) => node !== undefined)];
    if (nodes.length > 0) this.redraw.fire(nodes);
  }

  private followOperations(): void {
    // A row that is waited for, or stops, is in another group than before.
    this.rearrange();
    this.followCreates();
  }

  /** Redraws what is in another place than before. */
  private rearrange(): void {
    this.layouts.forget();
    this.follow({ added: [], removed: [], changed: [], status: false });
  }

  private followCreates(): void {
    const creates = new Set(this.creates().map(({ id }) => id));
    const gone = [...this.creating].filter(([id]) => !creates.has(id));
    for (const [id, node] of gone) {
      this.forget(node, id);
      this.creating.delete(id);
    }
    if (gone.length > 0 || creates.size > this.creating.size) this.redrawAll();
    else this.redrawChanged();
  }

  private forget(node: TreeNode, key: string): void {
    this.shown.delete(node);
    this.clockwork.set(key, undefined);
  }
}
