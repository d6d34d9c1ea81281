import * as vscode from 'vscode';
import { groupKeys, type GroupKey } from '../views/tree/arrangement';
import { pickArrangement } from './pickArrangement';
import type { Services } from './services';

export async function groupInstances({ arrangement }: Services): Promise<void> {
  const labels: Record<GroupKey, string> = {
    none: vscode.l10n.t('No groups'),
    state: vscode.l10n.t('State'),
    gpu: vscode.l10n.t('GPU'),
    location: vscode.l10n.t('Location'),
  };
  const placeHolder = vscode.l10n.t('Select how to group instances');
  const group = await pickArrangement(groupKeys, labels, arrangement.get().group, placeHolder);
  await arrangement.set({ ...arrangement.get(), group });
}
