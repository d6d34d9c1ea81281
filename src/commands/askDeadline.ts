import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { formatWhen } from '../base/when';
import { pick } from '../vscode/prompts';
import { askTime } from './askTime';

const hourMs = 3_600_000;

/** Asks how long to wait. Returns milliseconds since the epoch. Throws `CancellationError` if nothing is picked. */
export async function askDeadline(clock: Clock, placeHolder: string): Promise<number> {
  const choices = [1, 4, 12, 24].map((hours) => ({
    label: hours === 1 ? vscode.l10n.t('For 1 hour') : vscode.l10n.t('For {0} hours', hours),
    description: vscode.l10n.t('until {0}', formatWhen(clock.now() + hours * hourMs, clock.now())),
    ms: hours * hourMs,
  }));
  const other = { label: vscode.l10n.t('Until…'), description: vscode.l10n.t('another time'), ms: undefined };
  const picked = await pick([...choices, other], { placeHolder });
  if (!picked) throw new vscode.CancellationError();
  if (picked.ms !== undefined) return clock.now() + picked.ms;
  return askTime(clock, {
    prompt: vscode.l10n.t('Enter how long from now (2h, 3d) or when (18:00, fri 18:00).'),
  });
}
