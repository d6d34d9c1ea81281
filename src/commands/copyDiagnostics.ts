import * as vscode from 'vscode';
import { errorText, showInStatusBar } from '../vscode/messages';
import type { Services } from './services';

/** Copies what a bug report needs, and nothing that names a person, an instance, or a token. */
export async function copyDiagnostics(services: Services): Promise<string> {
  const { status } = services.store;
  const states = new Map<string, number>();
  for (const { state } of services.store.rows()) states.set(state, (states.get(state) ?? 0) + 1);
  const ssh = await services.ssh.programs().then((programs) => programs.ssh, errorText);
  const { failure } = status;
  const lines = [
    `TensorDock extension ${services.context.extension.id} ${versionOf(services)}`,
    `VS Code ${vscode.version} (${vscode.env.appName}, ${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'}, remote: ${vscode.env.remoteName ?? 'none'})`,
    `Platform: ${process.platform} ${process.arch}, Node ${process.version}`,
    `Service: ${new URL(services.settings.origin).host}`,
    `Signed in: ${status.accountId === undefined ? 'no' : 'yes'}`,
    `Instances: ${services.store.rows().length} (${[...states].map(([state, count]) => `${state} ${count}`).join(', ')})`,
    `Last list: ${status.listedAt === 0 ? 'never' : new Date(status.listedAt).toISOString()}`,
    `Failure: ${failure ? `${failure.code}, ${failure.count} times since ${new Date(failure.since).toISOString()}` : 'none'}`,
    `Operations: ${
      services.operations
        .pending()
        .map((record) => `${record.kind} at ${record.step}`)
        .join(', ') || 'none'
    }`,
    `ssh: ${ssh}`,
    `Log level: ${services.log.logLevel}`,
  ];
  const text = lines.join('\n');
  await vscode.env.clipboard.writeText(text);
  showInStatusBar(vscode.l10n.t('Diagnostics copied'));
  return text;
}

function versionOf(services: Services): string {
  const manifest: unknown = services.context.extension.packageJSON;
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
