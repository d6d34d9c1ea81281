import * as vscode from 'vscode';
import { openTunnel, type Tunnel, type TunnelState } from '../ssh/connect/tunnel';
import type { SshTarget } from '../ssh/connect/sshExecutable';

/** The tunnels of this window, by instance and port. */
export class Tunnels implements vscode.Disposable {
  private readonly open = new Map<string, Map<number, Tunnel>>();
  private readonly changes = new vscode.EventEmitter<string>();

  /** The id of an instance whose tunnels have changed. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Local ports by port of the instance. */
  of(id: string): ReadonlyMap<number, number> {
    return new Map([...(this.open.get(id) ?? [])].map(([port, tunnel]) => [port, tunnel.localPort]));
  }

  all(): readonly { readonly id: string; readonly port: number; readonly localPort: number }[] {
    return [...this.open].flatMap(([id, tunnels]) =>
      [...tunnels].map(([port, tunnel]) => ({ id, port, localPort: tunnel.localPort })),
    );
  }

  /** Resolves with the local port once something can be sent through. An open tunnel is used again. */
  async start(
    id: string,
    remotePort: number,
    target: SshTarget,
    onLost: (state: TunnelState) => void,
    signal: AbortSignal,
  ): Promise<number> {
    const known = this.open.get(id)?.get(remotePort);
    if (known) return known.localPort;
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
      if (state.kind !== 'closed' && state.kind !== 'failed') return;
      if (this.open.get(id)?.get(remotePort) === tunnel) {
        this.close(id, remotePort);
        onLost(state);
      }
    });
    this.changes.fire(id);
    return tunnel.localPort;
  }

  close(id: string, remotePort: number): void {
    const tunnel = this.open.get(id)?.get(remotePort);
    this.open.get(id)?.delete(remotePort);
    tunnel?.dispose();
    this.changes.fire(id);
  }

  dispose(): void {
    for (const tunnels of this.open.values()) for (const tunnel of tunnels.values()) tunnel.dispose();
    this.open.clear();
    this.changes.dispose();
  }
}
