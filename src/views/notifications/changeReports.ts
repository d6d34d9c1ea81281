import * as vscode from 'vscode';
import { NoCapacityError, TensorDockError } from '../../api/errors';
import { formatDuration } from '../../base/duration';
import { plainText } from '../../base/text';
import type { InstanceOutcome } from '../../instances/createOutcome';
import { isCancelled, showError, showInformation, showWarning, type Choice } from '../../vscode/messages';
import { choicesWithoutGpu, runChoice, type GpuChoice } from '../withoutGpu';
import { failureText, isUnclear, type ReportedChange } from './outcomeText';

/**
 * Shows how a change of an instance ended: the one place for it. `done` has to be seen to be done, `refused` says that
 * nothing was changed, `unknown` says that it may have been. Shows nothing if the person canceled it. `tookMs`: how
 * long it took, in milliseconds.
 */
export function showOutcome(
  log: vscode.LogOutputChannel,
  change: ReportedChange,
  outcome: InstanceOutcome,
  tookMs = 0,
): void {
  if (outcome.kind === 'done') {
    showDone(change, tookMs);
    return;
  }
  if (isCancelled(outcome.error) || isCancelled(outcome.error.cause)) return;
  // The person said no a moment ago. Only what happened before is news, such as a stop.
  const { error } = outcome;
  if (error instanceof TensorDockError && error.code === 'over-budget' && error.cause === undefined) return;
  const text = failureText(change, outcome);
  const next = nextSteps(change, outcome.error);
  if (isUnclear(outcome)) {
    log.warn(text);
    showWarning(text, ...next);
  } else showError(log, text, ...next);
}

function showDone({ kind, instanceId, startAfter = false, ...change }: ReportedChange, tookMs: number): void {
  const name = plainText(change.name, 60);
  if (kind === 'delete') {
    showInformation(vscode.l10n.t('“{0}” was deleted.', name));
    return;
  }
  if (kind === 'stop') {
    showInformation(vscode.l10n.t('“{0}” is stopped. It may still be billed until you delete it.', name));
    return;
  }
  if (kind === 'modify' && !startAfter) {
    showInformation(vscode.l10n.t('“{0}” was modified.', name));
    return;
  }
  const message = vscode.l10n.t('“{0}” is running (took {1}).', name, formatDuration(tookMs));
  if (instanceId === undefined) showInformation(message);
  else {
    showInformation(message, {
      title: vscode.l10n.t('Connect'),
      run: async () => vscode.commands.executeCommand('tensordock.connect', instanceId),
    });
  }
}

function nextSteps({ kind, instanceId }: ReportedChange, error: unknown): readonly Choice[] {
  if (instanceId === undefined) return [];
  const run = (command: string) => async (): Promise<unknown> =>
    vscode.commands.executeCommand(command, instanceId);
  const { wait, change, elsewhere } = choicesWithoutGpu();
  const buttons = (choices: readonly GpuChoice[]): readonly Choice[] =>
    choices.map((choice) => ({ title: choice.title, run: async () => runChoice(choice, instanceId) }));
  if ((kind === 'start' || kind === 'restart') && error instanceof NoCapacityError) {
    return buttons([wait, change, elsewhere]);
  }
  if (kind === 'startWhenAvailable') {
    const again = { title: vscode.l10n.t('Try Again…'), run: run('tensordock.startWhenAvailable') };
    return error instanceof NoCapacityError ? [again, ...buttons([change, elsewhere])] : [again];
  }
  return kind === 'delete'
    ? [{ title: vscode.l10n.t('Try Again…'), run: run('tensordock.deleteInstance') }]
    : [];
}

/** Reports that the instance of a create that TensorDock didn't confirm has turned up. */
export function showCreateFound({ name }: Pick<ReportedChange, 'name'>): void {
  showInformation(
    vscode.l10n.t(
      '“{0}” has turned up in your instances, although TensorDock didn’t confirm that it was created.',
      plainText(name, 60),
    ),
  );
}
