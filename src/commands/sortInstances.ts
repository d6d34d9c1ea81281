import * as vscode from 'vscode';
import { sortKeys } from '../views/tree/arrangement';
import { pickArrangement } from './pickArrangement';
import type { Services } from './services';

export async function sortInstances(services: Services): Promise<void> {
  const labels = {
    listed: vscode.l10n.t('TensorDock’s order'),
    name: vscode.l10n.t('Name'),
    state: vscode.l10n.t('State'),
    gpu: vscode.l10n.t('GPU'),
    rate: vscode.l10n.t('Rate (highest first)'),
  };
  const placeHolder = vscode.l10n.t('Select how to sort instances');
  await pickArrangement(services, 'sort', sortKeys, labels, placeHolder);
}
