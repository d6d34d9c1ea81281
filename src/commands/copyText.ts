import * as vscode from 'vscode';
import { showInStatusBar } from '../vscode/messages';

/** Copies a text and shows in the status bar what was copied. */
export async function copyText(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  const shown = text.includes('\n') ? vscode.l10n.t('{0} lines', text.split('\n').length) : text;
  showInStatusBar(vscode.l10n.t('Copied {0}', shown));
}
