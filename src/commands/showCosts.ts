import * as vscode from 'vscode';
import { costReport, toMarkdown } from '../cost/report';
import type { CostParts } from './costParts';
import type { Services } from './services';

const costsScheme = 'tensordock';
const costsUri = (): vscode.Uri => vscode.Uri.from({ scheme: costsScheme, path: 'Costs.md' });

/** The report as a read-only document, updated whenever the costs change. */
export function costDocument(services: Services, { ledger }: CostParts): vscode.Disposable {
  const changes = new vscode.EventEmitter<vscode.Uri>();
  const listener = ledger.onDidChange(() => changes.fire(costsUri()));
  const registration = vscode.workspace.registerTextDocumentContentProvider(costsScheme, {
    onDidChange: changes.event,
    provideTextDocumentContent: () =>
      toMarkdown(costReport(ledger, services.store.rows(), services.clock.now())),
  });
  return vscode.Disposable.from(changes, listener, registration);
}

/** Opens the report. */
export async function showCosts(): Promise<void> {
  await vscode.commands.executeCommand('markdown.showPreview', costsUri());
}
