import * as vscode from 'vscode';
import { OutcomeUnknownError, ServiceError } from '../../api/errors';
import { plainText } from '../../base/text';
import { UnclearCreateError, type InstanceOutcome } from '../../instances/createOutcome';
import type { OperationKind } from '../../instances/operations/journal';
import { errorText } from '../../vscode/messages';

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

/**
 * Why a change isn't done, in words: only a refusal says that it couldn't be done. An error with a fresh answer behind
 * it, such as "didn't stop", says by itself what is known.
 */
export function failureText(
  { kind, name: rawName }: ReportedChange,
  outcome: Exclude<InstanceOutcome, { kind: 'done' }>,
): string {
  const name = plainText(rawName, 60);
  const reason = errorText(outcome.error);
  if (outcome.kind === 'refused' && !(outcome.error instanceof ServiceError)) {
    return vscode.l10n.t('{0} {1}', refusedText(kind, name), reason);
  }
  if (!isUnclear(outcome)) {
    return reason.includes(name) ? reason : vscode.l10n.t('“{0}”: {1}', name, reason);
  }
  const isComplete =
    outcome.error instanceof OutcomeUnknownError && !(outcome.error instanceof UnclearCreateError);
  const known = isComplete ? reason : vscode.l10n.t('{0} {1}', reason, mayHave(kind));
  return vscode.l10n.t('{0} {1}', unknownText(kind, name), known);
}

/** No good answer came after the request was sent: nothing proves whether it was carried out. */
export function isUnclear({ error }: Exclude<InstanceOutcome, { kind: 'done' }>): boolean {
  return (
    error instanceof OutcomeUnknownError || error instanceof ServiceError || error.name === 'AccountLeftError'
  );
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
