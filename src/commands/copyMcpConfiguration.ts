import * as vscode from 'vscode';
import { showInStatusBar } from '../vscode/messages';
import type { Services } from './services';

/** Copies the entry for the configuration file of an agent that takes MCP servers. It has no token. */
export async function copyMcpConfiguration({ mcpConfiguration }: Services): Promise<void> {
  await vscode.env.clipboard.writeText(await mcpConfiguration());
  showInStatusBar(vscode.l10n.t('Copied the MCP configuration'));
}
