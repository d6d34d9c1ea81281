import * as vscode from 'vscode';

/** A button of a message, and what it does. */
export interface Choice {
  readonly title: string;
  readonly run: () => unknown;
}

/** Shows an error with its buttons; `Show Log` is always among them. Does not wait for an answer. */
export function showError(
  log: vscode.LogOutputChannel,
  message: string,
  ...choices: readonly Choice[]
): void {
  log.error(message);
  const all = [...choices, { title: vscode.l10n.t('Show Log'), run: () => log.show() }];
  void vscode.window.showErrorMessage(message, ...all).then(run);
}

/** Shows a message with its buttons. Does not wait for an answer. */
export function showInformation(message: string, ...choices: readonly Choice[]): void {
  void vscode.window.showInformationMessage(message, ...choices).then(run);
}

async function run(chosen: Choice | undefined): Promise<void> {
  try {
    await chosen?.run();
  } catch (error) {
    if (!isCancelled(error)) void vscode.window.showErrorMessage(errorText(error));
  }
}

/** Asks modally; true only where the person pressed `action`. */
export async function confirm(message: string, detail: string, action: string): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, action);
  return answer === action;
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether the person gave up, which is no error to show. */
export function isCancelled(error: unknown): boolean {
  if (error instanceof vscode.CancellationError) return true;
  // Through `executeCommand` only the message of a cancellation comes.
  return error instanceof Error && (error.name === 'AbortError' || error.message === 'Canceled');
}

/**
 * Runs a command. A program, which names an instance by its id, gets the error itself, or `CancellationError`. A
 * person gets it as a message, and the command resolves with `undefined`: VS Code shows a dialog for each command
 * of its palette that rejects, also for one that was given up.
 */
export async function answerTo<T>(
  log: vscode.LogOutputChannel,
  args: readonly unknown[],
  handler: (...args: readonly unknown[]) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await handler(...args);
  } catch (error) {
    const cancelled = isCancelled(error);
    if (typeof args[0] === 'string') throw cancelled ? new vscode.CancellationError() : error;
    if (!cancelled) showError(log, errorText(error));
    return undefined;
  }
}
