import * as vscode from 'vscode';
import { copyText } from './copyText';
import type { Services } from './services';
import { targets } from './targets';

export async function copyInstanceId(services: Services, args: readonly unknown[]): Promise<void> {
  const placeholder = vscode.l10n.t('Select an instance to copy its ID');
  const { rows } = await targets(services, args, () => true, placeholder);
  await copyText(rows.map((row) => row.instance.id).join('\n'));
}
