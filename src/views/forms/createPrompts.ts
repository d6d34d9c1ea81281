import * as vscode from 'vscode';
import type { CreateRequest } from '../../api/types';
import { shellKind } from '../../base/shellQuote';
import { confirm, showInStatusBar } from '../../vscode/messages';
import { askText } from '../../vscode/prompts';
import type { Draft } from '../webview/shared/protocol';
import type { Presets } from './presets';
import { asCurl, asJson } from './requestText';

/** Asks for a name and saves the draft as a preset. */
export async function savePreset(presets: Presets, draft: Draft): Promise<void> {
  const name = await askText({
    title: vscode.l10n.t('Save as Preset'),
    prompt: vscode.l10n.t('Enter a name for the preset. Passwords aren’t saved.'),
    value: draft.name,
    validate: (text) => (text.trim() === '' ? vscode.l10n.t('Enter a name.') : undefined),
  });
  if (name !== undefined) await presets.save(name.trim(), draft);
}

/** Deletes a preset after asking. */
export async function deletePreset(presets: Presets, name: string): Promise<void> {
  const confirmed = await confirm(vscode.l10n.t('Delete the preset {0}?', name), '', vscode.l10n.t('Delete'));
  if (confirmed) await presets.delete(name);
}

/** Asks whether to create another instance although an earlier create may have succeeded. */
export function confirmCreateAnother(): Promise<boolean> {
  return confirm(
    vscode.l10n.t('Create another instance?'),
    vscode.l10n.t(
      'The earlier request may have succeeded. If it did, you’ll have two instances, and both are billed.',
    ),
    vscode.l10n.t('Create Another'),
  );
}

/** Copies the request for scripts, without the token. */
export async function copyRequest(
  request: CreateRequest,
  format: 'json' | 'curl',
  origin: string,
): Promise<void> {
  const text = format === 'json' ? asJson(request) : asCurl(request, origin, shellKind(vscode.env.shell));
  await vscode.env.clipboard.writeText(text);
  showInStatusBar(vscode.l10n.t('Copied without your token'));
}
