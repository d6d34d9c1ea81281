import * as vscode from 'vscode';
import type { InstanceRow } from '../instances/store';
import { ownValue } from '../vscode/ownValue';
import type { CommandHandler, Services } from './services';

/**
 * Lets a key of the tree run a command on the focused row, if it fits. VS Code tells an extension what is selected, not
 * what is focused, so the keybinding runs `list.select` first. That also expands or collapses the row, which is what the
 * key does to any other row, and is undone here.
 */
export function withKey(
  { store, treeView }: Pick<Services, 'store' | 'treeView'>,
  fits: (row: InstanceRow) => boolean,
  handler: CommandHandler,
): CommandHandler {
  return async (...args) => {
    if (!isFromKey(args[0])) return handler(...args);
    const [node, ...others] = treeView.selection;
    const row = node?.kind === 'instance' && others.length === 0 ? store.row(node.id) : undefined;
    if (!row || !fits(row)) return undefined;
    if (ownValue('workbench.tree', 'expandMode') !== 'doubleClick') {
      await vscode.commands.executeCommand('list.toggleExpand');
    }
    return handler(node);
  };
}

/** Whether the argument is the one that our keybindings pass. */
function isFromKey(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'fromKey' in argument;
}
