import * as vscode from 'vscode';
import type { LedgerOfAll } from '../cost/ledgerOfAll';
import { keyOf } from '../cost/period';
import { showInformation } from '../vscode/messages';
import { askWhereToSave } from '../vscode/prompts';
import { signedInAccount, type Services } from './services';

/** Saves all known costs of all accounts as a CSV file. Throws if there are none, or the file can't be written. */
export async function exportCosts(services: Services, ledger: LedgerOfAll): Promise<void> {
  signedInAccount(services);
  if (ledger.since === undefined) {
    throw new Error(vscode.l10n.t('No costs were observed yet, so there is nothing to export.'));
  }
  const now = services.clock.now();
  const target = await askWhereToSave({
    title: vscode.l10n.t('Export Costs'),
    fileName: `tensordock-costs-${keyOf(now, 'day')}.csv`,
    kind: vscode.l10n.t('Comma-separated values'),
    extension: 'csv',
  });
  if (!target) throw new vscode.CancellationError();
  const { costsAsCsv } = await import('../cost/csv');
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(costsAsCsv(ledger, now)));
  showInformation(vscode.l10n.t('Your costs were exported.'), {
    title: vscode.l10n.t('Open File'),
    run: async () => vscode.commands.executeCommand('vscode.open', target),
  });
}
