import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import type { InstanceStore } from '../../instances/store';
import type { InstanceTree } from './instanceTree';
import { accountItem, accountOfNode, accountText, type AccountNode, type TreeNode } from './nodes';

/** An account in the tree. */
export interface AccountBranch {
  /** `undefined` for what stands in while nobody is signed in. */
  readonly id: string | undefined;
  readonly store: Pick<InstanceStore, 'rows' | 'status' | 'onDidChange'>;
  readonly tree: InstanceTree;
}

export interface AccountsTreeOptions {
  /** The accounts that are shown; with one of them, its rows are at the top. */
  readonly shown: () => readonly AccountBranch[];
  readonly of: (id: string | undefined) => AccountBranch;
  readonly nameOf: (id: string | undefined) => string | undefined;
  /** Resolves when it is known who is signed in. */
  readonly settled: () => Promise<void>;
}

/** The instances of the accounts that are shown, in one group an account if there are several. */
export class AccountsTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  private readonly redraw = new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>();
  private readonly accounts = new Map<string | undefined, AccountNode>();
  private readonly listeners: Disposable[] = [];
  /** What the top level that was last drawn is made of, and what each account's row said. */
  private drawn: string | undefined;
  private readonly texts = new Map<string | undefined, string>();

  readonly onDidChangeTreeData = this.redraw.event;

  constructor(private readonly options: AccountsTreeOptions) {}

  /** Follows the rows of another account. */
  add(branch: AccountBranch): void {
    this.listeners.push(
      branch.tree.onDidChangeTreeData((nodes) => this.redrawIn(branch, nodes)),
      branch.store.onDidChange(() => this.redrawAccount(branch)),
    );
  }

  /** Call this when other accounts are shown, or one has another name. */
  update(): void {
    if (this.drawn !== undefined && this.drawn !== this.topLevel()) this.redraw.fire(undefined);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node) return this.branchOf(node).tree.getChildren(node.kind === 'account' ? undefined : node);
    await this.options.settled();
    this.drawn = this.topLevel();
    const shown = this.options.shown();
    const [only, ...others] = shown;
    if (only && others.length === 0) return only.tree.getChildren();
    return shown.map(({ id }) => this.nodeOfAccount(id));
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'account') return undefined;
    const parent = this.branchOf(node).tree.getParent(node);
    return parent ?? (this.areSeveral() ? this.nodeOfAccount(accountOfNode(node)) : undefined);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const branch = this.branchOf(node);
    if (node.kind === 'account') {
      const text = accountText(branch.store.rows(), branch.store.status);
      this.texts.set(node.account, JSON.stringify(text));
      const item = accountItem(this.options.nameOf(node.account) ?? '', text);
      item.id = `account:${node.account ?? ''}`;
      return item;
    }
    const item = branch.tree.getTreeItem(node);
    // Two accounts may have the same ID, and the same group.
    if (this.areSeveral() && item.id !== undefined) item.id = `${branch.id ?? ''}:${item.id}`;
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    return node.kind === 'account' ? item : this.branchOf(node).tree.resolveTreeItem(item, node);
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.redraw.dispose();
  }

  private branchOf(node: TreeNode): AccountBranch {
    return this.options.of(accountOfNode(node));
  }

  private areSeveral(): boolean {
    return this.options.shown().length > 1;
  }

  private nodeOfAccount(account: string | undefined): AccountNode {
    const node = this.accounts.get(account) ?? { kind: 'account', account };
    this.accounts.set(account, node);
    return node;
  }

  private topLevel(): string {
    return JSON.stringify(this.options.shown().map(({ id }) => [id, this.options.nameOf(id)]));
  }

  private redrawIn({ id }: AccountBranch, nodes: TreeNode | TreeNode[] | undefined): void {
    if (!this.options.shown().some((shown) => shown.id === id)) return;
    this.redraw.fire(nodes ?? (this.areSeveral() ? this.nodeOfAccount(id) : undefined));
  }

  private redrawAccount({ id, store }: AccountBranch): void {
    const node = this.accounts.get(id);
    if (!node || !this.areSeveral()) return;
    const text = JSON.stringify(accountText(store.rows(), store.status));
    if (text !== this.texts.get(id)) this.redraw.fire(node);
  }
}
