import * as vscode from 'vscode';
import { formatRepeat } from '../../automation/repeat';
import type { Schedule } from '../../automation/schedule';
import type { MissedStop, Schedules } from '../../automation/schedules';
import type { StopTimers } from '../../automation/stopTimers';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import type { OperationRecord } from '../../instances/operations/journal';
import { plainText } from '../../base/text';
import { formatWhenInSentence } from '../../base/when';
import { showInformation, showWarning } from '../../vscode/messages';

const hourMs = 3_600_000;

/** Gives notice of stops that are due soon, and asks about those that were missed. */
export function followSchedules(schedules: Schedules, clock: Clock): Disposable[] {
  return [
    schedules.onDidWarn((schedule) => warn(schedules, schedule, clock.now())),
    schedules.onDidMiss((missed) => askAboutMissed(schedules, missed, clock.now())),
  ];
}

/** Says what was just scheduled, and that nothing acts while VS Code is closed, unless a background timer does. */
export function showScheduled(
  made: readonly Schedule[],
  timers: Pick<StopTimers, 'start'>,
  clock: Clock,
): void {
  if (made.length === 0) return;
  showInformation(
    vscode.l10n.t(
      '{0} will stop {1}. This works only while VS Code is open. A stopped instance may still be billed.',
      namesOf(made),
      timeOf(made, clock.now()),
    ),
    {
      title: vscode.l10n.t('Use Background Timer'),
      run: async () => {
        for (const schedule of made) await timers.start(schedule);
        showInformation(
          vscode.l10n.t(
            'A background timer on this computer will stop {0} {1}, even if VS Code is closed. It ends when you cancel the stop, sign out, or shut down the computer.',
            namesOf(made),
            timeOf(made, clock.now()),
          ),
        );
      },
    },
  );
}

/** Says that an instance that has started after a wait is stopped again if nobody connects. */
export function showUnusedStop({ name, at }: Schedule, clock: Clock): void {
  const when = formatWhenInSentence(at, clock.now());
  showInformation(vscode.l10n.t('“{0}” will stop {1} if nobody connects to it.', nameOf(name), when));
}

/** Says that an instance that started after a wait stays on, since its stop couldn't be saved. */
export function showLostStop({ instanceId, name }: Pick<OperationRecord, 'instanceId' | 'name'>): void {
  showWarning(vscode.l10n.t('“{0}” may be running, and its stop couldn’t be scheduled.', nameOf(name)), {
    title: vscode.l10n.t('Schedule Stop…'),
    run: () => vscode.commands.executeCommand('tensordock.scheduleStop', instanceId),
  });
}

/** Reports what background timers did. */
export function followTimers(timers: Pick<StopTimers, 'onDidAct'>, clock: Clock): Disposable {
  return timers.onDidAct((note) => {
    const name = nameOf(note.name);
    const when = formatWhenInSentence(note.at, clock.now());
    const stop = {
      title: vscode.l10n.t('Stop…'),
      run: () => vscode.commands.executeCommand('tensordock.stopInstance', note.instanceId),
    };
    switch (note.end) {
      case 'stopped':
        showInformation(vscode.l10n.t('The background timer stopped “{0}”, as scheduled {1}.', name, when));
        break;
      case 'missed':
        showWarning(
          vscode.l10n.t(
            'The background timer didn’t stop “{0}” {1}, because the computer was asleep.',
            name,
            when,
          ),
          stop,
        );
        break;
      case 'unknown':
        showWarning(
          vscode.l10n.t(
            'The background timer asked TensorDock to stop “{0}” {1}, but it’s still running.',
            name,
            when,
          ),
          stop,
        );
    }
  });
}

function namesOf(schedules: readonly Schedule[]): string {
  return schedules.map(({ name }) => `“${nameOf(name)}”`).join(', ');
}

/** All of them are for the same time. */
function timeOf([first]: readonly Schedule[], now: number): string {
  if (!first) return '';
  return first.repeat ? formatRepeat(first.repeat) : formatWhenInSentence(first.at, now);
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
