import { isErrorCode } from '../../base/fileErrors';
import { plainText } from '../../base/text';
import type { Logger } from '../../base/logger';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { formatPublicKey, parsePublicKey, type PublicKey } from './publicKey';
import { run } from '../connect/run';

/** A key this person has. At least one of a file and the agent holds its private half. */
export interface LocalKey extends PublicKey {
  readonly publicKeyFile?: string;
  /** Beside the `.pub` file, without that ending; missing where only an agent or a token has it. */
  readonly privateKeyFile?: string;
  readonly inAgent: boolean;
}

export interface KeyListing {
  readonly keys: readonly LocalKey[];
  /** `none`: no agent runs, or `ssh-add` cannot be started. */
  readonly agent: 'has-keys' | 'empty' | 'none';
}

export interface KeyListOptions {
  /** Folders with `*.pub` files, the more important first; one that does not exist is empty. */
  readonly folders: readonly string[];
  readonly sshAdd: string;
  /** Another agent than the environment's (`IdentityAgent`). */
  readonly agentSocket?: string;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

/** A public key is a line; what is larger is something else that happens to end in `.pub`. */
const maxPublicKeyBytes = 64 * 1024;

/**
 * The keys of the folders and of the agent, each once. Files that are no public key are left out and logged.
 * Rejects only with the reason of the signal.
 */
export async function listKeys(options: KeyListOptions): Promise<KeyListing> {
  const byBody = new Map<string, LocalKey>();
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
 * What `IdentityFile` has to be for this key. A key that lives only in an agent or a token is named by its public
 * half, for which a file is made in `folder` where there is none; `ssh` then asks the agent for that very key.
 */
export async function identityFileOf(key: LocalKey, folder: string): Promise<string> {
  const existing = key.privateKeyFile ?? key.publicKeyFile;
  if (existing !== undefined) return existing;
  const name = Buffer.from(key.fingerprint.slice('SHA256:'.length), 'base64').toString('hex').slice(0, 16);
  const file = path.join(folder, `agent-${name}.pub`);
  const text = `${formatPublicKey(key)}\n`;
  if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFileAtomic(file, text, { mode: 0o600 });
  }
  return file;
}

/** Whether a private key file asks for a passphrase; of the older forms only PEM says so in the clear. */
export function isEncryptedPrivateKey(text: string): boolean {
  if (/^Proc-Type: 4,ENCRYPTED|-----BEGIN ENCRYPTED PRIVATE KEY-----/m.test(text)) return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  if (body === undefined) return false;
  const magic = 'openssh-key-v1\0';
  const blob = Buffer.from(body, 'base64');
  if (blob.toString('latin1', 0, magic.length) !== magic || blob.length < magic.length + 8) return false;
  const length = blob.readUInt32BE(magic.length);
  return blob.toString('latin1', magic.length + 4, magic.length + 4 + length) !== 'none';
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
      if (!found.isFile() || found.size > maxPublicKeyBytes) continue;
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
  try {
    const env = { LC_ALL: 'C', ...(agentSocket === undefined ? {} : { SSH_AUTH_SOCK: agentSocket }) };
    const result = await run(sshAdd, ['-L'], { signal, timeoutMs: 10_000, env });
    // 1: the agent answers and has none. 2: there is no agent.
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
