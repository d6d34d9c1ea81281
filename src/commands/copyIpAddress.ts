import * as vscode from 'vscode';
import { copyText } from './copyText';
import type { Services } from './services';
import { hasAddress, targets } from './targets';

export async function copyIpAddress(services: Services, args: readonly unknown[]): Promise<void> {
  const placeholder = vscode.l10n.t('Select an instance to copy its address');
  const { rows } = await targets(services, args, hasAddress, placeholder);
  await copyText(rows.map((row) => row.instance.ipAddress ?? '').join('\n'));
}
