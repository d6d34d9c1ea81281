import { expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import { Deferred } from '../../../src/base/deferred';
import type { Tunnel, TunnelOptions, TunnelState } from '../../../src/ssh/connect/tunnel';
import { Tunnels } from '../../../src/vscode/tunnels';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const opened: FakeTunnel[] = [];

class FakeTunnel implements Tunnel {
  readonly localPort = 4000 + opened.length;
  state: TunnelState = { kind: 'opening' };
  private readonly listeners = new Set<(state: TunnelState) => void>();
  private readonly ready = new Deferred<undefined>();

  constructor(readonly remotePort: number) {}

  onDidChangeState(listener: (state: TunnelState) => void): { dispose: () => void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  async opened(): Promise<void> {
    await this.ready.promise;
  }

  succeed(): void {
    this.setState({ kind: 'open', remoteRefused: false });
    this.ready.resolve(undefined);
  }

  fail(): void {
    this.setState({ kind: 'failed', outcome: { kind: 'closed' }, reason: 'closed' });
    this.ready.reject(new Error('closed'));
  }

  dispose(): void {
    this.setState({ kind: 'closed' });
  }

  private setState(state: TunnelState): void {
    this.state = state;
    for (const listener of this.listeners) listener(state);
  }
}

vi.mock('../../../src/ssh/connect/tunnel', () => ({
  openTunnel: async ({ remotePort }: TunnelOptions): Promise<Tunnel> => {
    const tunnel = new FakeTunnel(remotePort);
    opened.push(tunnel);
    return Promise.resolve(tunnel);
  },
}));

const log = {} as unknown as vscode.LogOutputChannel;
const target = { ssh: 'ssh', alias: 'td-a' };
const { signal } = new AbortController();

async function opening(
  tunnels: Tunnels,
  port = 8888,
): Promise<{ port: Promise<number>; tunnel: FakeTunnel }> {
  const count = opened.length;
  const started = tunnels.start('id', port, target, vi.fn(), signal);
  await vi.waitFor(() => expect(opened.length).toBe(count + 1));
  const tunnel = opened[count];
  if (!tunnel) throw new Error('no tunnel');
  return { port: started, tunnel };
}

test('two quick clicks open one tunnel', async () => {
  const tunnels = new Tunnels(log);
  const first = await opening(tunnels);
  const second = tunnels.start('id', 8888, target, vi.fn(), signal);
  first.tunnel.succeed();
  const third = tunnels.start('id', 8888, target, vi.fn(), signal);
  expect(await Promise.all([first.port, second, third])).toEqual(Array(3).fill(first.tunnel.localPort));
  expect(tunnels.all()).toEqual([
    { id: 'id', port: 8888, localPort: first.tunnel.localPort, isRefused: false },
  ]);
});

test('a tunnel that could not be opened is tried again by the next click', async () => {
  const tunnels = new Tunnels(log);
  const first = await opening(tunnels);
  first.tunnel.fail();
  await expect(first.port).rejects.toThrow('closed');
  const second = await opening(tunnels);
  second.tunnel.succeed();
  expect(await second.port).toBe(second.tunnel.localPort);
});

test('a tunnel that ends leaves the list, and disposing ends them all', async () => {
  const tunnels = new Tunnels(log);
  const [one, two] = [await opening(tunnels), await opening(tunnels, 8889)];
  one.tunnel.succeed();
  two.tunnel.succeed();
  await Promise.all([one.port, two.port]);
  one.tunnel.fail();
  expect(tunnels.all()).toMatchObject([{ port: 8889 }]);
  tunnels.dispose();
  expect(two.tunnel.state).toEqual({ kind: 'closed' });
  expect(tunnels.all()).toEqual([]);
});
