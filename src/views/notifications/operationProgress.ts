import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { plainText } from '../../base/text';
import type { OperationKind } from '../../instances/operations/journal';
import type { Operations, RunningOperation } from '../../instances/operations/operations';
import { showProgress } from '../../vscode/messages';
import { showChangeDone, showChangeFailure, showCreateUnknown } from './changeReports';

/** Operations that take long are shown in a notification, the others in the status bar and their row. */
const prominent: ReadonlySet<OperationKind> = new Set(['restart', 'modify', 'startWhenAvailable']);

export interface OperationProgressOptions {
  readonly operations: Pick<Operations, 'onDidBegin'>;
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
  /** Operations that a form of this window began. It reports how they end, so nothing is reported twice. */
  readonly reportedByForm: WeakSet<RunningOperation>;
}

/** Shows each operation of this window until its end, and reports the end once. */
export function followOperations(options: OperationProgressOptions): Disposable {
  const { operations, clock } = options;
  return operations.onDidBegin((operation) => {
    // The form of a create shows its own progress.
    if (operation.record.kind !== 'create') followProgress(operation);
    const startedAt = clock.now();
    operation.done.then(
      () => void reportDone(operation, clock.now() - startedAt, options),
      (error: unknown) => void reportFailure(operation, error, options),
    );
  });
}

function followProgress(operation: RunningOperation): void {
  const { kind } = operation.record;
  const title = titleOf(operation);
  void showProgress(
    { title, place: prominent.has(kind) ? 'notification' : 'statusBar' },
    async (report, cancelled) => {
      const listener = operation.onDidTell(report);
      if (operation.message !== '') report(operation.message);
      cancelled.addEventListener('abort', () => operation.cancel());
      await operation.done.catch(() => undefined);
      listener.dispose();
    },
  );
}

function titleOf({ record: { kind, name } }: RunningOperation): string {
  const shown = plainText(name, 60);
  switch (kind) {
    case 'start':
      return vscode.l10n.t('Starting “{0}”', shown);
    case 'stop':
      return vscode.l10n.t('Stopping “{0}”', shown);
    case 'restart':
      return vscode.l10n.t('Restarting “{0}”', shown);
    case 'delete':
      return vscode.l10n.t('Deleting “{0}”', shown);
    case 'create':
      return vscode.l10n.t('Creating “{0}”', shown);
    case 'modify':
      return vscode.l10n.t('Modifying “{0}”', shown);
    case 'startWhenAvailable':
      return vscode.l10n.t('Starting “{0}” when a GPU is available', shown);
  }
}

async function reportDone(
  operation: RunningOperation,
  tookMs: number,
  { reportedByForm }: OperationProgressOptions,
): Promise<void> {
  if (reportedByForm.has(operation)) return;
  const { record } = operation;
  const outcome = record.kind === 'create' ? await operation.outcome.catch(() => undefined) : undefined;
  if (record.kind === 'create' && (!outcome || outcome.kind === 'unknown')) showCreateUnknown(record.name);
  else showChangeDone(record, tookMs);
}

async function reportFailure(
  operation: RunningOperation,
  error: unknown,
  { reportedByForm, log }: OperationProgressOptions,
): Promise<void> {
  if (reportedByForm.has(operation)) return;
  // What failed before it was accepted is reported by the command that asked for it.
  const accepted = await operation.accepted.then(
    () => true,
    () => false,
  );
  if (accepted) showChangeFailure(log, operation.record, error);
}
