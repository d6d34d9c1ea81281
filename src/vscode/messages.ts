import { AsyncLocalStorage } from 'node:async_hooks';
import * as vscode from 'vscode';
import { messageText } from '../base/text';

/*
 * VS Code turns `[x](command:…)` and `$(icon)` in messages, progress titles, prompts and quick picks into links and
 * icons, wherever the text came from. So this module and `prompts.ts` are the only ones that show such texts, and
 * they show every text through `messageText`. Lint forbids the direct calls elsewhere.
 */

/** A button of a message, and what it does. */
export interface Choice {
  readonly title: string;
  readonly run: () => unknown;
}

const accountNames = new AsyncLocalStorage<string | undefined>();

/** Runs `work`. Each modal question inside it says that it is about this account; `undefined`: none has to be named. */
export function inAccount<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  return accountNames.run(name, work);
}

const checks = new AsyncLocalStorage<() => void>();

/**
 * Runs `work`. Each question answered inside it calls `check` before the answer is used. `check` throws if the answer
 * can't be acted on anymore, such as after the account was switched.
 */
export function withAnswerCheck<T>(check: () => void, work: () => Promise<T>): Promise<T> {
  return checks.run(check, work);
}

/** Returns an answer after checking that it can still be acted on. */
export async function checked<T>(answer: PromiseLike<T>): Promise<T> {
  const value = await answer;
  if (value !== undefined) checks.getStore()?.();
  return value;
}

/** Shows an error with its buttons; `Show Log` is always among them. Does not wait for an answer. */
export function showError(
  log: vscode.LogOutputChannel,
  message: string,
  ...choices: readonly Choice[]
): void {
  log.error(message);
  const showLog = { title: vscode.l10n.t('Show Log'), run: () => log.show() };
  void vscode.window
    .showErrorMessage(messageText(message), ...[...choices, showLog].map(cleanChoice))
    .then(run);
}

/** Shows a warning with its buttons. Does not wait for an answer. */
export function showWarning(message: string, ...choices: readonly Choice[]): void {
  void vscode.window.showWarningMessage(messageText(message), ...choices.map(cleanChoice)).then(run);
}

/** Shows a message with its buttons. Does not wait for an answer. */
export function showInformation(message: string, ...choices: readonly Choice[]): void {
  void vscode.window.showInformationMessage(messageText(message), ...choices.map(cleanChoice)).then(run);
}

/** Asks by a notification; resolves with the button, or `undefined` if it was dismissed. */
export async function askInNotification<T extends string>(
  severity: 'information' | 'warning',
  message: string,
  ...buttons: readonly T[]
): Promise<T | undefined> {
  const items = buttons.map(cleanButton);
  const answer = await checked(
    severity === 'warning'
      ? vscode.window.showWarningMessage(messageText(message), ...items)
      : vscode.window.showInformationMessage(messageText(message), ...items),
  );
  return answer?.button;
}

/** Asks modally; resolves with the button, or `undefined` for Cancel. */
export async function askModally<T extends string>(
  message: string,
  detail: string,
  ...buttons: readonly T[]
): Promise<T | undefined> {
  const account = accountNames.getStore();
  const named = account === undefined ? detail : `${vscode.l10n.t('Account: {0}', account)}\n\n${detail}`;
  const options = { modal: true, detail: messageText(named) };
  const answer = await checked(
    vscode.window.showWarningMessage(messageText(message), options, ...buttons.map(cleanButton)),
  );
  return answer?.button;
}

/** Asks modally; true only if the person presses `action`. */
export async function confirm(message: string, detail: string, action: string): Promise<boolean> {
  return (await askModally(message, detail, action)) === action;
}

/** Shows a line in the status bar for three seconds; `icon` is the name of a codicon. */
export function showInStatusBar(message: string, icon = 'check'): void {
  vscode.window.setStatusBarMessage(`$(${icon}) ${messageText(message)}`, 3_000);
}

export interface ProgressOptions {
  readonly title: string;
  /** A notification can be cancelled; the status bar's line can't. The default is a notification. */
  readonly place?: 'notification' | 'statusBar';
}

/** Shows progress until `task` ends. `signal` is aborted with a `CancellationError` when the person cancels. */
export async function showProgress<T>(
  { title, place = 'notification' }: ProgressOptions,
  task: (report: (message: string) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inNotification = place === 'notification';
  return vscode.window.withProgress(
    {
      location: inNotification ? vscode.ProgressLocation.Notification : vscode.ProgressLocation.Window,
      title: messageText(title),
      cancellable: inNotification,
    },
    async (progress, cancelled) => {
      const abort = new AbortController();
      const listener = cancelled.onCancellationRequested(() => abort.abort(new vscode.CancellationError()));
      try {
        return await task((message) => progress.report({ message: messageText(message) }), abort.signal);
      } finally {
        listener.dispose();
      }
    },
  );
}

/** An error that the person has seen already, so that whoever catches it doesn't show it again. */
export class ReportedError extends Error {}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether the person canceled, which isn't an error to show. */
export function isCancelled(error: unknown): boolean {
  if (error instanceof vscode.CancellationError) return true;
  // `executeCommand` passes on only the message of a cancellation.
  return error instanceof Error && (error.name === 'AbortError' || error.message === 'Canceled');
}

function cleanChoice(choice: Choice): Choice {
  return { title: messageText(choice.title), run: choice.run };
}

function cleanButton<T extends string>(button: T): { readonly title: string; readonly button: T } {
  return { title: messageText(button), button };
}

async function run(chosen: Choice | undefined): Promise<void> {
  try {
    await chosen?.run();
  } catch (error) {
    if (!isCancelled(error)) void vscode.window.showErrorMessage(messageText(errorText(error)));
  }
}
