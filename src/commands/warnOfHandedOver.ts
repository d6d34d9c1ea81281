import * as vscode from 'vscode';
import { plainText } from '../base/text';
import type { HandedOver } from '../ssh/connect/handedOver';
import { showWarning } from '../vscode/messages';
import type { Services } from './services';

const key = 'ssh.warnedOfHandedOver';

/** Warns once about what the person's own SSH configuration gives every instance, and how to keep it back. */
export async function warnOfHandedOver({ context, log }: Services, given: HandedOver): Promise<void> {
  const variables = [...given.sentVariables, ...given.setVariables];
  const parts = [
    ...(given.remoteForwards.length > 0
      ? [vscode.l10n.t('remote port forwards ({0})', plainText(given.remoteForwards.join(', '), 120))]
      : []),
    ...(given.localForwards.length > 0
      ? [vscode.l10n.t('local port forwards ({0})', plainText(given.localForwards.join(', '), 120))]
      : []),
    ...(variables.length > 0
      ? [vscode.l10n.t('environment variables ({0})', plainText(variables.join(', '), 120))]
      : []),
  ];
  const text = parts.join(', ');
  if (text === '' || context.globalState.get(key) === text) return;
  await context.globalState.update(key, text);
  const warning = vscode.l10n.t(
    'Your SSH configuration gives every host, including your instances: {0}. To exclude instances, change “Host *” to “Host * !td-*” there.',
    text,
  );
  log.warn(warning);
  showWarning(warning);
}
