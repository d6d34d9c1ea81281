import { access, constants } from 'node:fs/promises';
import path from 'node:path';

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

/**
 * The programs to use: `configuredPath` (the setting `remote.SSH.path`) if it is set, else those on PATH. The others
 * are taken from the folder of the configured `ssh`, since different builds don't always talk to the same agent
 * (Windows has two). Starts nothing.
 */
export async function findSshPrograms(configuredPath?: string): Promise<SshPrograms> {
  const ssh = configuredPath?.trim() ?? '';
  if (ssh === '') return { ssh: 'ssh', sshAdd: 'ssh-add', sshKeygen: 'ssh-keygen' };
  const beside = async (name: string): Promise<string> => {
    if (!path.isAbsolute(ssh)) return name;
    const file = path.join(path.dirname(ssh), name + path.extname(ssh));
    return (await isExecutable(file)) ? file : name;
  };
  return { ssh, sshAdd: await beside('ssh-add'), sshKeygen: await beside('ssh-keygen') };
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
