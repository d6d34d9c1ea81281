import { access, constants } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { absolute, checkWindowsPath, passwordHome } from '../config/paths';

/** The OpenSSH programs that belong together. */
export interface SshPrograms {
  readonly ssh: string;
  readonly sshAdd: string;
  readonly sshKeygen: string;
}

/** What each of our calls of `ssh` needs: the program, the host and the configuration. */
export interface SshTarget {
  /** The program, from {@link findSshPrograms}. */
  readonly ssh: string;
  /** A host alias. */
  readonly alias: string;
  /** For `-F`; without it `ssh` reads the person's and the system's own. */
  readonly configFile?: string;
  /** Where the instance's host key is recorded; its folder is made before each connection. */
  readonly knownHostsFile?: string;
}

/** What decides which programs are used; tests set all of it. */
export interface ProgramInputs {
  /** The setting `remote.SSH.path`: a name on PATH, or a path, which is relative to the home. */
  readonly configuredPath?: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  readonly isExecutable: (file: string) => Promise<boolean>;
}

/** The inputs of this computer. */
export function systemProgramInputs(): Omit<ProgramInputs, 'configuredPath'> {
  return { home: passwordHome(), platform: process.platform, environment: process.env, isExecutable };
}

/**
 * The programs to use: `configuredPath` if it is set, else those on PATH. The others are taken from the folder of the
 * configured `ssh`, since different builds don't always talk to the same agent (Windows has two). Starts nothing.
 * @throws SshFileError (`bad-value`) if `configuredPath` is a network share or a device on Windows.
 */
export async function findSshPrograms(inputs: ProgramInputs): Promise<SshPrograms> {
  const { home, platform, isExecutable: isThere } = inputs;
  const path = platform === 'win32' ? win32 : posix;
  const onPath = async (name: string): Promise<string> =>
    platform === 'win32' ? findOnWindows(name, inputs) : name;
  const configured = inputs.configuredPath?.trim() ?? '';
  checkWindowsPath('remote.SSH.path', configured, platform);
  const ssh = path.basename(configured) === configured ? undefined : absolute(configured, home, platform);
  const beside = async (name: string): Promise<string> => {
    const file = ssh && path.join(path.dirname(ssh), name + path.extname(ssh));
    return file !== undefined && (await isThere(file)) ? file : onPath(name);
  };
  return {
    ssh: ssh ?? (await onPath(configured === '' ? 'ssh' : configured)),
    sshAdd: await beside('ssh-add'),
    sshKeygen: await beside('ssh-keygen'),
  };
}

/** Windows would look in the current folder before PATH, and that folder may be a stranger's. */
async function findOnWindows(name: string, inputs: ProgramInputs): Promise<string> {
  const variable = (wanted: string): string =>
    Object.entries(inputs.environment).find(([key]) => key.toUpperCase() === wanted)?.[1] ?? '';
  const system = win32.join(variable('SYSTEMROOT') || 'C:\\Windows', 'System32', 'OpenSSH');
  const folders = variable('PATH')
    .split(';')
    .map((folder) => folder.trim().replace(/^"|"$/g, ''))
    .filter((folder) => /^[A-Za-z]:[\\/]/.test(folder));
  const program = win32.extname(name) === '' ? `${name}.exe` : name;
  for (const folder of folders) {
    const file = win32.join(folder, program);
    if (await inputs.isExecutable(file)) return file;
  }
  return win32.join(system, program);
}

/**
 * The arguments that name the host.
 * @throws RangeError if `ssh` could read the alias as an option or as several words: we make aliases, but they are
 * read back from a file.
 */
export function targetArguments(target: SshTarget): { readonly options: string[]; readonly host: string } {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(target.alias)) {
    throw new RangeError(`Not a host alias: ${JSON.stringify(target.alias)}`);
  }
  return { options: target.configFile === undefined ? [] : ['-F', target.configFile], host: target.alias };
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
