import * as vscode from 'vscode';
import { allows } from '../views/presentation';
import type { Forms } from '../views/forms/forms';
import { keyCommands } from './manageKeys';
import type { CommandHandler, Services } from './services';
import { target } from './targets';

export function formCommands(services: Services, forms: Forms): Record<string, CommandHandler> {
  const signedIn = (): void => {
    if (services.store.status.accountId === undefined) {
      throw new Error(vscode.l10n.t('Not signed in to TensorDock. Sign in first.'));
    }
  };
  return {
    ...keyCommands(services),
    'tensordock.createInstance': async () => {
      signedIn();
      forms.openCreate();
    },
    'tensordock.createLikeThis': async (...args) => {
      const placeholder = vscode.l10n.t('Which instance is the new one to be like?');
      const { row } = await target(services, args, () => true, placeholder);
      await services.store.refreshOne(row.instance.id);
      forms.openCreate({ like: row.instance.id });
    },
    'tensordock.modifyInstance': async (...args) => {
      const placeholder = vscode.l10n.t('Which instance is to be changed?');
      const { row } = await target(services, args, (candidate) => allows(candidate, 'modify'), placeholder);
      forms.openModify(row.instance.id);
    },
  };
}
