import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A desktop VS Code on this computer, or `undefined`. */
export function findDesktop(): string | undefined {
  const home = process.env.HOME ?? '';
  const places: Partial<Record<NodeJS.Platform, readonly string[]>> = {
    darwin: ['/Applications', path.join(home, 'Applications')].map((folder) =>
      path.join(folder, 'Visual Studio Code.app/Contents/MacOS/Electron'),
    ),
    win32: [process.env.LOCALAPPDATA, process.env.ProgramFiles]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => [
        path.join(folder, 'Programs/Microsoft VS Code/Code.exe'),
        path.join(folder, 'Microsoft VS Code/Code.exe'),
      ]),
    linux: ['/usr/share/code/code', '/usr/lib/code/code', '/opt/visual-studio-code/code', '/snap/bin/code'],
  };
  return places[process.platform]?.find((file) => existsSync(file)) ?? onPath('code');
}

/** Whether the desktop VS Code of this person has Microsoft's Remote-SSH. */
export function hasRemoteSsh(): boolean {
  const folder = process.env.VSCODE_EXTENSIONS ?? path.join(os.homedir(), '.vscode/extensions');
  return (
    existsSync(folder) && readdirSync(folder).some((name) => /^ms-vscode-remote\.remote-ssh-\d/i.test(name))
  );
}

/** Opens an address in the person's browser; false where there is none to open. */
export async function openInBrowser(address: string): Promise<boolean> {
  const command: Partial<Record<NodeJS.Platform, readonly string[]>> = {
    darwin: ['open', address],
    // `start` belongs to the shell; this does the same without one.
    win32: ['rundll32', 'url.dll,FileProtocolHandler', address],
  };
  const noDisplay = process.env.DISPLAY === undefined && process.env.WAYLAND_DISPLAY === undefined;
  const [program, ...args] = command[process.platform] ?? (noDisplay ? [] : ['xdg-open', address]);
  if (program === undefined) return false;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

/** Starts a desktop VS Code of its own beside any that runs already. */
export function launchDesktop(
  executable: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  // A terminal inside VS Code hands on what would make the new one a helper of the old one.
  const own = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name));
  return spawn(executable, args, { env: { ...Object.fromEntries(own), ...env }, stdio: 'ignore' });
}

function onPath(name: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
}
