import { homedir, userInfo } from 'node:os';
import { posix, win32 } from 'node:path';
import { quoteInclude } from './configText';

/** What decides where the SSH files are; every field can be set, so that nothing real is touched in a test. */
export interface SshPathInputs {
  /** `tensordock.ssh.configFile`. */
  readonly setting?: string;
  /** `remote.SSH.configFile`. */
  readonly remoteSshSetting?: string;
  /** The home `ssh` itself uses: of the password database, whatever `HOME` says. */
  readonly home: string;
  /** `HOME`, which `ssh` uses for `~` in an `Include` alone. */
  readonly environmentHome?: string;
  readonly platform: NodeJS.Platform;
}

/** Where everything is. All paths are absolute. */
export interface SshPaths {
  /** The person's own file, as it is named, links not followed. */
  readonly personConfig: string;
  /** Ours, beside it, 0700. All of the following is in it. */
  readonly folder: string;
  readonly ownConfig: string;
  /** One file an instance. */
  readonly knownHosts: string;
  /** Keys that we made. */
  readonly keys: string;
  /** The line for the person's file, without a line end. */
  readonly includeLine: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** The inputs as this computer gives them. */
export function systemPathInputs(): Omit<SshPathInputs, 'setting' | 'remoteSshSetting'> {
  return { home: passwordHome(), environmentHome: process.env.HOME, platform: process.platform };
}

/**
 * The person's file is the first of the two settings that is set, else `~/.ssh/config`; a relative setting counts
 * from the home.
 * @throws SshFileError where no `Include` can name our folder.
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
  const folder = path.join(path.dirname(personConfig), 'tensordock');
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

/** A path as `ssh` takes it: with forward slashes on Windows, where a backslash could be an escape. */
export function forSsh(file: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? file.replaceAll('\\', '/') : file;
}

/** The same, beginning with `~/` where it is under the home, so that the files can be shared between homes. */
export function withTilde(file: string, home: string, platform: NodeJS.Platform): string {
  const path = platform === 'win32' ? win32 : posix;
  const relative = path.relative(home, file);
  const under = relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..';
  return under ? `~/${forSsh(relative, platform)}` : forSsh(file, platform);
}

/** An absolute path from one that may begin with `~` or be relative to the home. */
export function absolute(file: string, home: string, platform: NodeJS.Platform): string {
  const path = platform === 'win32' ? win32 : posix;
  if (file === '~') return path.normalize(home);
  const tilde = platform === 'win32' ? /^~[\\/]+/ : /^~\/+/;
  return path.resolve(home, tilde.test(file) ? file.replace(tilde, '') : file);
}

function passwordHome(): string {
  try {
    return userInfo().homedir || homedir();
  } catch {
    return homedir(); // An account without a line in the password database, as some containers have.
  }
}
