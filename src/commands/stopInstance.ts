import * as vscode from 'vscode';
import { stopLoss } from '../views/lossText';
import { changeInstances } from './changeInstances';
import type { Services } from './services';

export async function stopInstance(services: Services, args: readonly unknown[]): Promise<void> {
  await changeInstances(services, args, {
    kind: 'stop',
    placeholder: vscode.l10n.t('Select an instance to stop'),
    question: (names) => ({
      message: vscode.l10n.t('Stop {0}?', names),
      detail: [stopLoss()],
      button: vscode.l10n.t('Stop'),
    }),
  });
}
