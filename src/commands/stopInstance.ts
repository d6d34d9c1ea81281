import * as vscode from 'vscode';
import { changeInstances } from './changeInstances';
import type { Services } from './services';

export async function stopInstance(services: Services, args: readonly unknown[]): Promise<void> {
  await changeInstances(services, args, {
    kind: 'stop',
    placeholder: vscode.l10n.t('Select an instance to stop'),
    question: (names) => ({
      message: vscode.l10n.t('Stop {0}?', names),
      detail: [
        vscode.l10n.t(
          'Everything running on it ends. It may still be billed while it’s stopped, and its GPU may not be available when you start it again.',
        ),
      ],
      button: vscode.l10n.t('Stop'),
    }),
  });
}
