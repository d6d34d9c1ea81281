import * as vscode from 'vscode';
import { changeInstances } from './changeInstances';
import type { Services } from './services';

export async function restartInstance(services: Services, args: readonly unknown[]): Promise<void> {
  await changeInstances(services, args, {
    kind: 'restart',
    placeholder: vscode.l10n.t('Select an instance to restart'),
    question: (names) => ({
      message: vscode.l10n.t('Restart {0}?', names),
      detail: [
        vscode.l10n.t(
          'TensorDock has no restart, so the instance is stopped and started again. Someone else may take its GPU in between, and its address and ports may change.',
        ),
      ],
      button: vscode.l10n.t('Restart'),
    }),
  });
}
