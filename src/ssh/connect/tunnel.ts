import net from 'node:net';
import * as l10n from '@vscode/l10n';
import { abortReason } from '../../base/abort';
import type { Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';
import { plainText } from '../../base/text';
import { readEffectiveConfig, type EffectiveConfig } from '../config/effectiveConfig';
import { startBoundProcess } from './boundProcess';
import { beginsServerText, unrecordedIn } from './failure';
import { isolatedArguments, isolatedEnvironment } from './isolation';
import { logFolder } from './loggedSsh';
import { LogTail } from './logTail';
import { describeOutcome, type SshOutcome } from './outcome';
import { classify, makeKnownHostsFolder } from './probe';
import { killTree } from './run';
import { targetArguments, type SshTarget } from './sshExecutable';

/**
 * `opening` → `open` → `closed`, or `failed` from either of the first two. `remoteRefused`: the last connection
 * through the tunnel found nothing listening on the instance's port.
 */
export type TunnelState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly remoteRefused: boolean }
  | { readonly kind: 'failed'; readonly outcome: SshOutcome; readonly reason: string }
  | { readonly kind: 'closed' };

export interface TunnelOptions extends SshTarget {
  /** On the instance, as it sees it itself (127.0.0.1). 1 to 65535. */
  readonly remotePort: number;
  /** Used if it is free; the default is the same number as `remotePort`. Otherwise any free port. */
  readonly preferredLocalPort?: number;
  readonly logger: Logger;
  /** On top of the reduced environment, for tests. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** For opening it, in milliseconds of the real clock. Default 60 s. */
  readonly openLimitMs?: number;
}

export interface Tunnel extends Disposable {
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: TunnelState;
  /** Called with each new state, not with the present one. */
  onDidChangeState(listener: (state: TunnelState) => void): Disposable;
  /** Resolves when it is open; rejects with an `Error` a person can act on if it failed or was closed first. */
  opened(): Promise<void>;
}

const tunnelSettings: readonly string[] = [
  'ServerAliveInterval=15',
  'ServerAliveCountMax=3',
  // No forward but ours is left, so that ssh may end where it can't have it.
  'ExitOnForwardFailure=yes',
];

/**
 * Starts `ssh -N -L`, from a port of this computer's loopback to one of the instance's. It doesn't restart when the
 * connection ends, but says so. Disposing kills the process, which never outlives ours, even if we are killed.
 * @throws RangeError for a port or an alias that isn't one, and the signal's reason.
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { remotePort, preferredLocalPort = remotePort, signal } = options;
  if (!Number.isInteger(remotePort) || remotePort < 1 || remotePort > 65535) {
    throw new RangeError(`Not a port: ${remotePort}`);
  }
  const { host } = targetArguments(options);
  const effective = await readEffectiveConfig(options, signal);
  const localPort = await freePort(preferredLocalPort);
  if (!effective.ok) return new FailedTunnel(options, localPort, effective.outcome);
  const unwritable = await makeKnownHostsFolder(options);
  if (unwritable) return new FailedTunnel(options, localPort, unwritable);
  if (signal?.aborted) throw abortReason(signal);
  const { config } = effective;
  const log = await logFolder();
  const args = [
    ...isolatedArguments(options, config, { purpose: 'tunnel', connectTimeoutS: 15 }),
    ...tunnelSettings.flatMap((setting) => ['-o', setting]),
    ...['-E', log.file, '-v', '-N'],
    ...['-L', `127.0.0.1:${localPort}:127.0.0.1:${remotePort}`],
    host,
  ];
  return new SshTunnel(options, config, args, localPort, log);
}

/** How much of what `ssh` wrote is kept to explain its end. */
const keptCharacters = 64 * 1024;

class SshTunnel implements Tunnel {
  state: TunnelState = { kind: 'opening' };
  readonly remotePort: number;
  private readonly listeners = new Set<(state: TunnelState) => void>();
  private readonly child: ReturnType<typeof startBoundProcess>;
  private readonly tail: LogTail;
  private readonly deadline: NodeJS.Timeout;
  private readonly onAbort = (): void => this.dispose();
  private written = '';
  private listensNext = false;
  private serverSpoke = false;
  /** Of the last connection, which may be reported before the tunnel is known to be open. */
  private refused = false;

  constructor(
    private readonly options: TunnelOptions,
    private readonly config: EffectiveConfig,
    args: readonly string[],
    readonly localPort: number,
    private readonly log: { readonly file: string; remove(): Promise<void> },
  ) {
    this.remotePort = options.remotePort;
    this.child = startBoundProcess(options.ssh, args, isolatedEnvironment(config, 'tunnel', options.env));
    // A server's banner comes by standard error and is of no interest; what ssh says is in the log.
    this.child.stdout?.resume();
    this.child.stderr?.resume();
    this.tail = new LogTail(log.file, (line) => this.readLine(line));
    this.deadline = setTimeout(() => this.fail({ kind: 'timeout' }), options.openLimitMs ?? 60_000);
    this.child.once('error', (error) => this.fail({ kind: 'no-ssh', said: plainText(error.message) }));
    this.child.once('close', (exitCode) => void this.ended(exitCode));
    options.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  onDidChangeState(listener: (state: TunnelState) => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (state: TunnelState): boolean => {
        if (state.kind === 'opening') return false;
        if (state.kind === 'open') resolve();
        else if (state.kind === 'failed') reject(new Error(state.reason));
        else reject(abortReason(this.options.signal));
        return true;
      };
      if (settle(this.state)) return;
      const subscription = this.onDidChangeState((state) => {
        if (settle(state)) subscription.dispose();
      });
    });
  }

  dispose(): void {
    this.end();
    if (!this.isOver()) this.setState({ kind: 'closed' });
  }

  private readLine(line: string): void {
    this.written = `${this.written}${line}\n`.slice(-keptCharacters);
    this.options.logger.trace(`Tunnel ${this.localPort}: ${plainText(line)}`);
    this.serverSpoke ||= beginsServerText(line);
    const unrecorded = this.serverSpoke ? undefined : unrecordedIn(line);
    if (unrecorded !== undefined) {
      this.fail({ kind: 'host-key-not-recorded', file: unrecorded });
    } else if (line.startsWith('debug1: Local forwarding listening on ')) {
      // Said before the port is taken; the listener that comes next is the one it was said of.
      this.listensNext = line.includes(` on 127.0.0.1 port ${this.localPort}.`);
    } else if (this.listensNext && /^debug1: channel \d+: new .*\[port listener\]/.test(line)) {
      this.listensNext = false;
      void this.confirm();
    } else if (/^channel \d+: open failed: connect failed/.test(line)) {
      this.setRefused(true);
    } else if (/^debug1: Connection to port \d+ forwarding to .* requested/.test(line)) {
      this.setRefused(false);
    }
  }

  /** `ssh` says that it listens; a connection proves it. */
  private async confirm(): Promise<void> {
    if (await accepts(this.localPort)) this.setOpen();
    else this.fail({ kind: 'unknown', said: l10n.t('Local port {0} can’t be reached.', this.localPort) });
  }

  private setRefused(refused: boolean): void {
    this.refused = refused;
    if (this.state.kind === 'open') this.setOpen();
  }

  private setOpen(): void {
    if (this.isOver()) return;
    if (this.state.kind === 'open' && this.state.remoteRefused === this.refused) return;
    clearTimeout(this.deadline);
    this.tail.slowDown();
    this.setState({ kind: 'open', remoteRefused: this.refused });
  }

  private async ended(exitCode: number | null): Promise<void> {
    await this.tail.flush();
    if (this.isOver()) return;
    const wasOpen = this.state.kind === 'open';
    const result = { log: this.written, exitCode: exitCode === 0 ? 255 : exitCode, timedOut: false };
    const outcome = wasOpen
      ? ({ kind: 'closed', said: l10n.t('The connection ended.') } as const)
      : await classify(result, { ...this.options, config: this.config }).catch(() => undefined);
    this.fail(outcome === undefined || outcome.kind === 'ok' ? { kind: 'closed' } : outcome);
  }

  private fail(outcome: SshOutcome): void {
    if (this.isOver()) return;
    this.end();
    this.setState(failedState(this.options, outcome));
  }

  private end(): void {
    clearTimeout(this.deadline);
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.tail.dispose();
    killTree(this.child);
    void this.log.remove().catch(() => undefined);
  }

  private isOver(): boolean {
    return this.state.kind === 'failed' || this.state.kind === 'closed';
  }

  private setState(state: TunnelState): void {
    this.state = state;
    for (const listener of [...this.listeners]) listener(state);
  }
}

/** A tunnel that there was no process for. */
class FailedTunnel implements Tunnel {
  readonly remotePort: number;
  readonly state: TunnelState;

  constructor(
    options: TunnelOptions,
    readonly localPort: number,
    outcome: SshOutcome,
  ) {
    this.remotePort = options.remotePort;
    this.state = failedState(options, outcome);
  }

  onDidChangeState(): Disposable {
    return { dispose: () => undefined };
  }

  async opened(): Promise<void> {
    if (this.state.kind === 'failed') throw new Error(this.state.reason);
  }

  dispose(): void {
    // Nothing was started.
  }
}

function failedState({ alias, remotePort }: TunnelOptions, outcome: SshOutcome): TunnelState {
  const { message, nextStep } = describeOutcome(outcome, alias);
  const reason = l10n.t('Couldn’t open the tunnel to port {0}. {1} {2}', remotePort, message, nextStep);
  return { kind: 'failed', outcome, reason };
}

/** `preferred` if nothing on this computer listens on it, else any free port of the loopback. */
async function freePort(preferred: number): Promise<number> {
  return (await tryListen(preferred)) ?? (await tryListen(0)) ?? 0;
}

function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });
}
