import * as vscode from 'vscode';
import type { Tunnel, TunnelState } from '../ssh/connect/tunnel';
import type { SshTarget } from '../ssh/connect/sshExecutable';

/** An open tunnel. */
export interface OpenTunnel {
  /** Of the instance. */
  readonly id: string;
  /** The instance's port, and the one on this computer. */
  readonly port: number;
  readonly localPort: number;
  /** The last connection found nothing listening on the instance's port. */
  readonly isRefused: boolean;
}

/** The tunnels of this window, by instance and port. */
export class Tunnels implements vscode.Disposable {
  private readonly open = new Map<string, Map<number, Tunnel>>();
  private readonly opening = new Map<string, Promise<number>>();
  private readonly disposing = new AbortController();
  private readonly changes = new vscode.EventEmitter<string>();

  /** Fires with the id of an instance whose tunnels have changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Those to an instance. */
  of(id: string): readonly OpenTunnel[] {
    return [...(this.open.get(id) ?? [])].map(([port, { localPort, state }]) => ({
      id,
      port,
      localPort,
      isRefused: state.kind === 'open' && state.remoteRefused,
    }));
  }

  all(): readonly OpenTunnel[] {
    return [...this.open.keys()].flatMap((id) => this.of(id));
  }

  /**
   * Resolves with the local port once the tunnel is open. A tunnel that is open, or being opened, is used again.
   * `onLost` is called if the tunnel ends by itself.
   */
  async start(
    id: string,
    remotePort: number,
    target: SshTarget,
    onLost: (state: TunnelState) => void,
    signal: AbortSignal,
  ): Promise<number> {
    const known = this.open.get(id)?.get(remotePort);
    if (known) return known.localPort;
    const key = JSON.stringify([id, remotePort]);
    const running = this.opening.get(key);
    if (running) return running;
    const opening = this.openOne(id, remotePort, target, onLost, signal);
    this.opening.set(key, opening);
    try {
      return await opening;
    } finally {
      this.opening.delete(key);
    }
  }

  close(id: string, remotePort: number): void {
    const tunnel = this.open.get(id)?.get(remotePort);
    this.open.get(id)?.delete(remotePort);
    tunnel?.dispose();
    this.changes.fire(id);
  }

  dispose(): void {
    this.disposing.abort(new vscode.CancellationError());
    for (const tunnels of this.open.values()) for (const tunnel of tunnels.values()) tunnel.dispose();
    this.open.clear();
    this.changes.dispose();
  }

  private async openOne(
    id: string,
    remotePort: number,
    target: SshTarget,
    onLost: (state: TunnelState) => void,
    cancelled: AbortSignal,
  ): Promise<number> {
    const signal = AbortSignal.any([cancelled, this.disposing.signal]);
    const { openTunnel } = await import('../ssh/connect/tunnel');
    const tunnel = await openTunnel({ ...target, remotePort, logger: this.log, signal });
    try {
      await tunnel.opened();
    } catch (error) {
      tunnel.dispose();
      throw error;
    }
    const tunnels = this.open.get(id) ?? new Map<number, Tunnel>();
    this.open.set(id, tunnels.set(remotePort, tunnel));
    tunnel.onDidChangeState((state) => {
      if (state.kind === 'open') this.changes.fire(id);
      if (state.kind !== 'closed' && state.kind !== 'failed') return;
      if (this.open.get(id)?.get(remotePort) === tunnel) {
        this.close(id, remotePort);
        onLost(state);
      }
    });
    this.changes.fire(id);
    return tunnel.localPort;
  }
}
