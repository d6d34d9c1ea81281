import { plainText } from '../../base/text';
import type { Disposable } from '../../base/disposable';
import * as vscode from 'vscode';
import type { OperationKind } from '../../instances/operations/journal';
import type { Operations, RunningOperation } from '../../instances/operations/operations';
import { isCancelled, showInformation } from '../../vscode/messages';

/** Wishes that take long or need patience have a notification; the others a line below and their row. */
const prominent: ReadonlySet<OperationKind> = new Set(['restart', 'modify', 'startWhenAvailable']);

export interface OperationProgressOptions {
  readonly operations: Operations;
  readonly connect: (id: string) => void;
  readonly onFailure: (operation: RunningOperation, error: unknown) => void;
}

/** Shows each operation of this window until its end, and tells the end. */
export function followOperations({ operations, connect, onFailure }: OperationProgressOptions): Disposable {
  return operations.onDidBegin((operation) => {
    const { kind } = operation.record;
    // The form of a create shows its own progress.
    if (kind !== 'create') showProgress(operation);
    const begunAt = Date.now();
    operation.done.then(
      () => tellEnd(operation, Date.now() - begunAt, connect),
      async (error: unknown) => {
        // What failed before it was accepted is told by the command that asked for it.
        const accepted = await operation.accepted.then(
          () => true,
          () => false,
        );
        if (accepted && !isCancelled(error)) onFailure(operation, error);
      },
    );
  });
}

function showProgress(operation: RunningOperation): void {
  const { kind } = operation.record;
  const notification = prominent.has(kind);
  void vscode.window.withProgress(
    {
      location: notification ? vscode.ProgressLocation.Notification : vscode.ProgressLocation.Window,
      title: titleOf(operation),
      cancellable: notification,
    },
    async (progress, cancelled) => {
      const listener = operation.onDidTell((message) => progress.report({ message }));
      if (operation.message !== '') progress.report({ message: operation.message });
      cancelled.onCancellationRequested(() => operation.cancel());
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
      return vscode.l10n.t('Changing “{0}”', shown);
    case 'startWhenAvailable':
      return vscode.l10n.t('Starting “{0}” when a GPU is free', shown);
  }
}

function tellEnd({ record }: RunningOperation, tookMs: number, connect: (id: string) => void): void {
  const { kind, instanceId } = record;
  const name = plainText(record.name, 60);
  if (kind === 'delete') {
    showInformation(vscode.l10n.t('“{0}” is deleted.', name));
  } else if (kind === 'stop') {
    showInformation(
      vscode.l10n.t('“{0}” is stopped. It may still be billed; only deleting it ends that.', name),
    );
  } else if (instanceId !== undefined && (kind !== 'modify' || record.startAfter)) {
    showInformation(vscode.l10n.t('“{0}” runs, after {1}.', name, durationText(tookMs)), {
      title: vscode.l10n.t('Connect'),
      run: () => connect(instanceId),
    });
  } else {
    showInformation(vscode.l10n.t('“{0}” is changed.', name));
  }
}

/** `1 min 40 s`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60
    ? vscode.l10n.t('{0} s', seconds)
    : vscode.l10n.t('{0} min {1} s', Math.floor(seconds / 60), seconds % 60);
}
