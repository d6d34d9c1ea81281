import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import { plainText } from '../../base/text';
import type { InstanceStore } from '../../instances/store';
import { showError } from '../../vscode/messages';

export interface SessionNoticesOptions {
  readonly store: Pick<InstanceStore, 'status' | 'onDidChange'>;
  /** The account's name, if there are several. */
  readonly nameIfSeveral: () => string | undefined;
  readonly log: vscode.LogOutputChannel;
}

/** Says once that an account's token is refused. */
export function followSession({ store, nameIfSeveral, log }: SessionNoticesOptions): Disposable {
  let refused: string | undefined;
  return store.onDidChange(() => {
    const { failure, accountId } = store.status;
    if (failure?.code !== 'unauthorized') {
      refused = undefined;
      return;
    }
    if (refused === accountId) return;
    refused = accountId;
    const name = nameIfSeveral();
    const message = name === undefined ? failure.message : `${plainText(name, 60)}: ${failure.message}`;
    showError(log, message, {
      title: vscode.l10n.t('Sign In Again'),
      run: async () => vscode.commands.executeCommand('tensordock.signIn'),
    });
  });
}
