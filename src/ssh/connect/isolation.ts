import type { EffectiveConfig } from '../config/effectiveConfig';
import { targetArguments, type SshTarget } from './sshExecutable';

/*
 * An instance is a stranger's computer at an address that someone else may have by now. Our own connections take
 * from the person's configuration only what is listed here. All else stays out: forwards of ports, agent and X11,
 * SendEnv and SetEnv, local and remote commands, GSSAPI, shared connections, VerifyHostKeyDNS, UpdateHostKeys.
 */

/** Options of the person that say how to get there and who they are. Each value is one word or a comma list. */
const plainOptions: readonly string[] = [
  'addressfamily',
  'bindaddress',
  'bindinterface',
  'casignaturealgorithms',
  'ciphers',
  'compression',
  'hostkeyalgorithms',
  'hostkeyalias',
  'hostname',
  'identitiesonly',
  'kexalgorithms',
  'macs',
  'port',
  'proxyusefdpass',
  'pubkeyacceptedalgorithms',
  'pubkeyacceptedkeytypes',
  'pubkeyauthentication',
  'requiredrsasize',
  'user',
];

/** Options that name one file, whose tokens and `~` `ssh -G` leaves as they are written. */
const fileOptions: readonly string[] = [
  'certificatefile',
  'identityfile',
  'pkcs11provider',
  'revokedhostkeys',
  'securitykeyprovider',
];

/** What holds for each connection of ours, whatever else is asked of it. */
const fixedOptions: readonly string[] = [
  'BatchMode=yes',
  'CanonicalizeHostname=no',
  'ControlMaster=no',
  'ControlPath=none',
  'ForwardAgent=no',
  'ForwardX11=no',
  'GSSAPIAuthentication=no',
  'GSSAPIDelegateCredentials=no',
  'HostbasedAuthentication=no',
  'KbdInteractiveAuthentication=no',
  'PasswordAuthentication=no',
  'PermitLocalCommand=no',
  'RequestTTY=no',
  'Tunnel=no',
  'UpdateHostKeys=no',
  'VerifyHostKeyDNS=no',
];

/** What a connection is for: `login` and `tunnel` sign in, `hostKey` only learns which key the server has. */
export type ConnectionPurpose = 'login' | 'tunnel' | 'hostKey';

export interface IsolatedOptions {
  readonly purpose: ConnectionPurpose;
  /** Where host keys are recorded; the default is the target's file, else what the configuration says. */
  readonly knownHostsFile?: string;
  readonly connectTimeoutS: number;
}

/**
 * The arguments that reach a host and read no configuration file at all, without the host's name and a command.
 * `config` is what `ssh -G` said of the target.
 */
export function isolatedArguments(
  target: SshTarget,
  config: EffectiveConfig,
  options: IsolatedOptions,
): readonly string[] {
  const settings = [...fixedOptions, `ConnectTimeout=${options.connectTimeoutS}`];
  for (const name of plainOptions) {
    const [value] = config.values.get(name) ?? [];
    if (value !== undefined && /^[^\s"\\]+$/.test(value)) settings.push(`${name}=${value}`);
  }
  settings.push(`StrictHostKeyChecking=${strictness(config)}`);
  settings.push(...knownHostsOptions(target, config, options.knownHostsFile));
  settings.push(...proxyOptions(target, config));
  if (options.purpose === 'hostKey') {
    settings.push('PreferredAuthentications=none', 'PubkeyAuthentication=no', 'IdentityAgent=none');
  } else {
    settings.push('PreferredAuthentications=publickey');
    for (const name of fileOptions) {
      for (const value of config.values.get(name) ?? []) {
        if (isFileName(value)) settings.push(`${name}="${value.replaceAll('"', '\\"')}"`);
      }
    }
    // This one `ssh -G` has expanded.
    const [agent] = config.values.get('identityagent') ?? [];
    if (agent !== undefined && isFileName(agent)) settings.push(`identityagent=${quoted(agent)}`);
  }
  if (options.purpose !== 'tunnel') settings.push('ClearAllForwardings=yes');
  // The first value that ssh gets for an option is the one that counts.
  const args = ['-F', 'none', '-a', '-x', '-T', ...settings.flatMap((setting) => ['-o', setting])];
  return args;
}

/** What a connection of ours is given of our environment: what is needed to run, to find keys and to sign in. */
const passedVariables: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  // Windows, which doesn't tell upper from lower case.
  'SYSTEMROOT',
  'WINDIR',
  'SYSTEMDRIVE',
  'COMSPEC',
  'PATHEXT',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERDOMAIN',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PROGRAMFILES',
]);

/** Whether `ssh` or a program that it starts may need a variable to run. It holds no secret. */
export function isNeededVariable(name: string): boolean {
  return passedVariables.has(name.toUpperCase()) || name === 'SSH_AUTH_SOCK';
}

/** Whether a variable is of the language or the terminal. Many systems send these to every host. */
export function isLanguageVariable(name: string): boolean {
  return /^(?:LANG|LANGUAGE|TERM|COLORTERM|NO_COLOR|TZ|LC_(?:ALL|CTYPE|NUMERIC|TIME|COLLATE|MONETARY|MESSAGES|PAPER|NAME|ADDRESS|TELEPHONE|MEASUREMENT|IDENTIFICATION))$/.test(
    name,
  );
}

/**
 * The arguments and the environment of `ssh` in a terminal, which reads the person's configuration: what adds up there
 * is taken away here, where no forward is ours. `config` is what `ssh -G` said of the target, if it said anything.
 */
export function terminalSsh(
  target: SshTarget,
  config: EffectiveConfig | undefined,
  own: NodeJS.ProcessEnv = process.env,
): { readonly args: readonly string[]; readonly environment: NodeJS.ProcessEnv } {
  const { options, host } = targetArguments(target);
  // The first SetEnv counts. An ssh that shows one knows the option, which came with OpenSSH 7.8.
  const setsVariables = config?.values.has('setenv') ?? false;
  const named = variablesOf(config);
  const kept = Object.entries(own).filter(
    ([name]) => isNeededVariable(name) || isLanguageVariable(name) || named.has(name),
  );
  return {
    args: [
      ...options,
      ...['-o', 'ClearAllForwardings=yes'],
      ...(setsVariables ? ['-o', 'SetEnv=TERM=xterm-256color'] : []),
      host,
    ],
    environment: Object.fromEntries(kept),
  };
}

/** The environment of a connection of ours. `overrides` are set last; `undefined` takes a variable away. */
export function isolatedEnvironment(
  config: EffectiveConfig,
  purpose: ConnectionPurpose,
  overrides: Readonly<Record<string, string | undefined>> = {},
  own: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const named = variablesOf(config);
  const usesAgent = purpose !== 'hostKey';
  const passes = (name: string): boolean =>
    passedVariables.has(name.toUpperCase()) || named.has(name) || (usesAgent && name === 'SSH_AUTH_SOCK');
  const kept = Object.entries(own).filter(([name]) => passes(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', ...overrides };
}

/** The variables that a configuration refers to: `${NAME}`, or `$NAME` as `IdentityAgent` has it. */
function variablesOf(config: EffectiveConfig | undefined): ReadonlySet<string> {
  const values = [...(config?.values.values() ?? [])].flat();
  return new Set(
    values.flatMap((value) => [...value.matchAll(/\$\{?([A-Za-z_]\w*)\}?/g)].map(([, name = '']) => name)),
  );
}

function strictness(config: EffectiveConfig): string {
  const [value = ''] = config.values.get('stricthostkeychecking') ?? [];
  return value === 'true' || value === 'yes' ? 'yes' : 'accept-new';
}

function knownHostsOptions(target: SshTarget, config: EffectiveConfig, given: string | undefined): string[] {
  const file = given ?? target.knownHostsFile;
  if (given !== undefined) return [`UserKnownHostsFile=${quoted(given)}`, 'GlobalKnownHostsFile=none'];
  const global = config.values.get('globalknownhostsfile')?.[0] ?? 'none';
  const user =
    file === undefined
      ? (config.values.get('userknownhostsfile')?.[0] ?? '').replaceAll('%', '%%')
      : quoted(file);
  return [
    ...(user === '' || /[\r\n]/.test(user) ? [] : [`UserKnownHostsFile=${user}`]),
    ...(/["\r\n]/.test(global) ? [] : [`GlobalKnownHostsFile=${global}`]),
  ];
}

/** A jump host is the person's own: it is reached with their configuration, and gets no forwards either. */
function proxyOptions(target: SshTarget, config: EffectiveConfig): string[] {
  if (config.proxyCommand !== undefined) return [`ProxyCommand=${config.proxyCommand}`];
  if (config.proxyJump === undefined) return [];
  const hops = config.proxyJump.split(',');
  const last = hops.pop() ?? '';
  const [, host = '', port] = /^(?:ssh:\/\/)?(.+?)(?::(\d+))?$/.exec(last) ?? [];
  const safe = [...hops, last].every((hop) => /^[\w.@:[\]/-]+$/.test(hop) && !hop.startsWith('-'));
  // The person's shell reads the command.
  const readable = [target.ssh, target.configFile ?? ''].every((word) => !/["$`!\r\n]/.test(word));
  if (!safe || !readable) return [`ProxyJump=${config.proxyJump}`];
  const { options } = targetArguments(target);
  const words = [target.ssh, ...options].map(quoted);
  const via = hops.length > 0 ? ['-J', hops.join(',')] : [];
  const at = port === undefined ? [] : ['-p', port];
  const clear = ['-o', 'BatchMode=yes', '-o', 'PermitLocalCommand=no', '-a', '-x'];
  return [`ProxyCommand=${[...words, ...clear, ...via, ...at, '-W', '[%h]:%p', host].join(' ')}`];
}

function isFileName(value: string): boolean {
  return value !== '' && !/[\r\n\0]/.test(value);
}

/** One word for `ssh`, with tokens taken literally. Variables and `~` are left for it to expand. OpenSSH before 8.7 refuses a path with a quote. */
function quoted(value: string): string {
  return `"${value.replaceAll('%', '%%').replaceAll('"', '\\"')}"`;
}
