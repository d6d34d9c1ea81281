import * as vscode from 'vscode';
// The type only: the code of main.js is loaded when it is first needed.
import type { Main } from './main';
import type { TreeNode } from './views/tree/nodes';

/** What other extensions and tests get; never the token. */
export interface TensorDockExtension {
  /** Ids of instances that were added, removed or changed. */
  readonly onDidChangeInstances: vscode.Event<readonly string[]>;
  /** The instances as last known, without asking the service. */
  getInstances(): Promise<readonly PublicInstance[]>;
}

/** An instance as other extensions see it. */
export interface PublicInstance {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly ipAddress?: string;
  readonly rateHourly?: number;
}

/** The tree before main.js is there: it has no rows yet, and asks for main.js when it is first shown. */
class LazyTree implements vscode.TreeDataProvider<TreeNode> {
  private readonly redraw = new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>();
  readonly onDidChangeTreeData = this.redraw.event;

  constructor(private readonly load: () => Promise<Main>) {}

  fire(nodes: TreeNode | TreeNode[] | undefined): void {
    this.redraw.fire(nodes);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    return (await this.load()).tree.getChildren(node);
  }

  async getTreeItem(node: TreeNode): Promise<vscode.TreeItem> {
    return (await this.load()).tree.getTreeItem(node);
  }

  async resolveTreeItem(item: vscode.TreeItem, node: TreeNode): Promise<vscode.TreeItem> {
    return (await this.load()).tree.resolveTreeItem(item, node);
  }

  async getParent(node: TreeNode): Promise<TreeNode | undefined> {
    return (await this.load()).tree.getParent(node);
  }
}

/** Registers what the manifest promises. Awaits nothing; the rest is loaded on first need. */
export function activate(context: vscode.ExtensionContext): TensorDockExtension {
  let main: Promise<Main> | undefined;
  const changes = new vscode.EventEmitter<readonly string[]>();
  const load = (): Promise<Main> =>
    (main ??= import('./main.js').then(({ start }) =>
      start({ context, treeView, redraw: (nodes) => tree.fire(nodes), changes }),
    ));
  const tree = new LazyTree(load);
  const treeView = vscode.window.createTreeView('tensordock.instances', {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  context.subscriptions.push(
    changes,
    treeView,
    ...commandIds(context).map((id) =>
      vscode.commands.registerCommand(id, async (...args: unknown[]) => (await load()).run(id, args)),
    ),
    // Here, since VS Code activates us for a panel of before a reload and then looks for these.
    ...['tensordock.create', 'tensordock.modify'].map((viewType) =>
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel, state: unknown) =>
          (await load()).restorePanel(viewType, panel, state),
      }),
    ),
    { dispose: () => void main?.then((loaded) => loaded.dispose()) },
  );
  // Set while something of this person runs or is under way, so that windows that show nothing look after it too.
  if (context.globalState.get('wakeUp') === true) void load();
  return {
    onDidChangeInstances: changes.event,
    getInstances: async () => (await load()).instances(),
  };
}

/** The manifest is where the ids are decided. */
function commandIds(context: vscode.ExtensionContext): readonly string[] {
  const manifest: unknown = context.extension.packageJSON;
  return (manifest as Manifest).contributes.commands.map(({ command }) => command);
}

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}
