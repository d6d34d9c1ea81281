import * as vscode from 'vscode';
import { plainText } from '../base/text';
import { isGpuReleased } from '../instances/state';
import type { InstanceRow } from '../instances/store';
import { choicesWithoutGpu, runChoice } from '../views/withoutGpu';
import { pick } from '../vscode/prompts';

/**
 * The start of an instance whose GPU was released may be refused, so what else could be done is offered with it.
 * `start`: the words for starting it all the same. Throws `CancellationError` if the person chooses something else, which
 * is then done, or nothing. Resolves with whether it was asked.
 */
export async function askHowToStart({ state, instance }: InstanceRow, start: string): Promise<boolean> {
  if (!isGpuReleased(state)) return false;
  const { wait, change, elsewhere } = choicesWithoutGpu();
  const picked = await pick(
    [
      {
        label: start,
        detail: vscode.l10n.t('Bills it at its full rate. Refused if its GPU isn’t available.'),
        choice: undefined,
      },
      ...[wait, change, elsewhere].map((choice) => ({
        label: choice.title,
        detail: choice.detail,
        choice,
      })),
    ],
    {
      placeHolder: vscode.l10n.t(
        'The GPU of “{0}” was released. How do you want to go on?',
        plainText(instance.name, 60),
      ),
    },
  );
  if (picked && !picked.choice) return true;
  if (picked?.choice) await runChoice(picked.choice, instance.id);
  throw new vscode.CancellationError();
}
