import * as l10n from '@vscode/l10n';
import type { OperationKind } from './journal';

/** What an operation does, in words that fit into a sentence. */
export function kindName(kind: OperationKind): string {
  switch (kind) {
    case 'start':
      return l10n.t('start');
    case 'stop':
      return l10n.t('stop');
    case 'restart':
      return l10n.t('restart');
    case 'delete':
      return l10n.t('delete');
    case 'create':
      return l10n.t('create');
    case 'modify':
      return l10n.t('modify');
    case 'startWhenAvailable':
      return l10n.t('start when available');
  }
}
