import { accessSync, constants } from 'node:fs';

/** A program and its arguments. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

/** What `ssh host command` or, without a command, a login runs; with a terminal of that size if one is requested. */
export function startShell(
  command: string | undefined,
  terminal: { readonly columns: number; readonly rows: number } | undefined,
): Program {
  if (process.platform === 'win32') {
    return { file: 'cmd.exe', args: command === undefined ? [] : ['/d', '/s', '/c', command] };
  }
  const shell = process.env.SHELL ?? '/bin/sh';
  if (terminal === undefined || !isRunnable('/usr/bin/script')) {
    return { file: shell, args: command === undefined ? ['-i'] : ['-c', command] };
  }
  const { columns, rows } = terminal;
  const inside = `stty cols ${columns} rows ${rows}; ${command ?? `exec ${shell} -l`}`;
  // `script` gives a real terminal without a native module.
  return { file: '/usr/bin/script', args: ['-qefc', inside, '/dev/null'] };
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return process.platform === 'linux';
  } catch {
    return false;
  }
}
