import * as vscode from 'vscode';
import type { InstanceStore } from '../instances/store';
import { errorText, isCancelled, ReportedError, showError, withAnswerCheck } from '../vscode/messages';
import { choicesAfter } from './deadEnd';
import type { CommandHandler } from './services';

export interface CommandRunnerOptions {
  readonly log: vscode.LogOutputChannel;
  readonly store: Pick<InstanceStore, 'status'>;
}

/**
 * Runs a command. A program, which passes an instance ID, gets the error itself, or `CancellationError`. A person gets
 * it as a message, and the command resolves with `undefined`, because VS Code shows its own dialog for a palette
 * command that rejects, even if it was canceled.
 *
 * A question asked under one account is never answered under another: if the account changes in the meantime, the
 * command ends with an error. `changesAccount` is for the commands that sign in and out.
 */
export async function runCommand(
  { log, store }: CommandRunnerOptions,
  args: readonly unknown[],
  handler: CommandHandler,
  { changesAccount = false }: { readonly changesAccount?: boolean } = {},
): Promise<unknown> {
  const { accountId } = store.status;
  const check = (): void => {
    if (changesAccount || store.status.accountId === accountId) return;
    throw new Error(vscode.l10n.t('The account was switched, so nothing was done. Run the command again.'));
  };
  try {
    return await withAnswerCheck(check, () => handler(...args));
  } catch (error) {
    const cancelled = isCancelled(error);
    if (typeof args[0] === 'string') throw cancelled ? new vscode.CancellationError() : error;
    if (!cancelled && !(error instanceof ReportedError)) {
      showError(log, errorText(error), ...choicesAfter(error));
    }
    return undefined;
  }
}
