import os from 'node:os';
import * as vscode from 'vscode';
import { bareName } from '../base/text';

/**
 * Opens a terminal that runs a program on this computer, even if the window is connected to another one. `without` are
 * environment variables that it doesn't get.
 */
export function openLocalTerminal(
  name: string,
  program: string,
  args: readonly string[],
  without: readonly string[] = [],
): vscode.Terminal {
  const terminal = vscode.window.createTerminal({
    name: bareName(name),
    shellPath: program,
    shellArgs: [...args],
    cwd: vscode.Uri.file(os.homedir()),
    env: Object.fromEntries(without.map((variable) => [variable, null])),
    isTransient: true,
    iconPath: new vscode.ThemeIcon('vm-connect'),
  });
  terminal.show();
  return terminal;
}
