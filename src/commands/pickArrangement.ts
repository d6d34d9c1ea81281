import * as vscode from 'vscode';
import type { Arrangement } from '../views/tree/arrangement';
import { pick } from '../vscode/prompts';
import type { Services } from './services';

/** Lets the person pick how instances are sorted or grouped. Throws `CancellationError`. */
export async function pickArrangement<Field extends 'sort' | 'group'>(
  { arrangement }: Pick<Services, 'arrangement'>,
  field: Field,
  keys: readonly Arrangement[Field][],
  labels: Readonly<Record<Arrangement[Field], string>>,
  placeHolder: string,
): Promise<void> {
  const current = arrangement.get()[field];
  const items = keys.map((key) => ({
    key,
    label: labels[key],
    description: key === current ? vscode.l10n.t('current') : undefined,
  }));
  const picked = await pick(items, { placeHolder });
  if (!picked) throw new vscode.CancellationError();
  await arrangement.set({ ...arrangement.get(), [field]: picked.key });
}
