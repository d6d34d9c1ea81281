import * as vscode from 'vscode';
import { formatNumber } from '../../base/locale';
import { formatDuration } from '../../base/duration';
import { plainText } from '../../base/text';
import type { Instance } from '../../api/types';
import type { OperationKind } from '../../instances/operations/journal';
import type { OperationQuestion } from '../../instances/operations/operations';
import { askBeyondBudget } from './budgetQuestion';
import { cpuText, gpuText } from '../details';
import { askInNotification } from '../../vscode/messages';
import { pick } from '../../vscode/prompts';

/**
 * Asks what only a person can decide about an operation. A question that is dismissed counts as a no: nothing starts,
 * stops, or is adopted by itself. `now`: milliseconds since the epoch.
 */
export async function askAboutOperation(question: OperationQuestion, now: number): Promise<void> {
  if (question.kind === 'late') return askIfStillWanted(question, now);
  if (question.kind === 'budget') return askBeyondBudget(question);
  return askWhichIsNew(question);
}

async function askIfStillWanted(
  { operation: { record }, proceed, discard }: Extract<OperationQuestion, { kind: 'late' }>,
  now: number,
): Promise<void> {
  const ago = formatDuration(Math.max(0, now - record.startedAt));
  const button = buttonOf(record.kind);
  const answer = await askInNotification(
    'warning',
    record.step === 'begin'
      ? vscode.l10n.t(
          '{0} {1} ago, but that wasn’t started. Do it now?',
          asked(record.kind, plainText(record.name, 60)),
          ago,
        )
      : vscode.l10n.t(
          '{0} {1} ago, but that was interrupted. Continue now?',
          asked(record.kind, plainText(record.name, 60)),
          ago,
        ),
    button,
    vscode.l10n.t('Discard'),
  );
  if (answer === button) proceed();
  else discard();
}

async function askWhichIsNew({
  operation,
  candidates,
}: Extract<OperationQuestion, { kind: 'candidates' }>): Promise<void> {
  const choose = vscode.l10n.t('Compare…');
  const name = plainText(operation.record.name, 60);
  const answer = await askInNotification(
    'warning',
    candidates.length === 1
      ? vscode.l10n.t(
          'TensorDock didn’t confirm that “{0}” was created. 1 new instance of that name may be it.',
          name,
        )
      : vscode.l10n.t(
          'TensorDock didn’t confirm that “{0}” was created. {1} new instances of that name may be it.',
          name,
          candidates.length,
        ),
    choose,
  );
  if (answer !== choose) return;
  const picked = await pick(
    candidates.map((instance) => ({
      id: instance.id,
      label: plainText(instance.name, 60),
      detail: describeCandidate(instance),
    })),
    { placeHolder: vscode.l10n.t('Select the new instance') },
  );
  if (picked) operation.choose(picked.id);
}

/** What tells an instance from others of its name. */
export function describeCandidate({ id, resources }: Instance): string {
  const { vcpuCount, ramGb, storageGb } = resources ?? {};
  const storage =
    storageGb === undefined ? undefined : vscode.l10n.t('{0} GB storage', formatNumber(storageGb));
  return plainText(
    [gpuText(resources?.gpus), cpuText(vcpuCount, ramGb), storage, id]
      .filter((part) => part !== undefined)
      .join(', '),
    200,
  );
}

function asked(kind: OperationKind, name: string): string {
  switch (kind) {
    case 'start':
      return vscode.l10n.t('You asked to start “{0}”', name);
    case 'stop':
      return vscode.l10n.t('You asked to stop “{0}”', name);
    case 'restart':
      return vscode.l10n.t('You asked to restart “{0}”', name);
    case 'delete':
      return vscode.l10n.t('You asked to permanently delete “{0}”', name);
    case 'create':
      return vscode.l10n.t('You asked to create “{0}”', name);
    case 'modify':
      return vscode.l10n.t('You asked to modify “{0}”', name);
    case 'startWhenAvailable':
      return vscode.l10n.t('You asked to start “{0}” when a GPU is available', name);
  }
}

function buttonOf(kind: OperationKind): string {
  switch (kind) {
    case 'start':
      return vscode.l10n.t('Start');
    case 'stop':
      return vscode.l10n.t('Stop');
    case 'restart':
      return vscode.l10n.t('Restart');
    case 'delete':
      return vscode.l10n.t('Delete Permanently');
    case 'create':
      return vscode.l10n.t('Create');
    case 'modify':
      return vscode.l10n.t('Modify');
    case 'startWhenAvailable':
      return vscode.l10n.t('Keep Trying');
  }
}
