import * as vscode from 'vscode';
import { setContextKey } from '../views/contextKeys';
import type { Services } from './services';

/** Opens our walkthrough in the Welcome editor. */
export async function openWalkthrough({ context, store }: Services): Promise<void> {
  await vscode.commands.executeCommand(
    'workbench.action.openWalkthrough',
    `${context.extension.id}#start`,
    false,
  );
  // VS Code ticks a step for a context key that changes, not for one that it finds set.
  if (store.status.accountId !== undefined) setContextKey('walkthrough', 'signedIn');
}
