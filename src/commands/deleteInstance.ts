import * as vscode from 'vscode';
import { plainText } from '../base/text';
import { deleteLoss } from '../views/lossText';
import { changeInstances } from './changeInstances';
import type { Services } from './services';

/** Always asks, whoever called it. */
export async function deleteInstance(services: Services, args: readonly unknown[]): Promise<void> {
  await changeInstances(services, args, {
    kind: 'delete',
    placeholder: vscode.l10n.t('Select an instance to delete permanently'),
    alwaysAsks: true,
    question: (names, rows) => ({
      message: vscode.l10n.t('Delete {0} permanently?', names),
      detail: [
        deleteLoss(),
        ...rows.map(({ instance }) => `${plainText(instance.name)} (${plainText(instance.id)})`),
      ],
      button: vscode.l10n.t('Delete'),
    }),
  });
}
