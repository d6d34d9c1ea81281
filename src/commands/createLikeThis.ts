import * as vscode from 'vscode';
import type { Forms } from '../views/forms/forms';
import type { Services } from './services';
import { target } from './targets';

/** Opens the create form, filled in with the details of an instance. */
export async function createLikeThis(
  services: Services,
  forms: Forms,
  args: readonly unknown[],
): Promise<void> {
  const placeholder = vscode.l10n.t('Select an instance to copy');
  const { row } = await target(services, args, () => true, placeholder);
  await services.store.refreshOne(row.instance.id);
  forms.openCreate({ like: row.instance.id });
}
