import * as vscode from 'vscode';
import { changeInstances } from './changeInstances';
import type { Services } from './services';

export async function startWhenAvailable(services: Services, args: readonly unknown[]): Promise<void> {
  await changeInstances(services, args, {
    kind: 'startWhenAvailable',
    placeholder: vscode.l10n.t('Select an instance to start when a GPU is available'),
  });
}
