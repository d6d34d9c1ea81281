import path from 'node:path';
import { plainText } from '../../base/text';
import { readEffectiveConfig, type EffectiveConfig } from '../config/effectiveConfig';
import { makePrivateFolder } from '../config/fileLock';
import { readHostKeys } from '../keys/hostKeys';
import { classifyFailure, saysAuthenticated, unrecordedIn, warnsOfHostKey } from './failure';
import { fetchHostKey } from './fetchHostKey';
import { isolatedArguments, isolatedEnvironment } from './isolation';
import { runLogged, type LoggedResult } from './loggedSsh';
import type { SshOutcome } from './outcome';
import { targetArguments, type SshTarget } from './sshExecutable';

export interface ProbeOptions extends SshTarget {
  /** What `ssh -G` said of the target, where that is known already. */
  readonly config?: EffectiveConfig;
  /** `ConnectTimeout`, whole seconds. Default 15. */
  readonly connectTimeoutS?: number;
  /** For the whole `ssh`; default 20 s above `connectTimeoutS`, since an agent may ask the person before it signs. */
  readonly timeoutMs?: number;
  /** On top of the reduced environment, for tests. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Called with what `ssh` wrote, for the log. It holds no secret: names of files, fingerprints, addresses. */
  readonly onOutput?: (log: string) => void;
}

/**
 * Signs in once with the real `ssh`, isolated from the person's configuration, and resolves with how far it got.
 * Rejects only with the signal's reason, or with a `RangeError` for an alias that isn't one.
 */
export async function probe(options: ProbeOptions): Promise<SshOutcome> {
  const { connectTimeoutS = 15, timeoutMs = (connectTimeoutS + 20) * 1000, signal } = options;
  const { host } = targetArguments(options);
  let { config } = options;
  if (config === undefined) {
    const effective = await readEffectiveConfig(options, signal);
    if (!effective.ok) return effective.outcome;
    ({ config } = effective);
  }
  const unwritable = await makeKnownHostsFolder(options);
  if (unwritable) return unwritable;
  const args = isolatedArguments(options, config, { purpose: 'login', connectTimeoutS });
  let result: LoggedResult;
  try {
    // `exit 0` works in the shells of Linux and Windows.
    result = await runLogged(options.ssh, [...args, host, 'exit 0'], {
      environment: isolatedEnvironment(config, 'login', options.env),
      timeoutMs,
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    return { kind: 'no-ssh', said: plainText(String(error)) };
  }
  options.onOutput?.(result.log);
  return classify(result, { ...options, config });
}

/**
 * Makes the folder for an instance's host key: without it `ssh` accepts any key each time. Resolves with the outcome
 * if it can't be made.
 */
export async function makeKnownHostsFolder({ knownHostsFile }: SshTarget): Promise<SshOutcome | undefined> {
  if (knownHostsFile === undefined) return undefined;
  try {
    await makePrivateFolder(path.dirname(knownHostsFile));
    return undefined;
  } catch (error) {
    const said = plainText(error instanceof Error ? error.message : String(error));
    return { kind: 'host-key-not-recorded', file: knownHostsFile, said };
  }
}

/**
 * What came of a connection. `ok` needs more than words: `ssh` exits with 255 for whatever goes wrong on its side, so
 * that any other code means that a command was run over there. Rejects only with the signal's reason.
 */
export async function classify(
  result: LoggedResult,
  target: SshTarget & Pick<ProbeOptions, 'env' | 'signal'> & { readonly config: EffectiveConfig },
): Promise<SshOutcome> {
  const { log, exitCode, timedOut } = result;
  const unrecorded = unrecordedIn(log);
  if (unrecorded !== undefined) return { kind: 'host-key-not-recorded', file: unrecorded };
  if (saysAuthenticated(log) && (timedOut || (exitCode !== null && exitCode !== 255))) {
    return (await isRecorded(target)) ? { kind: 'ok' } : notRecorded(target);
  }
  if (warnsOfHostKey(log)) {
    const changed = await changedHostKey(target);
    if (changed) return changed;
  }
  return classifyFailure(result, target.config);
}

async function isRecorded({ knownHostsFile }: SshTarget): Promise<boolean> {
  if (knownHostsFile === undefined) return true;
  return readHostKeys(knownHostsFile).then(
    (keys) => keys.length > 0,
    () => false,
  );
}

function notRecorded({ knownHostsFile }: SshTarget): SshOutcome {
  return { kind: 'host-key-not-recorded', file: knownHostsFile };
}

/** The outcome if the server's key isn't on record. A warning alone proves nothing: the keys are compared. */
async function changedHostKey(
  target: SshTarget & Pick<ProbeOptions, 'env' | 'signal'> & { readonly config: EffectiveConfig },
): Promise<SshOutcome | undefined> {
  const file = target.knownHostsFile ?? target.config.values.get('userknownhostsfile')?.[0];
  if (file === undefined) return undefined;
  const known = await readHostKeys(file).catch(() => []);
  const fetched = await fetchHostKey(target);
  if (!fetched.ok) return fetched.outcome;
  const { key } = fetched;
  if (known.length === 0 || known.some(({ body }) => body === key.body)) return undefined;
  const before = known.find(({ type }) => type === key.type) ?? known[0];
  if (before === undefined) return undefined;
  return {
    kind: 'host-key-changed',
    hostKey: {
      type: key.type,
      newFingerprint: key.fingerprint,
      knownFingerprint: before.fingerprint,
      file,
      line: before.line,
    },
  };
}
