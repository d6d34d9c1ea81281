import SSHConfig, { LineType, type Directive, type Line, type Section } from 'ssh-config';
import { isAlias } from './alias';
import { checkPath, escapeTokens, lineEnd, needsQuotes, parseLine, splitLines } from './configText';
import { isUsableAddress, isUsablePort } from '../endpoint';
import { badValue } from './fileErrors';
import { absolute, checkWindowsPath, forSsh, isPlainHome, withTilde, type SshPaths } from './paths';

/**
 * The host name of an entry while its instance has no address. The last address may belong to someone else by now.
 * RFC 6761 reserves `.invalid`, but a search domain with a wildcard record still answers for it, so these entries
 * also get `refusal`.
 */
export const nowhere = 'instance-is-not-running.invalid';

/** English only: the file is shared by windows in all languages, which would otherwise keep rewriting it. */
const refusalText =
  'This TensorDock instance is not running or has no SSH port. Start it, then connect again.';

/**
 * The `ProxyCommand` of an entry without an address: it prints the reason and fails. With a proxy command `ssh` looks
 * up no name and opens no connection. OpenSSH passes it to the person's shell, which may be csh or fish; OpenSSH for
 * Windows starts it directly.
 */
function refusal(platform: NodeJS.Platform): string {
  return platform === 'win32'
    ? `cmd.exe /d /c "echo ${refusalText}>&2& exit 1"`
    : `/bin/sh -c 'echo "${refusalText}" >&2; exit 1'`;
}

/**
 * What a `Host *` of the person must not turn on for a stranger's host. The first value that `ssh` reads wins, and ours
 * come first. No shared connections, because one left open to a recycled address would hang. No `UpdateHostKeys`: the
 * server would add keys that nobody has seen. No other proof than the key on record, and no signature by this
 * computer's own host key. No `CheckHostIP`, which is on before OpenSSH 8.5: it would record the key for the address
 * too, which another instance gets. `SendEnv` and forwards add up, so no entry can take them back (`Match final`
 * neither: the person's lines follow again in that pass), and `ClearAllForwardings` would also drop the `-D` and `-L`
 * of Remote-SSH. OpenSSH before 7.8 would refuse all of the person's configuration for a `SetEnv`. See `handedOver`.
 */
const restrictions = {
  ForwardX11: 'no',
  ForwardX11Trusted: 'no',
  GSSAPIDelegateCredentials: 'no',
  PermitLocalCommand: 'no',
  Tunnel: 'no',
  GatewayPorts: 'no',
  ControlMaster: 'no',
  ControlPath: 'none',
  CanonicalizeHostname: 'no',
  UpdateHostKeys: 'no',
  VerifyHostKeyDNS: 'no',
  NoHostAuthenticationForLocalhost: 'no',
  HostbasedAuthentication: 'no',
  CheckHostIP: 'no',
};

/** What the person chooses for an entry. */
export interface EntryOptions {
  readonly user: string;
  /** Absolute or beginning with `~/`. Missing: the default keys of `ssh`. */
  readonly identityFile?: string;
  /** Whether the instance may use the person's SSH agent. Default: no. */
  readonly forwardAgent?: boolean;
}

/** An entry: the host of one instance and one account. */
export interface HostEntry extends EntryOptions {
  readonly id: string;
  readonly account: string;
  readonly alias: string;
  /** An IP address, or `nowhere`. */
  readonly host: string;
  readonly port: number;
}

/** An entry with its exact text in our file. */
export interface StoredEntry extends HostEntry {
  readonly text: string;
}

/** The content of our file: its entries, and whether it holds anything that we didn't write. */
export interface OwnFile {
  readonly entries: readonly StoredEntry[];
  readonly foreign: boolean;
}

const header = Buffer.from(
  [
    '# Written by the TensorDock extension for VS Code; what is changed here is lost.',
    '# "TensorDock: Remove SSH Entries" takes all of it away.',
    '',
  ].join('\n'),
);

const markPattern = /^# TensorDock instance (\S+) account (\S+)$/;

/** Whether an id can name a file and a host key: letters, digits, `-` and `_`. */
export function isUsableId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(id);
}

/** The file of an instance's host keys. @throws SshFileError (`bad-value`) for an id that isn't usable as a name. */
export function hostKeyPath(paths: SshPaths, id: string): string {
  if (!isUsableId(id)) throw badValue('id', id);
  // `ssh` reads a host key alias in lower case too.
  return `${paths.knownHosts}${paths.platform === 'win32' ? '\\' : '/'}${id.toLowerCase()}`;
}

/** The bytes of entries after a blank line: where one of a thousand changes, the others aren't encoded again. */
const encoded = new WeakMap<object, Buffer>();

/** Our file with these entries, whose texts stay the same to the byte. */
export function formatOwnFile(entries: readonly { readonly text: string }[]): Buffer {
  const parts = entries.map((entry) => {
    const bytes = encoded.get(entry) ?? Buffer.from(`\n${entry.text}`);
    encoded.set(entry, bytes);
    return bytes;
  });
  return Buffer.concat([header, ...parts]);
}

/**
 * The text of an entry.
 * @throws SshFileError (`bad-value`) for a value that `ssh` would misread.
 */
export function formatEntry(entry: HostEntry, paths: SshPaths): StoredEntry {
  checkEntry(entry);
  const { identityFile } = entry;
  const config = new SSHConfig().append({
    Host: entry.alias,
    HostName: entry.host,
    Port: String(entry.port),
    User: entry.user,
    ...(identityFile !== undefined && {
      IdentityFile: pathValue('IdentityFile', identityFile, paths),
      IdentitiesOnly: 'yes',
    }),
    HostKeyAlias: `tensordock-${entry.id.toLowerCase()}`,
    UserKnownHostsFile: pathValue('UserKnownHostsFile', hostKeyPath(paths, entry.id), paths),
    StrictHostKeyChecking: 'accept-new',
    ForwardAgent: entry.forwardAgent === true ? 'yes' : 'no',
    ...restrictions,
    ...(entry.host === nowhere && { ProxyCommand: refusal(paths.platform) }),
  });
  const section = Array.from(config).find(isSection);
  if (section === undefined) throw badValue('Host', entry.alias);
  // The library quotes only some directives, and only if there is a blank.
  for (const line of section.config) {
    if (!isDirective(line) || typeof line.value !== 'string') continue;
    // A command extends to the end of its line, including quotes.
    line.quoted = line.param !== 'ProxyCommand' && needsQuotes(line.value);
  }
  const content = `# TensorDock instance ${entry.id} account ${entry.account}`;
  section.config.unshift({ type: LineType.COMMENT, content, before: '  ', after: '\n' });
  return { ...entry, text: SSHConfig.stringify(config) };
}

/** Reads our file as `parseOwnFile` does, and hosts that were in it the last time at no cost. */
export class OwnFileParser {
  private known: ReadonlyMap<string, StoredEntry | undefined> = new Map();

  parse(text: string): OwnFile {
    const next = new Map<string, StoredEntry | undefined>();
    const file = parseOwnFile(text, (section) => {
      const entry = this.known.has(section) ? this.known.get(section) : parseSection(section);
      next.set(section, entry);
      return entry;
    });
    this.known = next;
    return file;
  }
}

/** Reads our file. Anything else than our entries is left out and reported as `foreign`. */
export function parseOwnFile(text: string, parse = parseSection): OwnFile {
  const entries: StoredEntry[] = [];
  const aliases = new Set<string>();
  let foreign = false;
  const [preamble = '', ...sections] = cutSections(text);
  if (preamble.split(lineEnd(preamble)).some((line) => line !== '' && !line.startsWith('#'))) foreign = true;
  for (const section of sections) {
    const entry = parse(section);
    if (entry === undefined || aliases.has(entry.alias)) foreign = true;
    else {
      entries.push(entry);
      aliases.add(entry.alias);
    }
  }
  return { entries, foreign };
}

function cutSections(text: string): string[] {
  const sections: string[] = [];
  let section = '';
  for (const { text: line, end } of splitLines(text)) {
    const keyword = parseLine(line)?.keyword;
    if (keyword === 'host' || keyword === 'match') {
      sections.push(section);
      section = '';
    }
    section += line + end;
  }
  sections.push(section);
  // The blank line between two hosts belongs to neither.
  return sections.map((whole) => {
    const trimmed = whole.trimEnd();
    return trimmed === whole ? whole : `${trimmed}\n`;
  });
}

function parseSection(text: string): StoredEntry | undefined {
  let section: Section | undefined;
  try {
    section = Array.from(SSHConfig.parse(text)).find(isSection);
  } catch {
    return undefined;
  }
  if (section === undefined) return undefined;
  const lines: readonly Line[] = section.config;
  const values = new Map(
    lines.filter(isDirective).map((line) => [line.param.toLowerCase(), line.value] as const),
  );
  const value = (keyword: string): string => {
    const found = values.get(keyword);
    return typeof found === 'string' ? found : '';
  };
  const marks = lines.flatMap((line) =>
    line.type === LineType.COMMENT ? [markPattern.exec(line.content)] : [],
  );
  const mark = marks.find((found) => found !== null);
  const identityFile = value('identityfile').replaceAll('%%', '%');
  const entry = {
    id: mark?.[1] ?? '',
    account: mark?.[2] ?? '',
    alias: typeof section.value === 'string' ? section.value : '',
    host: value('hostname'),
    port: Number(value('port')),
    user: value('user'),
    ...(identityFile !== '' && { identityFile }),
    ...(value('forwardagent') === 'yes' && { forwardAgent: true }),
    text,
  };
  try {
    checkEntry(entry);
  } catch {
    return undefined;
  }
  return section.param === 'Host' && value('hostkeyalias') !== '' ? entry : undefined;
}

/** @throws SshFileError (`bad-value`) for a user name that `ssh` would refuse or expand. */
export function checkUser(user: string): string {
  const sane = /^[\p{L}\p{N}_][\p{L}\p{N}_.@+-]*(?:\\[\p{L}\p{N}_][\p{L}\p{N}_.@+-]*)?\$?$/u.test(user);
  if (!sane || user.length > 128) throw badValue('User', user);
  return user;
}

function checkEntry(entry: HostEntry): void {
  if (!isUsableId(entry.id)) throw badValue('id', entry.id);
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(entry.account)) throw badValue('account', entry.account);
  if (!isAlias(entry.alias)) throw badValue('Host', entry.alias);
  if (entry.host !== nowhere && !isUsableAddress(entry.host)) throw badValue('HostName', entry.host);
  if (!isUsablePort(entry.port)) throw badValue('Port', String(entry.port));
  checkUser(entry.user);
}

function pathValue(what: string, file: string, { home, platform }: SshPaths): string {
  const given = forSsh(file, platform);
  const isAbsolute = platform === 'win32' ? /^[A-Za-z]:\//.test(given) : given.startsWith('/');
  if (!isAbsolute && !given.startsWith('~/')) throw badValue(what, file);
  checkWindowsPath(what, file, platform);
  const keepsTilde = given.startsWith('~/') && isPlainHome(home, platform);
  const written = keepsTilde
    ? given
    : withTilde(given.startsWith('~/') ? absolute(file, home, platform) : file, home, platform);
  return escapeTokens(checkPath(what, written));
}

function isDirective(line: Line): line is Directive {
  return line.type === LineType.DIRECTIVE;
}

function isSection(line: Line): line is Section {
  return isDirective(line) && 'config' in line;
}
