import * as vscode from 'vscode';
import { plainText } from '../base/text';
import type { Account } from '../instances/accounts';
import { askText } from '../vscode/prompts';

/** The longest name that an account can have, in characters. */
const longestName = 60;

/** Asks for a name that no other account has. The first account gets one without a question. Throws if canceled. */
export async function askAccountName(
  others: readonly Pick<Account, 'label'>[],
  { isFirst = false, current }: { readonly isFirst?: boolean; readonly current?: string } = {},
): Promise<string> {
  const suggestion = current ?? freeName(others);
  if (isFirst) return suggestion;
  const name = await askText({
    title: vscode.l10n.t('Name This Account'),
    prompt: vscode.l10n.t('Enter a name that tells it apart from your other accounts.'),
    value: suggestion,
    stayOpen: true,
    validate: (text) => nameProblem(text, others),
  });
  if (name === undefined) throw new vscode.CancellationError();
  return name.trim();
}

/** What is wrong with a name, if anything. */
export function nameProblem(text: string, others: readonly Pick<Account, 'label'>[]): string | undefined {
  const name = text.trim();
  if (name === '') return vscode.l10n.t('Enter a name.');
  if (name.length > longestName) return vscode.l10n.t('Use at most {0} characters.', longestName);
  if (plainText(name, longestName) !== name) {
    return vscode.l10n.t('Use letters, digits, spaces, and punctuation only.');
  }
  return isTaken(name, others) ? vscode.l10n.t('Another account has this name.') : undefined;
}

function freeName(others: readonly Pick<Account, 'label'>[]): string {
  for (let number = others.length + 1; ; number++) {
    const name = vscode.l10n.t('Account {0}', number);
    if (!isTaken(name, others)) return name;
  }
}

function isTaken(name: string, others: readonly Pick<Account, 'label'>[]): boolean {
  return others.some(({ label }) => label.toLowerCase() === name.toLowerCase());
}
