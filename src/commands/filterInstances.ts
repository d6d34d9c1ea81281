import * as vscode from 'vscode';
import { askTextLive } from '../vscode/prompts';
import type { Services } from './services';

/** Filters the rows while the person types. Escape restores the previous filter. */
export async function filterInstances({ arrangement }: Services): Promise<void> {
  const { filter: before } = arrangement.get();
  const apply = (filter: string): Promise<void> => arrangement.set({ ...arrangement.get(), filter });
  const accepted = await askTextLive({
    title: vscode.l10n.t('Filter Instances'),
    placeHolder: vscode.l10n.t('Name, state, GPU, address, image, or ID. Leave empty to show all.'),
    value: before,
    onDidChange: (text) => void apply(text),
  });
  await apply(accepted ?? before);
}
