import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import type { Session } from '../../instances/session';
import type { InstanceStore } from '../../instances/store';
import { errorText, showError } from '../../vscode/messages';

export interface SessionNoticesOptions {
  readonly session: Pick<Session, 'onDidFail'>;
  readonly store: Pick<InstanceStore, 'status' | 'onDidChange'>;
  readonly log: vscode.LogOutputChannel;
}

/** Says once for each account that its token is refused, and why it can't be found out who is signed in. */
export function followSession({ session, store, log }: SessionNoticesOptions): Disposable[] {
  let refused: string | undefined;
  return [
    session.onDidFail((error) => showError(log, errorText(error))),
    store.onDidChange(() => {
      const { failure, accountId } = store.status;
      if (failure?.code !== 'unauthorized') {
        refused = undefined;
        return;
      }
      if (refused === accountId) return;
      refused = accountId;
      showError(log, failure.message, {
        title: vscode.l10n.t('Sign In Again'),
        run: async () => vscode.commands.executeCommand('tensordock.signIn'),
      });
    }),
  ];
}
