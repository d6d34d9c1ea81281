import { silentLogger } from '../../../../src/base/logger';
import http from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { SshTarget } from '../../../../src/ssh/connect/sshExecutable';
import { openTunnel, type Tunnel } from '../../../../src/ssh/connect/tunnel';
import { closedPort, listen, sshdPath, startSsh2, startSshd, writeConfig, type SshServer } from './servers';
import { env, setUpSsh } from './setup';

const place = setUpSsh();
const { user, stranger, host, otherHost, started, stop } = place;
const tunnels: Tunnel[] = [];

afterEach(() => {
  for (const tunnel of tunnels.splice(0)) tunnel.dispose();
});

async function tunnelTo(target: SshTarget, remotePort: number): Promise<Tunnel> {
  // Both ends are this computer: the same number would lead back into the tunnel.
  const preferredLocalPort = await closedPort();
  const tunnel = await openTunnel({ ...target, remotePort, preferredLocalPort, logger: silentLogger, env });
  tunnels.push(tunnel);
  return tunnel;
}

function web(): Promise<SshServer> {
  const server = http.createServer((request, response) => {
    if (request.method === 'POST') request.pipe(response);
    else response.end('notebook');
  });
  return started(listen(server));
}

const servers = sshdPath === undefined ? (['ssh2'] as const) : (['ssh2', 'sshd'] as const);
if (sshdPath === undefined) console.warn('sshd is not installed: tunnels were tried with ssh2 alone.');

describe.each(servers)('a tunnel through %s', (name) => {
  const serve = async (hostKeyFile = host.file, port = 0): Promise<SshServer> => {
    const identity = { hostKeyFile, authorizedKey: user.publicKey };
    return started(name === 'sshd' ? startSshd(identity, place.folder, port) : startSsh2(identity, port));
  };
  const targetOf = async (id: string, port: number, identityFile = user.file): Promise<SshTarget> => {
    const alias = `td-${id}-${name}`;
    const more = '  IdentityAgent none';
    const configFile = await writeConfig(place.folder, { alias, port, id: alias, identityFile, more });
    return { ssh: 'ssh', alias, configFile };
  };

  test('carries requests and large bodies, and one more beside it', async () => {
    const target = await targetOf('data', (await serve()).port);
    const [first, second] = [await web(), await web()];
    const [one, other] = [await tunnelTo(target, first.port), await tunnelTo(target, second.port)];
    await Promise.all([one.opened(), other.opened()]);
    expect(one.localPort).not.toBe(other.localPort);
    const body = Buffer.alloc(3_000_000, 'tensor dock ');
    const reply = await fetch(`http://127.0.0.1:${one.localPort}/`, { method: 'POST', body });
    expect(Buffer.from(await reply.arrayBuffer()).equals(body)).toBe(true);
    one.dispose();
    const left = await fetch(`http://127.0.0.1:${other.localPort}/`);
    expect(await left.text()).toBe('notebook');
  });

  test('ends with its owner: the local port is free again', async () => {
    const target = await targetOf('owner', (await serve()).port);
    const tunnel = await tunnelTo(target, (await web()).port);
    await tunnel.opened();
    tunnel.dispose();
    expect(tunnel.state).toEqual({ kind: 'closed' });
    await expect
      .poll(async () =>
        listen(http.createServer(), tunnel.localPort).then(
          async (server) => server.stop().then(() => 'free'),
          () => 'taken',
        ),
      )
      .toBe('free');
  });

  test('says that nothing listens on the instance, and works once something does', async () => {
    const target = await targetOf('late', (await serve()).port);
    const remotePort = await closedPort();
    const tunnel = await tunnelTo(target, remotePort);
    await tunnel.opened();
    await expect(fetch(`http://127.0.0.1:${tunnel.localPort}/`)).rejects.toThrow();
    await expect.poll(() => tunnel.state).toEqual({ kind: 'open', remoteRefused: true });
    await started(
      listen(
        http.createServer((_, response) => response.end('late')),
        remotePort,
      ),
    );
    const reply = await fetch(`http://127.0.0.1:${tunnel.localPort}/`);
    expect(await reply.text()).toBe('late');
    await expect.poll(() => tunnel.state).toEqual({ kind: 'open', remoteRefused: false });
  });

  test('a key that is refused', async () => {
    const target = await targetOf('stranger', (await serve()).port, stranger.file);
    const tunnel = await tunnelTo(target, 8888);
    await expect(tunnel.opened()).rejects.toThrow('8888');
    expect(tunnel.state).toMatchObject({
      kind: 'failed',
      outcome: { kind: 'key-refused', offered: [{ name: stranger.file }] },
    });
  });

  test('another host key than before is refused', async () => {
    const first = await serve();
    const target = await targetOf('changed', first.port);
    const tunnel = await tunnelTo(target, (await web()).port);
    await tunnel.opened();
    tunnel.dispose();
    await stop(first);
    await serve(otherHost.file, first.port);
    const again = await tunnelTo(target, 8888);
    await expect(again.opened()).rejects.toThrow('8888');
    expect(again.state).toMatchObject({ kind: 'failed', outcome: { kind: 'host-key-changed' } });
  });
});
