import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { run } from './run';

/** The OpenSSH programs that belong together. */
export interface SshPrograms {
  readonly ssh: string;
  readonly sshAdd: string;
  readonly sshKeygen: string;
}

/** Which `ssh`, which host of it, and which configuration: what every call of `ssh` by us needs. */
export interface SshTarget {
  /** The program, from {@link findSshPrograms}. */
  readonly ssh: string;
  /** A host alias. */
  readonly alias: string;
  /** For `-F`; without it `ssh` reads the person's and the system's own. */
  readonly configFile?: string;
}

/**
 * The programs to use: `configuredPath` (the setting `remote.SSH.path`) where it is set, else what PATH has. The
 * companions are taken from beside the configured `ssh`, since agents of different builds do not always agree
 * (Windows has two). Nothing is started.
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

/** What `ssh -V` says (`OpenSSH_9.2p1 ...`), one line; `undefined` where it cannot be started or says nothing. */
export async function sshVersion(ssh: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(ssh, ['-V'], { signal, timeoutMs: 10_000 });
    return (stderr + stdout).split('\n')[0]?.trim() ?? undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}

/**
 * The arguments that name the host. Throws where the alias could be read as an option or as more than one word:
 * an alias is made by us, but may have passed through a file.
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
