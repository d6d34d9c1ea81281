import { appendFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { openTunnel, type TunnelState } from '../../../../src/ssh/connect/tunnel';
import { closedPort, listen, startSsh2, writeConfig, type SshServer } from './servers';
import { env, setUpSsh } from './setup';

const place = setUpSsh();
const { user, host, started, stop } = place;

describe('tunnel', () => {
  async function target(id: string): Promise<{ server: SshServer; alias: string; configFile: string }> {
    const server = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }));
    const alias = `td-${id}`;
    const configFile = await writeConfig(place.folder, {
      alias,
      port: server.port,
      id,
      identityFile: user.file,
    });
    return { server, alias, configFile };
  }
  const next = (
    tunnel: Awaited<ReturnType<typeof openTunnel>>,
    kind: TunnelState['kind'],
  ): Promise<TunnelState> =>
    new Promise((resolve) => {
      if (tunnel.state.kind === kind) resolve(tunnel.state);
      else tunnel.onDidChangeState((state) => (state.kind === kind ? resolve(state) : undefined));
    });
  const get = (port: number): Promise<string> =>
    fetch(`http://127.0.0.1:${port}/`).then((reply) => reply.text());

  test('reaches a service of the instance, and ends with its owner', async () => {
    const web = await started(listen(http.createServer((_, response) => response.end('notebook'))));
    const { alias, configFile } = await target('web');
    const tunnel = await openTunnel({
      ssh: 'ssh',
      alias,
      configFile,
      remotePort: web.port,
      logger: silentLogger,
      env,
    });
    await tunnel.opened();
    // The same number is taken here, by the service itself.
    expect(tunnel.localPort).not.toBe(web.port);
    expect(await get(tunnel.localPort)).toBe('notebook');
    tunnel.dispose();
    expect(tunnel.state).toEqual({ kind: 'closed' });
    await expect.poll(() => get(tunnel.localPort).catch(() => 'gone')).toBe('gone');
  });

  test('says that nothing listens on the instance', async () => {
    const { alias, configFile } = await target('empty');
    const remotePort = await closedPort();
    // Both ends are this computer: the same number would lead back into the tunnel.
    const preferredLocalPort = await closedPort();
    const tunnel = await openTunnel({
      ssh: 'ssh',
      alias,
      configFile,
      remotePort,
      preferredLocalPort,
      logger: silentLogger,
      env,
    });
    await tunnel.opened();
    expect(tunnel.localPort).toBe(preferredLocalPort);
    await expect.poll(() => tunnel.state).toEqual({ kind: 'open', remoteRefused: true });
    tunnel.dispose();
  });

  test("a forward of the person's own that is taken does not stop ours", async () => {
    const web = await started(listen(http.createServer((_, response) => response.end('notebook'))));
    const { alias, configFile } = await target('taken');
    await appendFile(
      configFile,
      `Host *\n  LocalForward ${web.port} 127.0.0.1:1\n  ExitOnForwardFailure yes\n`,
    );
    const base = { ssh: 'ssh', alias, configFile, logger: silentLogger, env };
    const tunnel = await openTunnel({ ...base, remotePort: web.port });
    await tunnel.opened();
    expect(await get(tunnel.localPort)).toBe('notebook');
    tunnel.dispose();
  });

  test('says so when the instance goes away', async () => {
    const { server, alias, configFile } = await target('gone');
    const [remotePort, preferredLocalPort] = [await closedPort(), await closedPort()];
    const tunnel = await openTunnel({
      ssh: 'ssh',
      alias,
      configFile,
      remotePort,
      preferredLocalPort,
      logger: silentLogger,
      env,
    });
    await tunnel.opened();
    await stop(server);
    expect(await next(tunnel, 'failed')).toMatchObject({ outcome: { kind: 'closed' } });
    tunnel.dispose();
  });

  test('a port where nothing answers, and no ssh at all', async () => {
    const alias = 'td-nobody';
    const configFile = await writeConfig(place.folder, { alias, port: await closedPort(), id: 'nobody' });
    const base = { alias, configFile, remotePort: 8888, logger: silentLogger, env };
    const refused = await openTunnel({ ...base, ssh: 'ssh' });
    await expect(refused.opened()).rejects.toThrow('8888');
    expect(refused.state).toMatchObject({ kind: 'failed', outcome: { kind: 'closed' } });
    const missing = await openTunnel({ ...base, ssh: path.join(place.folder, 'no-ssh') });
    await expect(missing.opened()).rejects.toThrow('8888');
  });
});
