import * as vscode from 'vscode';
import type { Forms } from '../views/forms/forms';
import type { Services } from './services';
import { allowing, target } from './targets';

export async function modifyInstance(
  services: Services,
  forms: Forms,
  args: readonly unknown[],
): Promise<void> {
  const placeholder = vscode.l10n.t('Select an instance to modify');
  const { row } = await target(services, args, allowing(services, 'modify'), placeholder);
  forms.openModify(row.instance.id);
}
