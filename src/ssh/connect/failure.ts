import path from 'node:path';
import { plainText } from '../../base/text';
import { badConfig, lastLine, type EffectiveConfig } from '../config/effectiveConfig';
import { passwordHome } from '../config/paths';
import { isEncryptedPrivateKey } from '../keys/privateKey';
import { readRegularFile } from '../keys/regularFile';
import type { LoggedResult } from './loggedSsh';
import type { OfferedKey, SshOutcome } from './outcome';

/**
 * What `ssh` wrote up to where a server's text may begin. That text may hold line breaks and so look like lines of
 * `ssh`: a disconnect message, after which `ssh` says nothing that matters; algorithms that `ssh` doesn't know, which
 * end the connection; and debug messages before the server has proved its host key, which no real server sends.
 */
export function ownWords(log: string): string {
  const disconnect = log.search(/^Received disconnect from /m);
  const negotiation = /^Unable to negotiate with .*$/m.exec(log);
  const early = log.search(/^debug1: Remote: /m);
  const keyed = log.search(/^debug1: SSH2_MSG_NEWKEYS received/m);
  const ends = [
    disconnect,
    negotiation === null ? -1 : negotiation.index + negotiation[0].length,
    keyed === -1 || early < keyed ? early : -1,
  ].filter((at) => at >= 0);
  return log.slice(0, Math.min(log.length, ...ends));
}

/**
 * What `ssh` wrote before the server could put line breaks into its lines at all: signature algorithms, sign-in
 * methods, and debug messages come later; only the ID of a host certificate comes before the login.
 */
function beforeServerText(log: string): string {
  const at = ownWords(log).search(serverText);
  return at < 0 ? ownWords(log) : log.slice(0, at);
}

/** Whether lines that follow this one may be a server's text. */
export function beginsServerText(line: string): boolean {
  return serverText.test(line);
}

const serverText =
  /^debug1: (?:Remote: |Server host certificate: |SSH2_MSG_(?:EXT_INFO|SERVICE_ACCEPT) received|Authentications that can continue: )/m;

/** Whether `ssh` itself warns that the host key isn't the one on record. It is checked against the key itself. */
export function warnsOfHostKey(log: string): boolean {
  return /^@ +WARNING: (?:REMOTE HOST IDENTIFICATION HAS CHANGED!|POSSIBLE DNS SPOOFING DETECTED!) +@\r?$/m.test(
    ownWords(log),
  );
}

/** Whether `ssh` says that it signed in. */
export function saysAuthenticated(log: string): boolean {
  return /^(?:debug1: Authentication succeeded \(|(?:debug1: )?Authenticated to \S+ )/m.test(ownWords(log));
}

/** The known_hosts file that `ssh` couldn't add a host key to, if there is one. */
export function unrecordedIn(log: string): string | undefined {
  const found = /^Failed to add the host to the list of known hosts \((.*)\)\.\r?$/m.exec(
    beforeServerText(log),
  );
  return found === null ? undefined : plainText(found[1] ?? '');
}

/**
 * Why `ssh -v` did not get in, from its log. Its own words are in English under `LC_ALL=C`; the `debug1:` lines tell
 * which keys were offered, and that the server took a key which then could not sign. Each pattern holds only at the
 * start of a line, where `ssh` and no server begins to write.
 */
export async function classifyFailure(
  { log, timedOut }: Pick<LoggedResult, 'log' | 'timedOut'>,
  config: EffectiveConfig,
): Promise<SshOutcome> {
  const own = ownWords(log);
  const said = lastLine(own);
  const has = (pattern: RegExp): boolean => pattern.test(own);
  const denied =
    has(/^[^\s:]+: Permission denied \([a-z0-9,-]*\)\.\r?$/m) || has(/^(?:debug1: )?No more auth/m);

  // The key was good, and the server asks for more: a password, or a code.
  if (has(/^Authenticated using "publickey" with partial success\.\r?$/m)) return { kind: 'unknown', said };
  const keys = attemptedKeys(log);
  const accepted = saidOfKeys(own, 'Server accepts key').find((key) => keys.includes(key));
  const openFile = [...own.matchAll(/^Permissions \d+ for '(.+)' are too open\.\r?$/gm)]
    .map(([, file = '']) => file)
    .find((file) => keys.some((key) => key === file || key.startsWith(`${file} `)));
  if (openFile !== undefined && (accepted !== undefined || denied)) {
    return { kind: 'key-file-open', key: plainText(openFile), said };
  }
  if (accepted !== undefined) {
    return { kind: 'locked-key', key: describedKey(accepted)?.name ?? plainText(accepted), said };
  }
  if (denied || refusesMoreKeys(log)) {
    const locked = denied ? await lockedUnseenKey(own, config) : undefined;
    return locked === undefined
      ? { kind: 'key-refused', offered: offeredKeys(log), said }
      : { kind: 'locked-key', key: locked, said };
  }
  // `ssh` skips lines of another service in search of an SSH server's.
  const sawIdentification = has(/^debug1: Remote protocol version/m);
  if (has(/^debug1: kex_exchange_identification: banner line \d+:/m) && !sawIdentification) {
    return { kind: 'not-ssh', said };
  }
  // From here on, what `ssh` says of the way to the server, which is never a debug line.
  const words = withoutDebugLines(own);
  const early = withoutDebugLines(beforeServerText(log));
  const notSsh =
    /^(?:kex_exchange_identification: banner line (?:contains invalid characters|too long)|banner exchange: Connection to .*: invalid format|Protocol major versions differ|.*: No banner received|Bad packet length |ssh_dispatch_run_fatal: .*: message authentication code incorrect)/m;
  if (notSsh.test(words)) return { kind: 'not-ssh', said };
  if (
    timedOut ||
    /^(?:ssh: connect to host \S+ port \d+: (?:Connection|Operation) timed out|Connection timed out|banner exchange: .*: Connection timed out|Connection to \S+ port \d+ timed out|Timeout, server )/m.test(
      words,
    )
  ) {
    return { kind: 'timeout', said };
  }
  if (
    /^ssh: (?:Could not resolve hostname |connect to host \S+ port \d+: (?:No route to host|Network is unreachable|Host is down|Network is down|Permission denied))/im.test(
      early,
    )
  ) {
    return { kind: 'unreachable', said };
  }
  if (
    /^(?:ssh: connect to host \S+ port \d+: (?:Connection refused|Connection reset)|kex_exchange_identification: (?:Connection closed|read: Connection reset)|Connection (?:closed|reset) by |(?:ssh_exchange_identification|banner exchange|client_loop|Read from remote host).*(?:closed|reset|disconnect)|Disconnected from |Connection to \S+ closed)/im.test(
      words,
    ) ||
    own !== log
  ) {
    return { kind: 'closed', said };
  }
  return badConfig(early) ?? { kind: 'unknown', said };
}

/** The server ended the connection because it was offered too many keys (reason 2 of RFC 4253, 11.1). */
function refusesMoreKeys(log: string): boolean {
  const own = ownWords(log);
  const end = log.slice(own.length);
  return (
    offeredKeys(log).length > 0 &&
    /^Received disconnect from \S+ port \d+:2: Too many authentication failures\r?$/m.test(end)
  );
}

/** The keys that were offered to the server, in order, each once. */
function offeredKeys(log: string): OfferedKey[] {
  const attempted = attemptedKeys(log);
  const keys = new Map<string, OfferedKey>();
  for (const text of saidOfKeys(ownWords(log), 'Offering public key')) {
    const key = attempted.includes(text) ? describedKey(text) : undefined;
    if (key && !keys.has(key.fingerprint)) keys.set(key.fingerprint, key);
  }
  return [...keys.values()];
}

/** The person's keys, as `ssh` describes them before it signs in. A key that's named only later may be made up. */
function attemptedKeys(log: string): string[] {
  return saidOfKeys(beforeServerText(log), 'Will attempt key');
}

function saidOfKeys(log: string, words: string): string[] {
  return [...log.matchAll(new RegExp(`^debug1: ${words}: (.+?)\\r?$`, 'gm'))].map(([, key = '']) =>
    key.trim(),
  );
}

function withoutDebugLines(log: string): string {
  return log.replace(/^debug\d: .*$/gm, '');
}

/** `NAME TYPE SHA256:... [explicit] [agent]`; the name is a file or an agent's comment and may contain spaces. */
function describedKey(text: string): OfferedKey | undefined {
  const match = /^(.*) ([A-Za-z0-9@.-]+) (SHA256:[A-Za-z0-9+/]+)(?: |$)/.exec(text.trim());
  if (!match) return undefined;
  const [, name = '', type = '', fingerprint = ''] = match;
  return { name: plainText(name), type, fingerprint };
}

/**
 * A locked key in an older format that has no `.pub` file can't be offered at all: `ssh` only tries to open it. Only
 * files that `ssh -G` named are read.
 */
async function lockedUnseenKey(log: string, config: EffectiveConfig): Promise<string | undefined> {
  const tried = new Set(
    [...log.matchAll(/^debug1: Trying private key: (.+?)(?: explicit)?\r?$/gm)].map(([, file = '']) => file),
  );
  for (const written of config.identityFiles) {
    const named = written.replaceAll('%%', '%');
    const file = named.startsWith('~/') ? path.join(passwordHome(), named.slice(2)) : named;
    if (!tried.has(file) && !tried.has(named)) continue;
    const content = await readRegularFile(file, 64 * 1024).catch(() => '');
    if (isEncryptedPrivateKey(content)) return plainText(file);
  }
  return undefined;
}
