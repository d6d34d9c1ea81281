import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import type { ActivityTree } from './activityTree';
import { joined, labelText } from './presentation';
import type { ActivityNode } from './tree/nodes';

/** What goes on with the instances of all accounts that are signed in. */
export class AccountsActivity implements vscode.TreeDataProvider<ActivityNode>, vscode.Disposable {
  private readonly redraw = new vscode.EventEmitter<ActivityNode | ActivityNode[] | undefined>();
  private readonly trees = new Map<string | undefined, ActivityTree>();
  private readonly listeners: Disposable[] = [];

  readonly onDidChangeTreeData = this.redraw.event;

  constructor(
    /** The name of an account, if there are several. */
    private readonly nameIfSeveral: (id: string | undefined) => string | undefined,
  ) {}

  /** Shows what goes on with another account. */
  add(id: string | undefined, tree: ActivityTree): void {
    this.trees.set(id, tree);
    this.listeners.push(tree.onDidChangeTreeData((nodes) => this.redraw.fire(nodes)));
  }

  /** How many things go on. */
  get count(): number {
    return [...this.trees.values()].reduce((sum, tree) => sum + tree.count, 0);
  }

  /** Call this when other accounts are signed in, or one has another name. */
  update(): void {
    for (const tree of this.trees.values()) tree.update();
    this.redraw.fire(undefined);
  }

  /** Call this when the view is shown or hidden. */
  visibilityChanged(): void {
    for (const tree of this.trees.values()) tree.visibilityChanged();
  }

  getChildren(node?: ActivityNode): ActivityNode[] {
    return node ? [] : [...this.trees.values()].flatMap((tree) => tree.getChildren());
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(node: ActivityNode): vscode.TreeItem {
    const item = this.trees.get(node.account)?.getTreeItem(node) ?? new vscode.TreeItem('');
    const name = this.nameIfSeveral(node.account);
    if (name === undefined) return item;
    item.id = `${node.account ?? ''}:${item.id ?? ''}`;
    const description = typeof item.description === 'string' ? item.description : undefined;
    item.description = joined([description, labelText(name)]);
    return item;
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.redraw.dispose();
  }
}
