import { plainText } from '../../base/text';
import { readFile } from 'node:fs/promises';
import { badConfig, lastLine } from '../config/effectiveConfig';
import { isEncryptedPrivateKey } from '../keys/keys';
import { type ChangedHostKey, type OfferedKey, type SshOutcome } from './outcome';
import { fingerprintOf } from '../keys/publicKey';
import { run, type RunResult } from './run';
import { targetArguments, type SshTarget } from './sshExecutable';

export interface ProbeOptions extends SshTarget {
  /** `ConnectTimeout`, whole seconds. Default 15. */
  readonly connectTimeoutS?: number;
  /** For the whole `ssh`; default 20 s above `connectTimeoutS`, since signing may ask the person. */
  readonly timeoutMs?: number;
  /** On top of our own environment, for tests. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** All that `ssh` wrote, for the log. It holds no secret: names of files, fingerprints, addresses. */
  readonly onOutput?: (stderr: string) => void;
}

/** What keeps a probe from asking, from forwarding, and from sharing a connection that is already open. */
export const probeSettings: readonly string[] = [
  'BatchMode=yes',
  'RemoteCommand=none',
  'RequestTTY=no',
  'ClearAllForwardings=yes',
  'ControlMaster=no',
  'ControlPath=none',
];

/**
 * Connects once with the real `ssh` and says how far it got. Rejects only with the reason of the signal, or with
 * a `RangeError` for an alias that is none.
 */
export async function probe(options: ProbeOptions): Promise<SshOutcome> {
  const { connectTimeoutS = 15, timeoutMs = (connectTimeoutS + 20) * 1000, signal } = options;
  const target = targetArguments(options);
  const settings = [...probeSettings, `ConnectTimeout=${connectTimeoutS}`].flatMap((setting) => [
    '-o',
    setting,
  ]);
  // `exit 0` is understood by the shells of Linux and of Windows alike.
  const args = [...target.options, '-v', '-T', ...settings, target.host, 'exit 0'];
  let result: RunResult;
  try {
    result = await run(options.ssh, args, { signal, timeoutMs, env: { LC_ALL: 'C', ...options.env } });
  } catch (error) {
    if (signal?.aborted) throw error;
    return { kind: 'no-ssh', said: plainText(String(error)) };
  }
  options.onOutput?.(result.stderr);
  return classify(result.stderr, result.exitCode, result.timedOut);
}

/**
 * Reads what `ssh -v` wrote. What it says to people is in English under `LC_ALL=C`; the `debug1:` lines tell what
 * its last words do not: that the server took a key which then could not sign, and which keys were shown.
 */
export async function classify(
  stderr: string,
  exitCode: number | null,
  timedOut = false,
): Promise<SshOutcome> {
  const said = lastLine(stderr);
  const has = (pattern: RegExp): boolean => pattern.test(stderr);

  if (has(/WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED|WARNING: POSSIBLE DNS SPOOFING/)) {
    return { kind: 'host-key-changed', hostKey: await changedHostKey(stderr), said };
  }
  // The remote command's own exit code says nothing of the connection.
  if (has(/^debug1: Authentication succeeded|^Authenticated to |^debug1: Authenticated to /m))
    return { kind: 'ok' };
  if (exitCode !== null && exitCode !== 255 && !timedOut) return { kind: 'ok' };

  const openFile = /^Permissions \d+ for '(.+)' are too open\./m.exec(stderr);
  const accepted = /^debug1: Server accepts key: (.+)$/m.exec(stderr);
  if (openFile && (accepted ?? has(/Permission denied/))) {
    return { kind: 'key-file-open', key: plainText(openFile[1] ?? ''), said };
  }
  if (accepted) {
    const key = describedKey(accepted[1] ?? '');
    return { kind: 'locked-key', key: key?.name ?? plainText(accepted[1] ?? ''), said };
  }
  if (has(/^.*Permission denied|Too many authentication failures|No more authentication methods/m)) {
    const locked = await lockedUnseenKey(stderr);
    return locked === undefined
      ? { kind: 'key-refused', offered: offeredKeys(stderr), said }
      : { kind: 'locked-key', key: locked, said };
  }
  // Lines of another service, which `ssh` skips in search of an SSH server's.
  if (
    has(/^debug1: kex_exchange_identification: banner line \d+:/m) &&
    !has(/^debug1: Remote protocol version/m)
  ) {
    return { kind: 'not-ssh', said };
  }
  // What comes next are ssh's own words about the way to the server; they stand outside of the debug lines.
  const words = stderr.replace(/^debug\d: .*$/gm, '');
  if (
    /banner line contains invalid characters|banner exchange: .*invalid format|Protocol major versions differ|No banner received|Bad packet length|banner line too long/.test(
      words,
    )
  ) {
    return { kind: 'not-ssh', said };
  }
  if (timedOut || /timed out/i.test(words)) return { kind: 'timeout', said };
  if (
    /Could not resolve hostname|No route to host|Network is unreachable|Host is down|Network is down/i.test(
      words,
    )
  ) {
    return { kind: 'unreachable', said };
  }
  if (
    /Connection refused|Connection reset|Connection closed|Connection aborted|closed by (?:remote host|UNKNOWN)/i.test(
      words,
    )
  ) {
    return { kind: 'closed', said };
  }
  return badConfig(stderr) ?? { kind: 'unknown', said };
}

/** The keys that were shown to the server, in order, each once. */
function offeredKeys(stderr: string): OfferedKey[] {
  const keys = new Map<string, OfferedKey>();
  for (const [, text = ''] of stderr.matchAll(/^debug1: Offering public key: (.+)$/gm)) {
    const key = describedKey(text);
    if (key && !keys.has(key.fingerprint)) keys.set(key.fingerprint, key);
  }
  return [...keys.values()];
}

/** `NAME TYPE SHA256:... [explicit] [agent]`, the name being a file or an agent's comment, spaces and all. */
function describedKey(text: string): OfferedKey | undefined {
  const match = /^(.*) (\S+) (SHA256:\S+)/.exec(text.trim());
  if (!match) return undefined;
  const [, name = '', type = '', fingerprint = ''] = match;
  return { name: plainText(name), type, fingerprint };
}

/** A locked key in an older form, without a `.pub` beside it, cannot be shown at all: `ssh` only tries to open it. */
async function lockedUnseenKey(stderr: string): Promise<string | undefined> {
  for (const [, text = ''] of stderr.matchAll(/^debug1: Trying private key: (.+?)\r?$/gm)) {
    const file = text.replace(/ explicit$/, '');
    const content = await readFile(file, 'utf8').catch(() => '');
    if (isEncryptedPrivateKey(content)) return plainText(file);
  }
  return undefined;
}

async function changedHostKey(stderr: string): Promise<ChangedHostKey> {
  const shown = /fingerprint for the (\S+) key sent by the remote host is\s+(SHA256:[A-Za-z0-9+/]+)/.exec(
    stderr,
  );
  const offending = /^Offending (?:key|(\S+) key) in (.+):(\d+)\r?$/m.exec(stderr);
  const file = offending?.[2];
  const line = offending?.[3] === undefined ? undefined : Number(offending[3]);
  return {
    type: shown?.[1] ?? offending?.[1],
    newFingerprint: shown?.[2],
    knownFingerprint:
      file === undefined || line === undefined ? undefined : await knownFingerprint(file, line),
    file,
    line,
  };
}

/** The fingerprint of the key in one line of a known_hosts file (`[@marker] hosts type base64 [comment]`). */
async function knownFingerprint(file: string, line: number): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const words = (text.split('\n')[line - 1] ?? '').trim().split(/\s+/);
  const body = words[words[0]?.startsWith('@') ? 3 : 2];
  return body === undefined ? undefined : fingerprintOf(Buffer.from(body, 'base64'));
}
