import * as vscode from 'vscode';
import { askDeadline } from './askDeadline';
import { changeInstances } from './changeInstances';
import type { Services } from './services';

/** Tries to start instances until a time that the person picks. A program that asks for no questions waits 24 hours. */
export async function startWhenAvailable(services: Services, args: readonly unknown[]): Promise<void> {
  await changeInstances(services, args, {
    kind: 'startWhenAvailable',
    placeholder: vscode.l10n.t('Select an instance to start when a GPU is available'),
    deadline: async () =>
      askDeadline(services.clock, vscode.l10n.t('How long do you want to wait for a GPU?')),
  });
}
