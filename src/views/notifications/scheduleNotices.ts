import * as vscode from 'vscode';
import { formatRepeat } from '../../automation/repeat';
import type { Schedule } from '../../automation/schedule';
import type { MissedStop, Schedules } from '../../automation/schedules';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { plainText } from '../../base/text';
import { formatWhenInSentence } from '../../base/when';
import { showInformation } from '../../vscode/messages';

const hourMs = 3_600_000;

/** Gives notice of stops that are due soon, and asks about those that were missed. */
export function followSchedules(schedules: Schedules, clock: Clock): Disposable[] {
  return [
    schedules.onDidWarn((schedule) => warn(schedules, schedule, clock.now())),
    schedules.onDidMiss((missed) => askAboutMissed(schedules, missed, clock.now())),
  ];
}

/** Says what was just scheduled, and that nothing acts while VS Code is closed. */
export function showScheduled(made: readonly Schedule[], now: number): void {
  const [first] = made;
  if (!first) return;
  const names = made.map(({ name }) => `“${nameOf(name)}”`).join(', ');
  const when = first.repeat ? formatRepeat(first.repeat) : formatWhenInSentence(first.at, now);
  showInformation(
    vscode.l10n.t(
      '{0} will stop {1}. This works only while VS Code is open. A stopped instance may still be billed.',
      names,
      when,
    ),
  );
}

function warn(schedules: Schedules, schedule: Schedule, now: number): void {
  const name = nameOf(schedule.name);
  const when = formatWhenInSentence(schedule.at, now);
  showInformation(
    schedule.unlessConnected
      ? vscode.l10n.t('“{0}” will stop {1}, because nobody has connected to it.', name, when)
      : vscode.l10n.t('“{0}” will stop {1}.', name, when),
    { title: vscode.l10n.t('Not Now'), run: async () => schedules.skip(schedule) },
    { title: vscode.l10n.t('In 1 Hour'), run: async () => schedules.extend(schedule.id, hourMs) },
  );
}

function askAboutMissed(schedules: Schedules, { schedule, isRunning }: MissedStop, now: number): void {
  const name = nameOf(schedule.name);
  const when = formatWhenInSentence(schedule.at, now);
  const reason = schedule.problem ?? vscode.l10n.t('VS Code wasn’t open, or the computer was asleep.');
  showInformation(
    isRunning
      ? vscode.l10n.t('“{0}” was scheduled to stop {1} but is still running. {2}', name, when, reason)
      : vscode.l10n.t('“{0}” was scheduled to stop {1} but may still be running. {2}', name, when, reason),
    { title: vscode.l10n.t('Stop Now'), run: async () => schedules.stopNow(schedule.id) },
    { title: vscode.l10n.t('Keep Running'), run: async () => schedules.skip(schedule) },
  );
}

function nameOf(text: string): string {
  return plainText(text, 60);
}
