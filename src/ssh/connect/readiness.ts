import { abortReason } from '../../base/abort';
import { delay, type Clock } from '../../base/clock';
import type { Logger } from '../../base/logger';
import { waitForBanner, type BannerWaitOptions } from './banner';
import { readEffectiveConfig, type EffectiveConfig } from '../config/effectiveConfig';
import type { SshOutcome } from './outcome';
import { probe, type ProbeOptions } from './probe';
import type { SshTarget } from './sshExecutable';

/** What is being waited for: the configuration, an SSH server on the port, the login. */
export type ReadinessPhase = 'config' | 'port' | 'login';

export interface ReadinessOptions extends SshTarget {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
  /** The instance's address. If `ssh` would connect to another one, the outcome is `overridden`. */
  readonly endpoint?: { readonly host: string; readonly port: number };
  /** When the instance was started or created, in the clock's time; missing: long ago. */
  readonly startedAt?: number;
  /** For the whole wait. Default 5 minutes; then the last outcome is the result. */
  readonly limitMs?: number;
  /** Called with each phase and the last outcome in it. */
  readonly onProgress?: (phase: ReadinessPhase, last?: SshOutcome) => void;
  /** Called once with what `ssh` reads for the alias. */
  readonly onConfig?: (config: EffectiveConfig) => void;
  readonly banner?: Pick<BannerWaitOptions, 'attemptMs' | 'random'>;
  readonly probe?: Pick<ProbeOptions, 'connectTimeoutS' | 'env'>;
}

/** A key refused so soon after a start is one that the instance hasn't installed yet. */
export const keyGraceMs = 120_000;

/**
 * Between two probes. OpenSSH 9.8 adds 5 s of penalty to an address for each refused login and blocks it from 15 s
 * on, so probing more often would lock us out.
 */
const probePauseMs = 10_000;

/** What may go away by itself. */
const temporary: ReadonlySet<SshOutcome['kind']> = new Set(['closed', 'timeout', 'unreachable']);

/**
 * Waits until the host accepts our login: first for the server's banner, which needs no credentials, then with the
 * real `ssh`. If `ssh` uses a proxy, only `ssh` itself can connect. Resolves with `ok`, with an outcome that won't
 * change by itself, or, after the limit, with the last outcome. Rejects only with the signal's reason.
 */
export async function waitUntilReady(options: ReadinessOptions): Promise<SshOutcome> {
  const { clock, signal, onProgress, limitMs = 300_000 } = options;
  if (signal?.aborted) throw abortReason(signal);
  const deadline = clock.now() + limitMs;
  onProgress?.('config');
  const effective = await readEffectiveConfig(options, signal);
  if (!effective.ok) return effective.outcome;
  const { config } = effective;
  options.onConfig?.(config);
  if (isOverridden(config, options.endpoint))
    return { kind: 'overridden', host: config.host, port: config.port };

  for (;;) {
    const outcome = (await portOutcome(options, config, deadline)) ?? (await loginOutcome(options, config));
    options.logger.debug(`Readiness of ${options.alias}: ${outcome.kind}`);
    if (!mayRecover(outcome, options) || clock.now() + probePauseMs >= deadline) return outcome;
    onProgress?.('login', outcome);
    await delay(clock, probePauseMs, signal);
  }
}

/** `undefined` if an SSH server answers, or only `ssh` can connect. */
async function portOutcome(
  options: ReadinessOptions,
  config: EffectiveConfig,
  deadline: number,
): Promise<SshOutcome | undefined> {
  if (config.proxyJump !== undefined || config.proxyCommand !== undefined) return undefined;
  const { clock, signal, onProgress } = options;
  onProgress?.('port');
  const result = await waitForBanner({
    ...options.banner,
    host: config.host,
    port: config.port,
    clock,
    signal,
    limitMs: deadline - clock.now(),
    onAttempt: (attempt) => {
      if (attempt.kind !== 'ready') onProgress?.('port', attempt);
    },
  });
  return result.kind === 'ready' ? undefined : result;
}

async function loginOutcome(options: ReadinessOptions, config: EffectiveConfig): Promise<SshOutcome> {
  const { ssh, alias, configFile, knownHostsFile, signal, logger } = options;
  options.onProgress?.('login');
  return probe({
    ...options.probe,
    ssh,
    alias,
    configFile,
    knownHostsFile,
    config,
    signal,
    onOutput: (log) => logger.trace(`ssh -v ${alias}:\n${log}`),
  });
}

function mayRecover(outcome: SshOutcome, options: ReadinessOptions): boolean {
  if (temporary.has(outcome.kind)) return true;
  const { clock, startedAt = -Infinity } = options;
  return outcome.kind === 'key-refused' && clock.now() - startedAt < keyGraceMs;
}

/** Whether `ssh` finds another entry than ours. */
function isOverridden(config: EffectiveConfig, endpoint: ReadinessOptions['endpoint']): boolean {
  if (endpoint === undefined) return false;
  return config.host.toLowerCase() !== endpoint.host.toLowerCase() || config.port !== endpoint.port;
}
