import os from 'node:os';
import * as vscode from 'vscode';
import { bareName } from '../base/text';

/**
 * Opens a terminal that runs a program on this computer, even if the window is connected to another one. It gets
 * `environment` and nothing that VS Code, extensions, or the settings of a folder would add.
 */
export function openLocalTerminal(
  name: string,
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): vscode.Terminal {
  const terminal = vscode.window.createTerminal({
    name: bareName(name),
    shellPath: program,
    shellArgs: [...args],
    cwd: vscode.Uri.file(os.homedir()),
    env: environment,
    strictEnv: true,
    isTransient: true,
    iconPath: new vscode.ThemeIcon('vm-connect'),
  });
  terminal.show();
  return terminal;
}
