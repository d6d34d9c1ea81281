import * as vscode from 'vscode';
import { parseWhen } from '../automation/when';
import { formatWhen, formatWhenInSentence } from '../base/when';
import { plainText } from '../base/text';
import { allows } from '../views/presentation';
import { showInformation } from '../vscode/messages';
import { askText } from '../vscode/prompts';
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
      : await askForTime(services);
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

async function askForTime(services: Services): Promise<number> {
  const typed = await askText({
    title: vscode.l10n.t('Schedule Stop'),
    prompt: vscode.l10n.t('Enter how long from now (2h, 90m, 1h30) or when (18:00, tomorrow 9:00).'),
    value: '2h',
    validate: (value) => {
      const when = parseWhen(value, services.clock.now());
      return 'problem' in when ? when.problem : { info: formatWhen(when.at, services.clock.now()) };
    },
  });
  if (typed === undefined) throw new vscode.CancellationError();
  return timeOf(typed, services.clock.now());
}

function timeOf(given: unknown, now: number): number {
  if (typeof given === 'number' && Number.isFinite(given)) return given;
  const when = parseWhen(typeof given === 'string' ? given : '', now);
  if ('problem' in when) throw new Error(when.problem);
  return when.at;
}
