import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { plainText } from '../../base/text';
import type { OperationRecord } from '../../instances/operations/journal';
import { UnclearCreateError } from '../../instances/createOutcome';
import type { OperationQuestion, Operations, RunningOperation } from '../../instances/operations/operations';
import { inAccount, showInStatusBar, showProgress } from '../../vscode/messages';
import { outcomeOfError } from '../../api/outcome';

export interface OperationProgressOptions {
  readonly operations: Pick<Operations, 'onDidBegin' | 'onDidFind' | 'onDidAsk'>;
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
  /** Operations that a form of this window began. It reports how they end, so nothing is reported twice. */
  readonly reportedByForm: WeakSet<RunningOperation>;
  /** The account's name, if several are signed in. */
  readonly accountName?: () => string | undefined;
}

/** Shows each operation of this window until its end, reports the end once, and asks what only a person can decide. */
export function followOperations(options: OperationProgressOptions): Disposable {
  const { operations, clock, accountName } = options;
  const listeners = [
    operations.onDidBegin((operation) => {
      // The form of a create shows its own progress.
      if (operation.record.kind !== 'create') followProgress(operation);
      void reportEnd(operation, clock.now(), options);
    }),
    operations.onDidFind(({ record }) => void reportFound(record)),
    operations.onDidAsk(
      (question) => void inAccount(accountName?.(), async () => askOnce(question, options)),
    ),
  ];
  return {
    dispose: () => {
      for (const listener of listeners) listener.dispose();
    },
  };
}

/** The form that began a create asks about the candidates in its result. */
async function askOnce(
  question: OperationQuestion,
  { reportedByForm, clock }: OperationProgressOptions,
): Promise<void> {
  const { operation } = question;
  if (question.kind === 'candidates' && reportedByForm.has(operation)) {
    const outcome = await operation.outcome;
    const error = outcome.kind === 'unknown' ? outcome.error : undefined;
    const asked = error instanceof UnclearCreateError ? error.candidates : [];
    if (question.candidates.every(({ id }) => asked.some((each) => each.id === id))) return;
  }
  const { askAboutOperation } = await import('./operationQuestions');
  await askAboutOperation(question, clock.now());
}

async function reportFound(record: OperationRecord): Promise<void> {
  (await import('./changeReports')).showCreateFound(record);
}

/** The row and Activity show how far it is and can cancel it; the status bar is for when they're hidden. */
function followProgress(operation: RunningOperation): void {
  const title = titleOf(operation);
  // It may take a day.
  if (operation.record.kind === 'startWhenAvailable') {
    showInStatusBar(title, 'watch');
    return;
  }
  void showProgress({ title, place: 'statusBar' }, async (report) => {
    const listener = operation.onDidReport(report);
    if (operation.message !== '') report(operation.message);
    await operation.done.catch(() => undefined);
    listener.dispose();
  });
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

async function reportEnd(
  operation: RunningOperation,
  startedAt: number,
  { reportedByForm, log, clock }: OperationProgressOptions,
): Promise<void> {
  const accepted = operation.accepted.then(
    () => true,
    () => false,
  );
  const end = await operation.done.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const outcome = await operation.outcome;
  const { record } = operation;
  // A form reports the end of its create, but can't report what the search finds after that.
  const isSearched = record.kind === 'create' && outcome.kind === 'unknown';
  if (operation.isElsewhere || (reportedByForm.has(operation) && !isSearched)) return;
  // What failed before it was accepted is reported by the command that waits for that.
  const hasCommand = record.kind !== 'create' && !operation.isContinued;
  if (end && hasCommand && !(await accepted)) return;
  const tookMs = clock.now() - startedAt;
  const { showOutcome } = await import('./changeReports');
  if (end) showOutcome(log, record, outcomeOfError(end.error));
  else showOutcome(log, record, { kind: 'done', value: { id: record.instanceId ?? '' } }, tookMs);
}
