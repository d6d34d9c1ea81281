import * as vscode from 'vscode';
import { pick } from '../vscode/prompts';

/** Lets the person pick one of `keys`, of which `current` is marked. Throws `CancellationError`. */
export async function pickArrangement<T extends string>(
  keys: readonly T[],
  labels: Readonly<Record<T, string>>,
  current: T,
  placeHolder: string,
): Promise<T> {
  const items = keys.map((key) => ({
    key,
    label: labels[key],
    description: key === current ? vscode.l10n.t('current') : undefined,
  }));
  const picked = await pick(items, { placeHolder });
  if (!picked) throw new vscode.CancellationError();
  return picked.key;
}
