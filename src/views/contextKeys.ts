import * as vscode from 'vscode';

const values = new Map<string, unknown>();

/** Sets a context key for `when` clauses, unless it has that value already. */
export function setContextKey(name: string, value: string | boolean): void {
  if (values.get(name) === value) return;
  values.set(name, value);
  void vscode.commands.executeCommand('setContext', `tensordock.${name}`, value);
}
