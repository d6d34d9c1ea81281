import { plainText } from '../../base/text';
import { type SshOutcome } from '../connect/outcome';
import { run } from '../connect/run';
import { targetArguments, type SshTarget } from '../connect/sshExecutable';

/** How `ssh` itself reads an alias, from `ssh -G`. */
export interface EffectiveConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly proxyJump?: string;
  readonly proxyCommand?: string;
  /** All values by their lower-case keyword, in order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** The configuration, or why it can't be read: `bad-config`, `no-ssh` or `unknown`. */
export type EffectiveResult =
  | { readonly ok: true; readonly config: EffectiveConfig }
  | { readonly ok: false; readonly outcome: SshOutcome };

/** Runs `ssh -G`. Rejects only with the signal's reason. */
export async function readEffectiveConfig(target: SshTarget, signal?: AbortSignal): Promise<EffectiveResult> {
  const { options, host } = targetArguments(target);
  try {
    const args = [...options, '-G', host];
    const result = await run(target.ssh, args, { signal, timeoutMs: 15_000, env: { LC_ALL: 'C' } });
    if (result.exitCode === 0) return { ok: true, config: parseEffectiveConfig(result.stdout) };
    return {
      ok: false,
      outcome: badConfig(result.stderr) ?? { kind: 'unknown', said: lastLine(result.stderr) },
    };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { ok: false, outcome: { kind: 'no-ssh', said: plainText(String(error)) } };
  }
}

/** Parses the output of `ssh -G`: a lower-case keyword and its value on each line. */
export function parseEffectiveConfig(text: string): EffectiveConfig {
  const values = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const space = line.indexOf(' ');
    if (space <= 0) continue;
    const keyword = line.slice(0, space).toLowerCase();
    values.set(keyword, [...(values.get(keyword) ?? []), line.slice(space + 1)]);
  }
  const first = (keyword: string): string | undefined => values.get(keyword)?.[0];
  const set = (keyword: string): string | undefined => {
    const value = first(keyword);
    return value === undefined || value === '' || value.toLowerCase() === 'none' ? undefined : value;
  };
  return {
    host: first('hostname') ?? '',
    port: Number(first('port') ?? 22),
    user: first('user') ?? '',
    identityFiles: values.get('identityfile') ?? [],
    proxyJump: set('proxyjump'),
    proxyCommand: set('proxycommand'),
    values,
  };
}

/**
 * The socket of the agent that `ssh` would ask, for `SSH_AUTH_SOCK`; `none`: it asks no agent; `undefined`: the one of
 * the environment. Only some versions of `ssh -G` expand the value of `IdentityAgent`.
 */
export function agentSocketOf(
  { values }: EffectiveConfig,
  { home, environment }: { readonly home: string; readonly environment: NodeJS.ProcessEnv },
): string | undefined {
  const value =
    values
      .get('identityagent')?.[0]
      ?.trim()
      .replace(/^"(.*)"$/, '$1') ?? '';
  if (value === '' || value === 'SSH_AUTH_SOCK') return undefined;
  if (value.toLowerCase() === 'none') return 'none';
  const expanded = value
    .replace(/^~(?=[\\/])/, () => home)
    .replace(
      /^\$(\w+)$|\$\{(\w+)\}/g,
      (_, whole?: string, part?: string) => environment[whole ?? part ?? ''] ?? '',
    )
    .replaceAll('%d', () => home)
    .replaceAll('%%', '%');
  return expanded === '' ? 'none' : expanded;
}

/** The outcome if `ssh` refused its configuration and connected nowhere; otherwise `undefined`. */
export function badConfig(stderr: string): SshOutcome | undefined {
  for (const raw of stderr.split(/\r?\n/)) {
    if (/^debug\d: /.test(raw)) continue;
    const said = plainText(raw);
    const place = /^(?:command-line|(.+?)):? line (\d+): /.exec(said);
    if (place) return { kind: 'bad-config', file: place[1], line: Number(place[2]), said };
    const file =
      /^Bad owner or permissions on (.+)$/.exec(said) ??
      /^Can't open user config file (.+?): /.exec(said) ??
      /^(.+?): terminating, \d+ bad configuration options$/.exec(said);
    if (file) return { kind: 'bad-config', file: file[1], said };
    if (/^command-line: |Bad configuration option/.test(said)) return { kind: 'bad-config', said };
  }
  return undefined;
}

/** What `ssh -v` writes besides reasons. */
const noReason = /^(?:debug\d: |Authenticated to |Transferred: sent |Bytes per second: sent |\s*$)/;

/** The last reason that `ssh` wrote, cleaned. */
export function lastLine(stderr: string): string | undefined {
  const lines = stderr.split(/\r?\n/).filter((line) => !noReason.test(line));
  const last = lines.at(-1);
  return last === undefined ? undefined : plainText(last);
}
