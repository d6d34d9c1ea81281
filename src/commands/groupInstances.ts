import * as vscode from 'vscode';
import { groupKeys } from '../views/tree/arrangement';
import { pickArrangement } from './pickArrangement';
import type { Services } from './services';

export async function groupInstances(services: Services): Promise<void> {
  const labels = {
    none: vscode.l10n.t('No groups'),
    state: vscode.l10n.t('State'),
    gpu: vscode.l10n.t('GPU'),
    location: vscode.l10n.t('Location'),
  };
  const placeHolder = vscode.l10n.t('Select how to group instances');
  await pickArrangement(services, 'group', groupKeys, labels, placeHolder);
}
