import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { readConfigFile } from '../config/configFile';
import { writeError } from '../config/fileErrors';
import { hostKeyPath } from '../config/ownConfig';
import type { SshPaths } from '../config/paths';

/** A host key that `ssh` noted for an instance. */
export interface RecordedHostKey {
  /** As it stands in the file: `ssh-ed25519`, `ecdsa-sha2-nistp256`, ... */
  readonly type: string;
  /** `SHA256:` and unpadded base64, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
}

/** The keys on file for an instance; none where it was never connected to. @throws SshFileError */
export async function recordedHostKeys(paths: SshPaths, id: string): Promise<RecordedHostKey[]> {
  const { text = '' } = await readConfigFile(hostKeyPath(paths, id));
  return text.split(/\r?\n/).flatMap((line) => {
    const found = /^(?:@cert-authority\s+)?[^\s#@]\S*\s+(\S+)\s+([A-Za-z0-9+/]+=*)(?:\s|$)/.exec(line);
    if (found?.[1] === undefined || found[2] === undefined) return [];
    const digest = createHash('sha256').update(Buffer.from(found[2], 'base64')).digest('base64');
    return [{ type: found[1], fingerprint: `SHA256:${digest.replace(/=+$/, '')}` }];
  });
}

/** Forgets an instance's host keys, so that the next connection takes what it finds. @throws SshFileError */
export async function forgetHostKeys(paths: SshPaths, id: string): Promise<void> {
  const file = hostKeyPath(paths, id);
  try {
    await rm(file, { force: true });
    await rm(`${file}.old`, { force: true }); // What ssh-keygen -R leaves.
  } catch (error) {
    throw writeError(file, error);
  }
}
