import * as vscode from 'vscode';
import { showScheduled } from '../views/notifications/scheduleNotices';
import { askStopTime, stopTimeOf } from './askStopTime';
import type { CostParts } from './costParts';
import type { Services } from './services';
import { allowing, targets } from './targets';

/**
 * Schedules a stop. The second argument may be the time: what a person would type, also one that repeats such as
 * `every day 22:00`, or milliseconds since the epoch.
 */
export async function scheduleStop(
  services: Services,
  { schedules, timers }: CostParts,
  args: readonly unknown[],
): Promise<void> {
  const placeholder = vscode.l10n.t('Select an instance to stop later');
  const { rows } = await targets(services, args, allowing(services, 'stop'), placeholder);
  const [first, given] = args;
  const time =
    typeof first === 'string' && given !== undefined
      ? stopTimeOf(given, services.clock.now())
      : await askStopTime(services.clock);
  const made = [];
  for (const { instance } of rows) {
    made.push(await schedules.set({ instanceId: instance.id, name: instance.name, ...time }));
  }
  showScheduled(made, timers, services.clock);
}
