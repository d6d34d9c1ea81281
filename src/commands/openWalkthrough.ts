import * as vscode from 'vscode';
import type { Services } from './services';

/** Opens our walkthrough in the Welcome editor. */
export async function openWalkthrough({ context }: Services): Promise<void> {
  await vscode.commands.executeCommand(
    'workbench.action.openWalkthrough',
    `${context.extension.id}#start`,
    false,
  );
}
