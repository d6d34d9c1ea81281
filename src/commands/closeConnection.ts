import * as vscode from 'vscode';
import type { Services } from './services';

/** Closes this window's connection to an instance, which goes on running. */
export async function closeConnection(services: Services): Promise<void> {
  if ((await services.connected()).kind === 'no') {
    throw new Error(vscode.l10n.t('This window isn’t connected to an instance.'));
  }
  await vscode.commands.executeCommand('workbench.action.remote.close');
}
