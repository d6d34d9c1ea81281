import * as vscode from 'vscode';
import { pick } from '../vscode/prompts';
import { askDeadline } from './askDeadline';
import { changeInstances } from './changeInstances';
import type { Services } from './services';

const hourMs = 3_600_000;

/** Tries to start instances until a time that the person picks. A program that asks for no questions waits 24 hours. */
export async function startWhenAvailable(services: Services, args: readonly unknown[]): Promise<void> {
  await changeInstances(services, args, {
    kind: 'startWhenAvailable',
    placeholder: vscode.l10n.t('Select an instance to start when a GPU is available'),
    wait: async () => ({
      until: await askDeadline(services.clock, vscode.l10n.t('How long do you want to wait for a GPU?')),
      stopIfUnusedMs: await askStopIfUnused(),
    }),
  });
}

/** It may start at night. Throws `CancellationError` if nothing is picked. */
async function askStopIfUnused(): Promise<number | undefined> {
  const choices = [
    { label: vscode.l10n.t('Keep it running'), hours: undefined },
    ...[1, 2, 4, 8].map((hours) => ({
      label:
        hours === 1
          ? vscode.l10n.t('Stop it 1 hour after it started')
          : vscode.l10n.t('Stop it {0} hours after it started', hours),
      hours,
    })),
  ];
  const picked = await pick(choices, {
    placeHolder: vscode.l10n.t('What if nobody connects after it starts?'),
  });
  if (!picked) throw new vscode.CancellationError();
  return picked.hours && picked.hours * hourMs;
}
