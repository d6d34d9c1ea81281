import * as vscode from 'vscode';
import type { LazyForms } from '../views/forms/lazyForms';
import { allows } from '../views/presentation';
import type { Services } from './services';
import { target } from './targets';

export async function modifyInstance(
  services: Services,
  forms: LazyForms,
  args: readonly unknown[],
): Promise<void> {
  const placeholder = vscode.l10n.t('Select an instance to modify');
  const { row } = await target(services, args, (candidate) => allows(candidate, 'modify'), placeholder);
  await forms.openModify(row.instance.id);
}
