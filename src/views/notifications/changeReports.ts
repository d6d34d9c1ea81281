import * as vscode from 'vscode';
import { NoCapacityError, OutcomeUnknownError, ServiceError, TensorDockError } from '../../api/errors';
import { formatDuration } from '../../base/duration';
import { plainText } from '../../base/text';
import type { OperationKind } from '../../instances/operations/journal';
import {
  errorText,
  isCancelled,
  showError,
  showInformation,
  showWarning,
  type Choice,
} from '../../vscode/messages';

/** The change that a report is about. */
export interface ReportedChange {
  readonly kind: OperationKind;
  /** Missing while a create has no instance yet. */
  readonly instanceId?: string;
  /** The name of the instance, as it came from outside. */
  readonly name: string;
  /** A modify that starts the instance again. */
  readonly startAfter?: boolean;
}

/** Reports that a change is seen to be done. */
export function showChangeDone(change: ReportedChange, tookMs: number): void {
  const { kind, instanceId, startAfter = false } = change;
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

/**
 * Reports why a change wasn't seen to be done, with what to do about it. Only a refusal, which the service itself
 * has to answer, says that it couldn't be done. Nothing is shown where the person cancelled it.
 */
export function showChangeFailure(
  log: vscode.LogOutputChannel,
  change: ReportedChange,
  error: unknown,
): void {
  if (isCancelled(error)) return;
  const { kind } = change;
  const name = plainText(change.name, 60);
  const reason = errorText(error);
  const next = nextSteps(change, error);
  if (isUnknown(error)) {
    const known =
      error instanceof OutcomeUnknownError ? reason : vscode.l10n.t('{0} {1}', reason, mayHave(kind));
    const text = vscode.l10n.t('{0} {1}', unknownText(kind, name), known);
    log.warn(text);
    showWarning(text, ...next);
  } else if (error instanceof TensorDockError) {
    showError(log, vscode.l10n.t('{0} {1}', refusedText(kind, name), reason), ...next);
  } else {
    showError(log, reason.includes(name) ? reason : vscode.l10n.t('“{0}”: {1}', name, reason));
  }
}

function nextSteps({ kind, instanceId }: ReportedChange, error: unknown): readonly Choice[] {
  if (instanceId === undefined) return [];
  const run = (command: string) => async (): Promise<unknown> =>
    vscode.commands.executeCommand(command, instanceId);
  if ((kind === 'start' || kind === 'restart') && error instanceof NoCapacityError) {
    return [{ title: vscode.l10n.t('Start When Available'), run: run('tensordock.startWhenAvailable') }];
  }
  return kind === 'delete'
    ? [{ title: vscode.l10n.t('Try Again…'), run: run('tensordock.deleteInstance') }]
    : [];
}

/** Reports a create after which no new instance was found. */
export function showCreateUnknown(name: string): void {
  const text = unknownText('create', plainText(name, 60));
  showWarning(vscode.l10n.t('{0} {1}', text, mayHave('create')));
}

/** No good answer came after the request was sent: nothing proves that it wasn't carried out. */
function isUnknown(error: unknown): boolean {
  return error instanceof OutcomeUnknownError || error instanceof ServiceError;
}

function mayHave(kind: OperationKind): string {
  return kind === 'create'
    ? vscode.l10n.t('It may still appear and be billed. Check your instances before you create it again.')
    : vscode.l10n.t('It may have succeeded. Check the instance before you try again.');
}

function unknownText(kind: OperationKind, name: string): string {
  switch (kind) {
    case 'start':
    case 'startWhenAvailable':
      return vscode.l10n.t('It’s unknown whether “{0}” was started.', name);
    case 'stop':
      return vscode.l10n.t('It’s unknown whether “{0}” was stopped.', name);
    case 'restart':
      return vscode.l10n.t('It’s unknown whether “{0}” was restarted.', name);
    case 'delete':
      return vscode.l10n.t('It’s unknown whether “{0}” was deleted.', name);
    case 'create':
      return vscode.l10n.t('It’s unknown whether “{0}” was created.', name);
    case 'modify':
      return vscode.l10n.t('It’s unknown whether “{0}” was modified.', name);
  }
}

function refusedText(kind: OperationKind, name: string): string {
  switch (kind) {
    case 'start':
    case 'startWhenAvailable':
      return vscode.l10n.t('Couldn’t start “{0}”.', name);
    case 'stop':
      return vscode.l10n.t('Couldn’t stop “{0}”.', name);
    case 'restart':
      return vscode.l10n.t('Couldn’t restart “{0}”.', name);
    case 'delete':
      return vscode.l10n.t('Couldn’t delete “{0}”.', name);
    case 'create':
      return vscode.l10n.t('Couldn’t create “{0}”.', name);
    case 'modify':
      return vscode.l10n.t('Couldn’t modify “{0}”.', name);
  }
}
