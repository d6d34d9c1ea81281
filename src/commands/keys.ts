import * as vscode from 'vscode';
import { delay } from '../base/clock';
import type { InstanceRow } from '../instances/store';
import type { TreeNode } from '../views/tree/nodes';
import { ownValue } from '../vscode/ownValue';
import type { CommandHandler, Services } from './services';

/** How long a tree that is drawn anew may take to know its rows again. Milliseconds. */
const redrawnMs = 2_000;
const lookAgainMs = 20;

/**
 * Lets a key of the tree run a command on the focused row, if it fits. VS Code tells an extension what is selected, not
 * what is focused, so the keybinding runs `list.select` first. That also expands or collapses the row, which is what the
 * key does to any other row, and is undone here.
 */
export function withKey(
  services: Pick<Services, 'store' | 'treeView' | 'clock'>,
  fits: (row: InstanceRow) => boolean,
  handler: CommandHandler,
): CommandHandler {
  return async (...args) => {
    if (!isFromKey(args[0])) return handler(...args);
    const [node, ...others] = await selected(services);
    const row = node?.kind === 'instance' && others.length === 0 ? services.store.row(node.id) : undefined;
    if (!row || !fits(row)) return undefined;
    if (ownValue('workbench.tree', 'expandMode') !== 'doubleClick') {
      await vscode.commands.executeCommand('list.toggleExpand');
    }
    return handler(node);
  };
}

/** What the key selected. While the tree is drawn anew, VS Code knows none of its rows for a moment. */
async function selected({
  treeView,
  clock,
}: Pick<Services, 'treeView' | 'clock'>): Promise<readonly TreeNode[]> {
  for (let waited = 0; treeView.selection.length === 0 && waited < redrawnMs; waited += lookAgainMs) {
    await delay(clock, lookAgainMs);
  }
  return treeView.selection;
}

/** Whether the argument is the one that our keybindings pass. */
function isFromKey(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'fromKey' in argument;
}
