import * as vscode from 'vscode';
import { askHowToStart } from './askHowToStart';
import { changeInstances } from './changeInstances';
import type { Services } from './services';

export async function startInstance(services: Services, args: readonly unknown[]): Promise<void> {
  await changeInstances(services, args, {
    kind: 'start',
    placeholder: vscode.l10n.t('Select an instance to start'),
    offer: async (row) => askHowToStart(row, vscode.l10n.t('Start')),
  });
}
