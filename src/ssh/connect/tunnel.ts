import { plainText } from '../../base/text';
import { abortReason } from '../../base/abort';
import type { Disposable } from '../../base/disposable';
import type { Logger } from '../../base/logger';
import net from 'node:net';
import * as l10n from '@vscode/l10n';
import { type SshOutcome } from './outcome';
import { classify } from './probe';
import { killTree, startProcess } from './run';
import { targetArguments, type SshTarget } from './sshExecutable';

/**
 * `opening` → `open` → `closed`, or `failed` from either of the first two. `remoteRefused`: the last connection
 * through the tunnel found nothing listening on the machine's port.
 */
export type TunnelState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open'; readonly remoteRefused: boolean }
  | { readonly kind: 'failed'; readonly outcome: SshOutcome; readonly reason: string }
  | { readonly kind: 'closed' };

export interface TunnelOptions extends SshTarget {
  /** On the machine, as seen from itself (127.0.0.1). 1 to 65535. */
  readonly remotePort: number;
  /** Taken where it is free; default: the same number as `remotePort`. Else any free one. */
  readonly preferredLocalPort?: number;
  readonly logger: Logger;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

export interface Tunnel extends Disposable {
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: TunnelState;
  /** Called with each new state, not with the present one. */
  onDidChangeState(listener: (state: TunnelState) => void): Disposable;
  /** Resolves when it is open; rejects with an `Error` a person can act on when it failed or was closed first. */
  opened(): Promise<void>;
}

const tunnelSettings: readonly string[] = [
  'BatchMode=yes',
  'RemoteCommand=none',
  'RequestTTY=no',
  'ControlMaster=no',
  'ControlPath=none',
  'ConnectTimeout=15',
  'ServerAliveInterval=15',
  'ServerAliveCountMax=3',
  // Forwards of the person's own configuration may be taken by another connection: ours is watched by itself.
  'ExitOnForwardFailure=no',
];

/**
 * Starts `ssh -N -L`, from a port of this computer's loopback to one of the machine's. It does not start again
 * when the connection ends: it says so. Disposing kills the process; it never outlives ours.
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { remotePort, preferredLocalPort = remotePort, signal } = options;
  if (!Number.isInteger(remotePort) || remotePort < 1 || remotePort > 65535) {
    throw new RangeError(`Not a port: ${remotePort}`);
  }
  const target = targetArguments(options);
  const localPort = await freePort(preferredLocalPort);
  if (signal?.aborted) throw abortReason(signal);
  const args = [
    ...target.options,
    '-v',
    '-N',
    '-T',
    ...tunnelSettings.flatMap((setting) => ['-o', setting]),
    '-L',
    `127.0.0.1:${localPort}:127.0.0.1:${remotePort}`,
    target.host,
  ];
  return new SshTunnel(options, args, localPort);
}

/** How much of what `ssh` wrote is kept to explain its end. */
const keptCharacters = 64 * 1024;

class SshTunnel implements Tunnel {
  state: TunnelState = { kind: 'opening' };
  readonly remotePort: number;
  private readonly listeners = new Set<(state: TunnelState) => void>();
  private readonly child: ReturnType<typeof startProcess>;
  private readonly onAbort = (): void => this.dispose();
  private written = '';
  private unfinished = '';
  private listensNext = false;

  constructor(
    private readonly options: TunnelOptions,
    args: readonly string[],
    readonly localPort: number,
  ) {
    this.remotePort = options.remotePort;
    this.child = startProcess(options.ssh, args, { env: { LC_ALL: 'C', ...options.env } });
    this.child.stdin?.on('error', () => undefined);
    this.child.stdin?.end();
    this.child.stdout?.resume();
    this.child.stderr?.setEncoding('utf8');
    this.child.stderr?.on('data', (text: string) => this.read(text));
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
    this.options.signal?.removeEventListener('abort', this.onAbort);
    killTree(this.child);
    if (!this.isOver()) this.setState({ kind: 'closed' });
  }

  private read(text: string): void {
    this.written = (this.written + text).slice(-keptCharacters);
    const lines = (this.unfinished + text).split(/\r?\n/);
    this.unfinished = lines.pop() ?? '';
    for (const line of lines) this.readLine(line);
  }

  private readLine(line: string): void {
    this.options.logger.trace(`Tunnel ${this.localPort}: ${plainText(line)}`);
    if (new RegExp(`cannot listen to port: ${this.localPort}\\b`).test(line)) {
      this.fail({ kind: 'unknown', said: plainText(line) });
    } else if (line.startsWith('debug1: Local forwarding listening on ')) {
      // Said before the port is taken; the listener that comes next is the one it was said of.
      this.listensNext = line.includes(` on 127.0.0.1 port ${this.localPort}.`);
    } else if (this.listensNext && /^debug1: channel \d+: new .*\[port listener\]/.test(line)) {
      this.listensNext = false;
      void this.confirm();
    } else if (/^channel \d+: open failed: connect failed/.test(line)) {
      this.setOpen(true);
    } else if (/^debug1: Connection to port \d+ forwarding to .* requested/.test(line)) {
      this.setOpen(false);
    }
  }

  /** `ssh` says that it listens: one connection proves that it can be reached. */
  private async confirm(): Promise<void> {
    if (await accepts(this.localPort)) this.setOpen(false, true);
    else
      this.fail({ kind: 'unknown', said: l10n.t('The local port {0} cannot be reached.', this.localPort) });
  }

  private setOpen(remoteRefused: boolean, first = false): void {
    if (this.isOver() || (this.state.kind === 'opening' && !first)) return;
    if (this.state.kind === 'open' && this.state.remoteRefused === remoteRefused) return;
    this.setState({ kind: 'open', remoteRefused });
  }

  private async ended(exitCode: number | null): Promise<void> {
    if (this.isOver()) return;
    const outcome = await classify(this.written, exitCode);
    // It was open, or at least let in, and is not any more: that is no success here.
    this.fail(outcome.kind === 'ok' ? { kind: 'closed', said: l10n.t('the connection ended') } : outcome);
  }

  private fail(outcome: SshOutcome): void {
    if (this.isOver()) return;
    killTree(this.child);
    const said = 'said' in outcome ? outcome.said : undefined;
    const reason = l10n.t('The tunnel to port {0} failed: {1}', this.remotePort, said ?? outcome.kind);
    this.setState({ kind: 'failed', outcome, reason });
  }

  private isOver(): boolean {
    return this.state.kind === 'failed' || this.state.kind === 'closed';
  }

  private setState(state: TunnelState): void {
    this.state = state;
    for (const listener of [...this.listeners]) listener(state);
  }
}

/** `preferred` where nobody on this computer listens on it, else any free port of the loopback. */
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
