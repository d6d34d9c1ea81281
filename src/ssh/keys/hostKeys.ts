import { rm } from 'node:fs/promises';
import type { Clock } from '../../base/clock';
import { makePrivateFolder } from '../config/fileLock';
import { replaceFile } from '../config/configFile';
import { readError, writeError } from '../config/fileErrors';
import { isErrorCode } from '../../base/fileErrors';
import { hostKeyPath } from '../config/ownConfig';
import type { SshPaths } from '../config/paths';
import { fingerprintOf } from './publicKey';
import { readRegularFile } from './regularFile';

/** A host key as a known_hosts file has it. */
export interface HostKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, ... */
  readonly type: string;
  /** The key itself, base64. Two keys are the same if this is. */
  readonly body: string;
  /** `SHA256:` and unpadded base64, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  /** Its line in the file, from 1. */
  readonly line: number;
}

/** A file of one instance's keys is never as large as this. */
const maxBytes = 1024 * 1024;

/** The keys in a known_hosts file, revoked ones left out; none if there is no such file. @throws SshFileError */
export async function readHostKeys(file: string): Promise<HostKey[]> {
  let text: string;
  try {
    text = await readRegularFile(file, maxBytes);
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return [];
    throw readError(file, error);
  }
  return text.split(/\r?\n/).flatMap((line, index) => {
    const found =
      /^(?:@cert-authority[ \t]+)?[^\s#@]\S*[ \t]+([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+=*)(?:\s|$)/.exec(line);
    const [, type, body] = found ?? [];
    if (type === undefined || body === undefined) return [];
    return [{ type, body, fingerprint: fingerprintOf(Buffer.from(body, 'base64')), line: index + 1 }];
  });
}

/** The keys on record for an instance; none if it was never connected to. @throws SshFileError */
export async function recordedHostKeys(paths: SshPaths, id: string): Promise<HostKey[]> {
  return readHostKeys(hostKeyPath(paths, id));
}

/**
 * Records exactly this key for an instance, in place of what was on record.
 * @throws SshFileError if the file can't be written.
 */
export async function installHostKey(
  paths: SshPaths,
  id: string,
  key: Pick<HostKey, 'type' | 'body'>,
  clock: Clock,
): Promise<void> {
  const file = hostKeyPath(paths, id);
  try {
    await makePrivateFolder(paths.knownHosts);
    const line = `tensordock-${id.toLowerCase()} ${key.type} ${key.body}\n`;
    await replaceFile(file, line, { mode: 0o600, clock, platform: paths.platform });
  } catch (error) {
    throw writeError(file, error);
  }
}

/** Forgets an instance's host keys. @throws SshFileError */
export async function forgetHostKeys(paths: SshPaths, id: string): Promise<void> {
  const file = hostKeyPath(paths, id);
  try {
    await rm(file, { force: true });
    await rm(`${file}.old`, { force: true }); // ssh-keygen -R leaves it.
  } catch (error) {
    throw writeError(file, error);
  }
}
