import type { ChildProcess } from 'node:child_process';
import { startProcess } from './run';

/**
 * Runs in its own process between us and `ssh`. Its standard input is a pipe that we hold: the pipe closes
 * when we end for any reason, SIGKILL included, and then it ends its whole process group. It exits as `ssh`
 * does, and with 255, which is `ssh`'s own code for an error, where `ssh` could not be started.
 */
const keeper = `
const { spawn } = require('node:child_process');
delete process.env.ELECTRON_RUN_AS_NODE;
const [file, ...args] = process.argv.slice(1);
const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });
let ending = false;
const end = () => {
  if (ending) return;
  ending = true;
  if (process.platform === 'win32') {
    const taskkill = (process.env.SystemRoot || 'C:\\\\Windows') + '\\\\System32\\\\taskkill.exe';
    spawn(taskkill, ['/pid', String(process.pid), '/T', '/F'], { windowsHide: true }).on('error', () => {
      child.kill();
      process.exit(255);
    });
  } else {
    process.kill(-process.pid, 'SIGKILL');
  }
};
child.on('error', () => process.exit(255));
child.on('exit', (code) => process.exit(code ?? 255));
process.stdin.on('end', end).on('close', end).on('error', end).resume();
`;

/**
 * Starts a program that never outlives us, even if we're killed. `killTree` ends it. Its standard input is
 * empty; `environment` is all it gets.
 */
export function startBoundProcess(
  file: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): ChildProcess {
  // In VS Code `process.execPath` is Electron, which is Node only where this variable says so.
  const env = { ...environment, ELECTRON_RUN_AS_NODE: '1' };
  const child = startProcess(process.execPath, ['-e', keeper, '--', file, ...args], { exactEnv: env });
  child.stdin?.on('error', () => undefined);
  return child;
}
