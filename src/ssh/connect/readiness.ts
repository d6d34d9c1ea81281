import { abortReason } from '../../base/abort';
import { delay, type Clock } from '../../base/clock';
import type { Logger } from '../../base/logger';
import { waitForBanner, type BannerWaitOptions } from './banner';
import { readEffectiveConfig, type EffectiveConfig } from '../config/effectiveConfig';
import type { SshOutcome } from './outcome';
import { probe, type ProbeOptions } from './probe';
import type { SshTarget } from './sshExecutable';

/** Where the wait is: reading the configuration, waiting for the port, waiting for the key to be let in. */
export type ReadinessPhase = 'config' | 'port' | 'login';

export interface ReadinessOptions extends SshTarget {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
  /** Where the instance is. Where `ssh` would go elsewhere the outcome is `overridden`. */
  readonly endpoint?: { readonly host: string; readonly port: number };
  /** When the instance was started or created, in the clock's time; missing: long ago. */
  readonly startedAt?: number;
  /** For the whole wait. Default 5 minutes; then the last outcome is the answer. */
  readonly limitMs?: number;
  /** Told each phase and, in it, what was seen last. */
  readonly onProgress?: (phase: ReadinessPhase, last?: SshOutcome) => void;
  readonly banner?: Pick<BannerWaitOptions, 'attemptMs' | 'random'>;
  readonly probe?: Pick<ProbeOptions, 'connectTimeoutS' | 'env'>;
}

/** A key refused so soon after a start is one that the machine has not put in place yet. */
export const keyGraceMs = 120_000;

/**
 * Between two probes. OpenSSH 9.8 shuts out an address for 5 s a refused login once 15 s have come together, so
 * asking more often would lock us out.
 */
const probePauseMs = 10_000;

/** What time can mend by itself. */
const passing: ReadonlySet<SshOutcome['kind']> = new Set(['closed', 'timeout', 'unreachable']);

/**
 * Waits until the host lets us in: the server's banner first, which needs no credentials, then the real `ssh`.
 * Where `ssh` goes through a proxy, only it can tell. Resolves with `ok`, with what will not mend by itself, or,
 * after the limit, with what was seen last. Rejects only with the reason of the signal.
 */
export async function waitUntilReady(options: ReadinessOptions): Promise<SshOutcome> {
  const { clock, signal, onProgress, limitMs = 300_000 } = options;
  if (signal?.aborted) throw abortReason(signal);
  const deadline = clock.now() + limitMs;
  onProgress?.('config');
  const effective = await readEffectiveConfig(options, signal);
  if (!effective.ok) return effective.outcome;
  const { config } = effective;
  if (isOverridden(config, options.endpoint))
    return { kind: 'overridden', host: config.host, port: config.port };

  for (;;) {
    const outcome = (await portOutcome(options, config, deadline)) ?? (await loginOutcome(options));
    options.logger.debug(`Readiness of ${options.alias}: ${outcome.kind}`);
    if (!mayMend(outcome, options) || clock.now() + probePauseMs >= deadline) return outcome;
    onProgress?.('login', outcome);
    await delay(clock, probePauseMs, signal);
  }
}

/** `undefined` where an SSH server answers, or only `ssh` can know. */
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

async function loginOutcome(options: ReadinessOptions): Promise<SshOutcome> {
  const { ssh, alias, configFile, signal, logger } = options;
  options.onProgress?.('login');
  return probe({
    ...options.probe,
    ssh,
    alias,
    configFile,
    signal,
    onOutput: (stderr) => logger.trace(`ssh -v ${alias}:\n${stderr}`),
  });
}

function mayMend(outcome: SshOutcome, options: ReadinessOptions): boolean {
  if (passing.has(outcome.kind)) return true;
  const { clock, startedAt = -Infinity } = options;
  return outcome.kind === 'key-refused' && clock.now() - startedAt < keyGraceMs;
}

/** Whether the entry that ssh finds is not the one we wrote. */
function isOverridden(config: EffectiveConfig, endpoint: ReadinessOptions['endpoint']): boolean {
  if (endpoint === undefined) return false;
  return config.host.toLowerCase() !== endpoint.host.toLowerCase() || config.port !== endpoint.port;
}
