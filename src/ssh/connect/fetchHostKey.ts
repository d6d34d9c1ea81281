import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readEffectiveConfig, type EffectiveConfig } from '../config/effectiveConfig';
import { readHostKeys, type HostKey } from '../keys/hostKeys';
import { classifyFailure } from './failure';
import { isolatedArguments, isolatedEnvironment } from './isolation';
import { runLogged } from './loggedSsh';
import type { SshOutcome } from './outcome';
import { targetArguments, type SshTarget } from './sshExecutable';

export interface FetchHostKeyOptions extends SshTarget {
  /** What `ssh -G` said of the target, where that is known already. */
  readonly config?: EffectiveConfig;
  /** Whole seconds. Default 15. */
  readonly connectTimeoutS?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

export type FetchedHostKey =
  { readonly ok: true; readonly key: HostKey } | { readonly ok: false; readonly outcome: SshOutcome };

/**
 * Asks a server for its host key with a real key exchange, in which it proves to have the key. Nothing is recorded
 * but in a temporary file, no credentials are offered and nothing is trusted. Rejects only with the signal's reason.
 */
export async function fetchHostKey(options: FetchHostKeyOptions): Promise<FetchedHostKey> {
  const { connectTimeoutS = 15, signal } = options;
  const effective = options.config ?? (await readEffectiveConfig(options, signal));
  if ('ok' in effective && !effective.ok) return effective;
  const config = 'ok' in effective ? effective.config : effective;
  const folder = await mkdtemp(path.join(tmpdir(), 'tensordock-host-key-'));
  try {
    const knownHostsFile = path.join(folder, 'known_hosts');
    const { host } = targetArguments(options);
    const args = isolatedArguments(options, config, { purpose: 'hostKey', knownHostsFile, connectTimeoutS });
    const result = await runLogged(options.ssh, [...args, host, 'exit 0'], {
      environment: isolatedEnvironment(config, 'hostKey', options.env),
      timeoutMs: (connectTimeoutS + 10) * 1000,
      signal,
    });
    const [key] = await readHostKeys(knownHostsFile);
    if (key !== undefined) return { ok: true, key };
    return { ok: false, outcome: await classifyFailure(result, config) };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { ok: false, outcome: { kind: 'no-ssh' } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
