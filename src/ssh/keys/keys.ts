import { isErrorCode } from '../../base/fileErrors';
import { plainText } from '../../base/text';
import type { Logger } from '../../base/logger';
import { writePrivateFile } from '../../base/privateFile';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateFolder } from '../config/fileLock';
import { checkWindowsPath } from '../config/paths';
import { publicHalf } from './privateKey';
import { formatPublicKey, parsePublicKey, type PublicKey } from './publicKey';
import { readRegularFile } from './regularFile';
import { run } from '../connect/run';

/** A key of this person. A file, the agent or both hold its private half. */
export interface LocalKey extends PublicKey {
  readonly publicKeyFile?: string;
  /** Missing if only an agent or a hardware key holds it. */
  readonly privateKeyFile?: string;
  readonly inAgent: boolean;
}

export interface KeyListing {
  readonly keys: readonly LocalKey[];
  /** `none`: no agent is running or wanted, or `ssh-add` can't be started. */
  readonly agent: 'has-keys' | 'empty' | 'none';
}

export interface KeyListOptions {
  /** Private key files that come first, wherever they are. */
  readonly files?: readonly string[];
  /** Folders with `*.pub` files, the more important first; one that doesn't exist is empty. */
  readonly folders: readonly string[];
  readonly sshAdd: string;
  /** The socket of another agent than the environment's; `none`: no agent is used. See {@link agentSocketOf}. */
  readonly agentSocket?: string;
  readonly platform: NodeJS.Platform;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

/** Whatever is larger isn't a key. */
const maxKeyBytes = 64 * 1024;

/**
 * The keys of the files, the folders and the agent, each once. What isn't a key is left out and logged. Writes nothing.
 * Rejects only with the signal's reason.
 */
export async function listKeys(options: KeyListOptions): Promise<KeyListing> {
  const byBody = new Map<string, LocalKey>();
  for (const file of options.files ?? []) {
    const key = await keyOfFile(file, options);
    if (key) byBody.set(key.body, key);
  }
  for (const folder of options.folders) {
    for (const key of await keysOfFolder(folder, options.logger)) {
      const known = byBody.get(key.body);
      if (known?.privateKeyFile === undefined) byBody.set(key.body, key);
    }
  }
  const agent = await agentKeys(options);
  for (const key of agent.keys) {
    const known = byBody.get(key.body);
    byBody.set(key.body, known ? { ...known, inAgent: true } : { ...key, inAgent: true });
  }
  return { keys: [...byBody.values()], agent: agent.state };
}

/**
 * The `IdentityFile` for this key. A key that only an agent or a hardware key holds is named by its public half, which
 * is written to `folder` if there is no file of it; `ssh` then asks the agent for exactly that key.
 */
export async function identityFileOf(key: LocalKey, folder: string): Promise<string> {
  const existing = key.privateKeyFile ?? key.publicKeyFile;
  if (existing !== undefined) return existing;
  const name = Buffer.from(key.fingerprint.slice('SHA256:'.length), 'base64').toString('hex').slice(0, 16);
  const file = path.join(folder, `agent-${name}.pub`);
  const text = `${formatPublicKey(key)}\n`;
  if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) {
    await makePrivateFolder(folder);
    await writePrivateFile(file, text);
  }
  return file;
}

/** The key of a private key file, or of the public half that was named instead. */
async function keyOfFile(file: string, { logger, platform }: KeyListOptions): Promise<LocalKey | undefined> {
  const isPublic = file.endsWith('.pub');
  const publicKeyFile = isPublic ? file : `${file}.pub`;
  try {
    // Even looking for a file on a network share sends the person's credentials there.
    checkWindowsPath('IdentityFile', file, platform);
    const line = await readRegularFile(publicKeyFile, maxKeyBytes).catch(() => undefined);
    const key =
      line === undefined ? publicHalf(await readRegularFile(file, maxKeyBytes)) : parsePublicKey(line);
    if (key === undefined) throw new Error('Its public half isn’t known');
    return {
      ...key,
      ...(line !== undefined && { publicKeyFile }),
      ...(!isPublic && { privateKeyFile: file }),
      inAgent: false,
    };
  } catch (error) {
    logger.warn(`Cannot offer the key ${file}: ${plainText(String(error))}`);
    return undefined;
  }
}

async function keysOfFolder(folder: string, logger: Logger): Promise<LocalKey[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (!isErrorCode(error, 'ENOENT'))
      logger.warn(`Cannot list keys of ${folder}: ${plainText(String(error))}`);
    return [];
  }
  const keys: LocalKey[] = [];
  for (const name of names.filter((each) => each.endsWith('.pub')).sort()) {
    const publicKeyFile = path.join(folder, name);
    try {
      const found = await stat(publicKeyFile);
      if (!found.isFile() || found.size > maxKeyBytes) continue;
      const key = parsePublicKey(await readFile(publicKeyFile, 'utf8'));
      const privateKeyFile = publicKeyFile.slice(0, -'.pub'.length);
      const hasPrivate = await stat(privateKeyFile).then(
        (file) => file.isFile(),
        () => false,
      );
      keys.push({
        ...key,
        publicKeyFile,
        privateKeyFile: hasPrivate ? privateKeyFile : undefined,
        inAgent: false,
      });
    } catch (error) {
      logger.debug(`Not a public key: ${publicKeyFile}: ${plainText(String(error))}`);
    }
  }
  return keys;
}

async function agentKeys(
  options: KeyListOptions,
): Promise<{ readonly keys: PublicKey[]; readonly state: KeyListing['agent'] }> {
  const { sshAdd, agentSocket, logger, signal } = options;
  if (agentSocket === 'none') return { keys: [], state: 'none' };
  try {
    const env = { LC_ALL: 'C', ...(agentSocket === undefined ? {} : { SSH_AUTH_SOCK: agentSocket }) };
    const result = await run(sshAdd, ['-L'], { signal, timeoutMs: 10_000, env });
    // 1: the agent has no keys. 2: there is no agent.
    if (result.exitCode !== 0) return { keys: [], state: result.exitCode === 1 ? 'empty' : 'none' };
    const keys = result.stdout.split(/\r?\n/).flatMap((line) => {
      try {
        return line.trim() === '' ? [] : [parsePublicKey(line)];
      } catch (error) {
        logger.debug(`Not offered from the agent: ${plainText(String(error))}`);
        return [];
      }
    });
    return { keys, state: 'has-keys' };
  } catch (error) {
    if (signal?.aborted) throw error;
    logger.debug(`No agent: ${plainText(String(error))}`);
    return { keys: [], state: 'none' };
  }
}
