import * as vscode from 'vscode';
import { outcomeOfError } from '../api/outcome';
import { plainText } from '../base/text';
import type { OperationKind, OperationRecord } from '../instances/operations/journal';
import type { RunningOperation } from '../instances/operations/operations';
import type { InstanceRow } from '../instances/store';
import { otherWindowLoss } from '../views/lossText';
import { showOutcome } from '../views/notifications/changeReports';
import { unsavedFiles } from '../vscode/connectedWindow';
import { askModally, confirm } from '../vscode/messages';
import type { Services } from './services';
import { allowing, targets } from './targets';

interface Question {
  readonly message: string;
  /** Paragraphs. */
  readonly detail: readonly string[];
  readonly button: string;
}

/** How starting, stopping, restarting, and deleting differ. */
export interface InstanceChange {
  readonly kind: Exclude<OperationKind, 'create' | 'modify'>;
  readonly placeholder: string;
  /** The question to ask first, if there is one. */
  readonly question?: (names: string, rows: readonly InstanceRow[]) => Question;
  /** Offers something else first, and throws `CancellationError` if that was chosen. */
  readonly offer?: (row: InstanceRow) => Promise<unknown>;
  /** Asks how long to try, and what comes after the start, if that has to be asked. */
  readonly wait?: () => Promise<Pick<OperationRecord, 'until' | 'stopIfUnusedMs'>>;
  /** Asks even if a program calls with `{ confirm: false }`. */
  readonly alwaysAsks?: boolean;
}

/**
 * Asks, and then begins a change on the instances that a command acts on. If this window is connected to one of them,
 * offers to save its files and closes the connection first. Throws if a program called it with an ID.
 */
export async function changeInstances(
  services: Services,
  args: readonly unknown[],
  change: InstanceChange,
): Promise<void> {
  const { kind, placeholder, question, alwaysAsks = false } = change;
  const { rows, silent, byId } = await targets(services, args, allowing(services, kind), placeholder);
  if (question && (!silent || alwaysAsks)) {
    const { message, detail, button } = question(namesOf(rows), rows);
    const warnings = await connectionWarnings(services, rows);
    if (!(await confirm(message, [...detail, ...warnings].join('\n\n'), button))) {
      throw new vscode.CancellationError();
    }
  }
  // Of several instances, each one that is refused gets its own offer.
  const [row] = rows;
  if (row && rows.length === 1 && !silent) await change.offer?.(row);
  const wait = silent ? undefined : await change.wait?.();
  const ends = kind === 'stop' || kind === 'restart' || kind === 'delete';
  const leaving = ends && (await isConnectedTo(services, rows)) !== 'no';
  if (leaving && !(await saveFiles())) throw new vscode.CancellationError();
  const failures: unknown[] = [];
  for (const row of rows) {
    let operation: RunningOperation | undefined;
    try {
      if (leaving) await services.operations.leaveNote(kind, row.instance.id);
      else {
        operation = await services.operations.begin(kind, row.instance.id, wait?.until, wait?.stopIfUnusedMs);
        await operation.accepted;
      }
    } catch (error) {
      failures.push(error);
      // The window that took it over reports it.
      if (!byId && operation?.isElsewhere !== true)
        showOutcome(
          services.log,
          { kind, instanceId: row.instance.id, name: row.instance.name },
          outcomeOfError(error),
        );
    }
  }
  // The window closes with its connection. The next window, or another one, carries out the operation.
  if (leaving) await vscode.commands.executeCommand('workbench.action.remote.close');
  if (failures.length > 0) throw byId ? asError(failures[0]) : new vscode.CancellationError();
}

async function isConnectedTo(
  services: Services,
  rows: readonly InstanceRow[],
): Promise<'yes' | 'maybe' | 'no'> {
  const connected = await services.connected();
  if (connected.kind === 'unknown') return 'maybe';
  if (connected.kind === 'no') return 'no';
  return rows.some((row) => row.instance.id === connected.id) ? 'yes' : 'no';
}

async function connectionWarnings(
  services: Services,
  rows: readonly InstanceRow[],
): Promise<readonly string[]> {
  const connected = await isConnectedTo(services, rows);
  const unsaved = connected === 'no' ? 0 : unsavedFiles().length;
  const elsewhere = rows.some((row) => services.isOpenElsewhere(row.instance.id));
  return [
    ...(connected === 'yes'
      ? [vscode.l10n.t('This window is connected to it. The connection is closed first.')]
      : []),
    ...(connected === 'maybe'
      ? [vscode.l10n.t('This window may be connected to it. The connection is closed first.')]
      : []),
    ...(unsaved === 1 ? [vscode.l10n.t('1 file in this window has unsaved changes.')] : []),
    ...(unsaved > 1 ? [vscode.l10n.t('{0} files in this window have unsaved changes.', unsaved)] : []),
    ...(elsewhere ? [otherWindowLoss()] : []),
  ];
}

/** Offers to save unsaved files; false if the person cancels. */
async function saveFiles(): Promise<boolean> {
  const files = unsavedFiles();
  if (files.length === 0) return true;
  const save = vscode.l10n.t('Save All');
  const drop = vscode.l10n.t('Continue Without Saving');
  const answer = await askModally(
    files.length === 1
      ? vscode.l10n.t('1 file isn’t saved.')
      : vscode.l10n.t('{0} files aren’t saved.', files.length),
    files.map((document) => document.fileName).join('\n'),
    save,
    drop,
  );
  if (answer === save) return vscode.workspace.saveAll(true);
  return answer === drop;
}

function namesOf(rows: readonly InstanceRow[]): string {
  const names = rows.map((row) => `“${plainText(row.instance.name, 60)}”`);
  return names.length <= 3 ? names.join(', ') : vscode.l10n.t('{0} instances', names.length);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
