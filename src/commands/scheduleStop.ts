import * as vscode from 'vscode';
import { formatWhenInSentence } from '../base/when';
import { plainText } from '../base/text';
import { allows } from '../views/presentation';
import { showInformation } from '../vscode/messages';
import { askTime, timeOf } from './askTime';
import type { CostParts } from './costParts';
import type { Services } from './services';
import { targets } from './targets';

/**
 * Schedules a stop. The second argument may be the time: what a person would type, or milliseconds since the epoch.
 */
export async function scheduleStop(
  services: Services,
  { schedules }: CostParts,
  args: readonly unknown[],
): Promise<void> {
  const placeholder = vscode.l10n.t('Select an instance to stop later');
  const { rows } = await targets(services, args, (row) => allows(row, 'stop'), placeholder);
  const [first, given] = args;
  const at =
    typeof first === 'string' && given !== undefined
      ? timeOf(given, services.clock.now())
      : await askTime(services.clock, {
          title: vscode.l10n.t('Schedule Stop'),
          prompt: vscode.l10n.t('Enter how long from now (2h, 90m, 1h30) or when (18:00, tomorrow 9:00).'),
          value: '2h',
        });
  for (const { instance } of rows) {
    await schedules.set({ instanceId: instance.id, name: instance.name, at });
  }
  const when = formatWhenInSentence(at, services.clock.now());
  showInformation(
    vscode.l10n.t(
      '{0} will stop {1} if VS Code is open then. It may still be billed while it’s stopped.',
      rows.map(({ instance }) => `“${plainText(instance.name, 60)}”`).join(', '),
      when,
    ),
  );
}
