import * as vscode from 'vscode';
import { commandIds } from './commands/ids';
// Only the type: the code of main.js is loaded when it's first needed.
import type { Main } from './main';
import type { TensorDockExtension } from './publicApi';
import type { ActivityNode, TreeNode } from './views/tree/nodes';

/** A tree before main.js is loaded: it has no rows yet, and loads main.js when it's first shown. */
class LazyTree<Node> implements vscode.TreeDataProvider<Node> {
  private readonly redraw = new vscode.EventEmitter<Node | Node[] | undefined>();
  readonly onDidChangeTreeData = this.redraw.event;

  constructor(private readonly load: () => Promise<vscode.TreeDataProvider<Node>>) {}

  fire(nodes: Node | Node[] | undefined): void {
    this.redraw.fire(nodes);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    return (await (await this.load()).getChildren(node)) ?? [];
  }

  async getTreeItem(node: Node): Promise<vscode.TreeItem> {
    return (await this.load()).getTreeItem(node);
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    node: Node,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    return (await (await this.load()).resolveTreeItem?.(item, node, token)) ?? item;
  }

  async getParent(node: Node): Promise<Node | undefined> {
    return (await (await this.load()).getParent?.(node)) ?? undefined;
  }

  dispose(): void {
    this.redraw.dispose();
  }
}

/** In global state: whether new windows load main.js at once, before anybody opens the view. */
const wakeUp = 'wakeUp';

let main: Promise<Main> | undefined;

/** Registers what the manifest promises. Awaits nothing; the rest is loaded when it's first needed. */
export function activate(context: vscode.ExtensionContext): TensorDockExtension {
  const changes = new vscode.EventEmitter<readonly string[]>();
  const load = (): Promise<Main> =>
    (main ??= import('./main.js').then(({ start }) =>
      start({
        context,
        treeView,
        activityView,
        redraw: (nodes) => tree.fire(nodes),
        redrawActivity: (nodes) => activity.fire(nodes),
        changes,
        setWakeUp: (needed) => context.globalState.update(wakeUp, needed),
      }),
    ));
  const tree = new LazyTree<TreeNode>(async () => (await load()).tree);
  const activity = new LazyTree<ActivityNode>(async () => (await load()).activity);
  const treeView = vscode.window.createTreeView('tensordock.instances', {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const activityView = vscode.window.createTreeView('tensordock.activity', { treeDataProvider: activity });
  context.subscriptions.push(
    changes,
    tree,
    treeView,
    activity,
    activityView,
    ...commandIds.map((id) =>
      vscode.commands.registerCommand(id, async (...args: unknown[]) => (await load()).run(id, args)),
    ),
    // VS Code activates the extension for a panel from before a reload, and needs these at once.
    ...['tensordock.create', 'tensordock.modify', 'tensordock.costs'].map((viewType) =>
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel, state: unknown) =>
          (await load()).restorePanel(viewType, panel, state),
      }),
    ),
  );
  if (context.globalState.get(wakeUp) === true) void load();
  return {
    onDidChangeInstances: changes.event,
    getInstances: async () => (await load()).instances(),
  };
}

/** VS Code waits for this before it stops the extension host, so everything is written. */
export async function deactivate(): Promise<void> {
  const loaded = await main;
  main = undefined;
  await loaded?.dispose();
}
