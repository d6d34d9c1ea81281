import * as vscode from 'vscode';

/** What a stop ends, for the question before it. */
export function stopLoss(): string {
  return vscode.l10n.t(
    'Everything running on it ends. It may still be billed while it’s stopped, and its GPU may not be available when you start it again.',
  );
}

/** What a deletion loses, for the question before it. */
export function deleteLoss(): string {
  return vscode.l10n.t(
    'The instance and its disk are deleted. Everything stored on it is lost and can’t be recovered. Billing for it ends once it’s deleted.',
  );
}

/** That a change cuts off another window. */
export function otherWindowLoss(): string {
  return vscode.l10n.t('Another window is connected to it and will lose its connection.');
}
