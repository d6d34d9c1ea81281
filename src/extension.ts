import * as vscode from 'vscode';
import { agentOptions, registerAgents } from './agentEntry';
import { commandIds } from './commands/ids';
// Only the type: the code of main.js is loaded when it's first needed.
import type { Main } from './main';
import type { TensorDockExtension } from './publicApi';
import type { TreeNode } from './views/tree/nodes';

/** The tree before main.js is loaded: it has no rows yet, and loads main.js when it's first shown. */
class LazyTree implements vscode.TreeDataProvider<TreeNode> {
  private readonly redraw = new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>();
  readonly onDidChangeTreeData = this.redraw.event;

  constructor(private readonly load: () => Promise<vscode.TreeDataProvider<TreeNode>>) {}

  fire(nodes: TreeNode | TreeNode[] | undefined): void {
    this.redraw.fire(nodes);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    return (await (await this.load()).getChildren(node)) ?? [];
  }

  async getTreeItem(node: TreeNode): Promise<vscode.TreeItem> {
    return (await this.load()).getTreeItem(node);
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    node: TreeNode,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    return (await (await this.load()).resolveTreeItem?.(item, node, token)) ?? item;
  }

  async getParent(node: TreeNode): Promise<TreeNode | undefined> {
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
        redraw: (nodes) => tree.fire(nodes),
        changes,
        setWakeUp: async (needed) => {
          if (context.globalState.get(wakeUp) !== needed) await context.globalState.update(wakeUp, needed);
        },
        ...agentOptions(context),
      }),
    ));
  const tree = new LazyTree(async () => (await load()).tree);
  const treeView = vscode.window.createTreeView('tensordock.instances', {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  context.subscriptions.push(
    changes,
    tree,
    treeView,
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
    vscode.window.registerUriHandler({ handleUri: async (uri) => (await load()).openLink(uri) }),
    ...registerAgents(context, load),
  );
  if (context.globalState.get(wakeUp) === true) {
    // VS Code activates one extension after the other, and none of them has to wait for this.
    const soon = setImmediate(() => void load());
    context.subscriptions.push({ dispose: () => clearImmediate(soon) });
  }
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
