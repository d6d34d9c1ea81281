import { homedir, userInfo } from 'node:os';
import { posix, win32 } from 'node:path';
import { quoteInclude } from './configText';
import { badValue } from './fileErrors';

/** What decides where the SSH files are. Tests set every field, so that they touch no real file. */
export interface SshPathInputs {
  /** `tensordock.ssh.configFile`. */
  readonly setting?: string;
  /** `remote.SSH.configFile`. */
  readonly remoteSshSetting?: string;
  /** Our folder, if it can't be beside the person's file. */
  readonly folder?: string;
  /** The home that `ssh` uses: the one in the password database, whatever `HOME` says. */
  readonly home: string;
  /** `HOME`, which `ssh` uses only for `~` in an `Include`. */
  readonly environmentHome?: string;
  readonly platform: NodeJS.Platform;
}

/** The SSH files. All paths are absolute. */
export interface SshPaths {
  /** The person's own file, by its name; symbolic links aren't followed. */
  readonly personConfig: string;
  /** Our folder (0700), beside it unless that can't be written. It holds all of the following. */
  readonly folder: string;
  readonly ownConfig: string;
  /** One file for each instance. */
  readonly knownHosts: string;
  /** Keys created here. */
  readonly keys: string;
  /** The line that the person's file gets, without a line end. */
  readonly includeLine: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** The inputs of this computer. */
export function systemPathInputs(): Omit<SshPathInputs, 'setting' | 'remoteSshSetting'> {
  return { home: passwordHome(), environmentHome: process.env.HOME, platform: process.platform };
}

/**
 * The person's file is the first of the two settings that is set, else `~/.ssh/config`. A relative setting is
 * relative to the home.
 * @throws SshFileError (`bad-value`) if no `Include` can name our folder.
 */
export function sshPaths(inputs: SshPathInputs): SshPaths {
  const { home, platform } = inputs;
  const path = platform === 'win32' ? win32 : posix;
  const configured = [inputs.setting, inputs.remoteSshSetting].find(
    (value) => value !== undefined && value.trim() !== '',
  );
  const personConfig =
    configured === undefined
      ? path.join(home, '.ssh', 'config')
      : absolute(configured.trim(), home, platform);
  checkWindowsPath('Include', personConfig, platform);
  const folder = inputs.folder ?? path.join(path.dirname(personConfig), 'tensordock');
  const ownConfig = path.join(folder, 'config');
  const sameHome =
    inputs.environmentHome === undefined || platform === 'win32' || inputs.environmentHome === home;
  return {
    personConfig,
    folder,
    ownConfig,
    knownHosts: path.join(folder, 'known_hosts'),
    keys: path.join(folder, 'keys'),
    includeLine: `Include ${quoteInclude(sameHome ? withTilde(ownConfig, home, platform) : forSsh(ownConfig, platform))}`,
    home,
    platform,
  };
}

/** A path as `ssh` reads it: on Windows with forward slashes, since a backslash could be an escape. */
export function forSsh(file: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? file.replaceAll('\\', '/') : file;
}

/**
 * The same, beginning with `~/` if it is under the home, so that the files can be shared between homes. `ssh` expands
 * wildcards and tokens after `~`, so a home with such characters is written out, where they can be escaped.
 */
export function withTilde(file: string, home: string, platform: NodeJS.Platform): string {
  if (!isPlainHome(home, platform)) return forSsh(file, platform);
  const path = platform === 'win32' ? win32 : posix;
  const relative = path.relative(home, file);
  const under = relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..';
  return under ? `~/${forSsh(relative, platform)}` : forSsh(file, platform);
}

/** Whether `ssh` reads `~` as this home and nothing else. */
export function isPlainHome(home: string, platform: NodeJS.Platform): boolean {
  return !/[%$[\]*?]/.test(home) && (platform === 'win32' || !home.includes('\\'));
}

/** Makes a path absolute that may begin with `~` or be relative to the home. */
export function absolute(file: string, home: string, platform: NodeJS.Platform): string {
  const path = platform === 'win32' ? win32 : posix;
  if (file === '~') return path.normalize(home);
  const tilde = platform === 'win32' ? /^~[\\/]+/ : /^~\/+/;
  return path.resolve(home, tilde.test(file) ? file.replace(tilde, '') : file);
}

/** Names that Windows takes for a device in any folder and with any extension. */
const deviceName =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)$/i;

/**
 * Refuses what is no plain file on Windows: a network path, which would send the person's credentials to a server;
 * `\\\\?\\` and `\\\\.\\` forms; device names; alternate data streams.
 * @throws SshFileError (`bad-value`); `what` names the directive.
 */
export function checkWindowsPath(what: string, file: string, platform: NodeJS.Platform): void {
  if (platform !== 'win32') return;
  const parts = file.split(/[\\/]/);
  const isDevice = parts.some((part) => deviceName.test(part.replace(/[ .:].*$/s, '').trim()));
  const isStream = file.replace(/^[A-Za-z]:/, '').includes(':');
  if (/^[\\/]{2}/.test(file) || isDevice || isStream) throw badValue(what, file);
}

/** The home folder that `ssh` takes: the one in the password database, whatever `HOME` says. */
export function passwordHome(): string {
  try {
    return userInfo().homedir || homedir();
  } catch {
    return homedir(); // In some containers the account isn't in the password database.
  }
}
