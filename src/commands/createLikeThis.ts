import * as vscode from 'vscode';
import type { Forms } from '../views/forms/forms';
import type { Services } from './services';
import { target } from './targets';

/**
 * Opens the create form, filled in with the details of an instance. `{ elsewhere: true }` as the second argument leaves
 * the location open.
 */
export async function createLikeThis(
  services: Services,
  forms: Forms,
  args: readonly unknown[],
): Promise<void> {
  const placeholder = vscode.l10n.t('Select an instance to copy');
  const { row } = await target(services, args, () => true, placeholder);
  await services.store.refreshOne(row.instance.id);
  const [, options] = args;
  const elsewhere =
    typeof options === 'object' && options !== null && 'elsewhere' in options && options.elsewhere === true;
  forms.openCreate({ like: row.instance.id, elsewhere });
}
