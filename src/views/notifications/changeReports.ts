import * as vscode from 'vscode';
import { NoCapacityError, OutcomeUnknownError, ServiceError } from '../../api/errors';
import { formatDuration } from '../../base/duration';
import { plainText } from '../../base/text';
import type { OperationKind } from '../../instances/operations/journal';
import { errorText, isCancelled, showError, showInformation, showWarning } from '../../vscode/messages';

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
 * Reports why a change ended otherwise, with what to do about it: refused, or unknown, which may have succeeded.
 * Nothing is shown where the person cancelled it.
 */
export function showChangeFailure(
  log: vscode.LogOutputChannel,
  change: ReportedChange,
  error: unknown,
): void {
  if (isCancelled(error)) return;
  const { kind, instanceId } = change;
  const name = plainText(change.name, 60);
  if (isUnknown(error)) {
    log.warn(errorText(error));
    showWarning(unknownText(kind, name));
    return;
  }
  const text = vscode.l10n.t('{0} {1}', failedText(kind, name), errorText(error));
  if (
    (kind === 'start' || kind === 'restart') &&
    error instanceof NoCapacityError &&
    instanceId !== undefined
  ) {
    showError(log, text, {
      title: vscode.l10n.t('Start When Available'),
      run: async () => vscode.commands.executeCommand('tensordock.startWhenAvailable', instanceId),
    });
  } else {
    showError(log, text);
  }
}

/** Reports a create after which no new instance was found. */
export function showCreateUnknown(name: string): void {
  showWarning(unknownText('create', plainText(name, 60)));
}

/** No good answer came after the request was sent: nothing proves that it wasn't carried out. */
function isUnknown(error: unknown): boolean {
  return error instanceof OutcomeUnknownError || error instanceof ServiceError;
}

function unknownText(kind: OperationKind, name: string): string {
  const what = {
    start: vscode.l10n.t('TensorDock gave no clear answer to starting “{0}”.', name),
    stop: vscode.l10n.t('TensorDock gave no clear answer to stopping “{0}”.', name),
    restart: vscode.l10n.t('TensorDock gave no clear answer to restarting “{0}”.', name),
    delete: vscode.l10n.t('TensorDock gave no clear answer to deleting “{0}”.', name),
    create: vscode.l10n.t('TensorDock gave no clear answer to creating “{0}”.', name),
    modify: vscode.l10n.t('TensorDock gave no clear answer to modifying “{0}”.', name),
    startWhenAvailable: vscode.l10n.t('TensorDock gave no clear answer to starting “{0}”.', name),
  }[kind];
  const next =
    kind === 'create'
      ? vscode.l10n.t('It may still appear and be billed. Check your instances before you create it again.')
      : vscode.l10n.t('It may have succeeded. Check the instance before you try again.');
  return vscode.l10n.t('{0} {1}', what, next);
}

function failedText(kind: OperationKind, name: string): string {
  return {
    start: vscode.l10n.t('Couldn’t start “{0}”.', name),
    stop: vscode.l10n.t('Couldn’t stop “{0}”.', name),
    restart: vscode.l10n.t('Couldn’t restart “{0}”.', name),
    delete: vscode.l10n.t('Couldn’t delete “{0}”.', name),
    create: vscode.l10n.t('Couldn’t create “{0}”.', name),
    modify: vscode.l10n.t('Couldn’t modify “{0}”.', name),
    startWhenAvailable: vscode.l10n.t('“{0}” won’t start when a GPU is available.', name),
  }[kind];
}
