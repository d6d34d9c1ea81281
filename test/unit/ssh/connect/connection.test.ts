import { systemClock, type Clock } from '../../../../src/base/clock';
import { silentLogger } from '../../../../src/base/logger';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readBanner, waitForBanner } from '../../../../src/ssh/connect/banner';
import { describeOutcome } from '../../../../src/ssh/connect/outcome';
import { waitUntilReady, type ReadinessOptions } from '../../../../src/ssh/connect/readiness';
import { openTunnel, type TunnelState } from '../../../../src/ssh/connect/tunnel';
import { closedPort, listen, sshdPath, startSsh2, startSshd, writeConfig, type SshServer } from './servers';
import { env, setUpSsh } from './setup';
import { ManualClock } from '../../../simulator/clock';

const execute = promisify(execFile);
const place = setUpSsh();
const { user, stranger, host, otherHost, started, stop } = place;

/** The real time, but pauses of seconds pass at once and count in full. */
function hastyClock(): Clock {
  let skipped = 0;
  return {
    now: () => Date.now() + skipped,
    after: (ms, callback) => {
      // Limits for one look stay real; a pause between two does not have to be lived through.
      if (ms >= 15_000) return systemClock.after(ms, callback);
      const timer = setTimeout(() => {
        skipped += ms;
        callback();
      }, 1);
      return { dispose: () => clearTimeout(timer) };
    },
  };
}

describe('banner', () => {
  const look = (port: number, attemptMs = 5000): ReturnType<typeof readBanner> =>
    readBanner({ host: '127.0.0.1', port, clock: systemClock, attemptMs });
  const saying = (text: string): Promise<SshServer> =>
    started(listen(net.createServer((socket) => socket.write(text))));

  test('an SSH server, with lines before its own', async () => {
    const server = await saying('welcome\r\nto the lab\r\nSSH-2.0-OpenSSH_9.6\r\n');
    expect(await look(server.port)).toEqual({ kind: 'ready', banner: 'SSH-2.0-OpenSSH_9.6' });
  });

  test('a server of both protocols', async () => {
    expect(await look((await saying('SSH-1.99-old\n')).port)).toMatchObject({ kind: 'ready' });
  });

  test('only the old protocol', async () => {
    expect(await look((await saying('SSH-1.5-old\n')).port)).toMatchObject({ kind: 'not-ssh' });
  });

  test('a web server, recognized by its answer', async () => {
    const server = await started(listen(http.createServer((_, response) => response.end('hello'))));
    const result = await look(server.port);
    expect(result.kind === 'not-ssh' && result.said).toContain('HTTP/1.1 400');
  });

  test('control characters of a server are not shown', async () => {
    const result = await look((await saying('HTTP/\u001b[31mred\u202e\r\n')).port);
    expect(result).toEqual({ kind: 'not-ssh', said: 'HTTP/ [31mredâ ®' });
  });

  test('a closed port, a silent server, one that hangs up', async () => {
    expect(await look(await closedPort())).toMatchObject({ kind: 'closed' });
    expect(await look((await saying('')).port, 50)).toMatchObject({ kind: 'timeout' });
    const hangsUp = await started(listen(net.createServer((socket) => socket.end())));
    expect(await look(hangsUp.port)).toMatchObject({ kind: 'closed' });
  });

  test('waits until the server is up', async () => {
    const port = await closedPort();
    const seen: string[] = [];
    const result = await waitForBanner({
      host: '127.0.0.1',
      port,
      clock: systemClock,
      limitMs: 60_000,
      onAttempt: (attempt) => {
        seen.push(attempt.kind);
        if (seen.length === 1) {
          void started(
            listen(
              net.createServer((socket) => socket.write('SSH-2.0-late\r\n')),
              port,
            ),
          );
        }
      },
    });
    expect(result).toEqual({ kind: 'ready', banner: 'SSH-2.0-late' });
    expect(seen[0]).toBe('closed');
  });

  test('is tried every second while someone waits, and less and less after two minutes', async () => {
    const clock = new ManualClock();
    // Pauses pass at once; the limit of one attempt is longer.
    clock.skipDelays(9_600);
    const attempts: number[] = [];
    const result = await waitForBanner({
      host: '127.0.0.1',
      port: await closedPort(),
      clock,
      limitMs: 300_000,
      random: () => 0,
      onAttempt: () => attempts.push(clock.now()),
    });
    expect(result).toMatchObject({ kind: 'closed' });
    const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(gaps.slice(0, 120)).toEqual(Array(120).fill(1_000));
    expect(gaps.at(-1)).toBe(8_000);
  });

  test('gives up at the limit, and at once when cancelled', async () => {
    const options = { host: '127.0.0.1', port: await closedPort(), clock: hastyClock(), attemptMs: 20_000 };
    expect(await waitForBanner({ ...options, limitMs: 30_000 })).toMatchObject({ kind: 'closed' });
    const cancel = new AbortController();
    const wait = waitForBanner({
      ...options,
      limitMs: 1e9,
      signal: cancel.signal,
      onAttempt: () => cancel.abort(),
    });
    await expect(wait).rejects.toThrow();
  });
});

describe('readiness', () => {
  const options = async (
    id: string,
    port: number,
    more: Partial<ReadinessOptions> = {},
  ): Promise<ReadinessOptions> => ({
    ssh: 'ssh',
    alias: `td-${id}`,
    configFile: await writeConfig(place.folder, { alias: `td-${id}`, port, id, identityFile: user.file }),
    clock: hastyClock(),
    logger: silentLogger,
    probe: { env },
    banner: { attemptMs: 20_000 },
    ...more,
  });

  test('port first, then the login', async () => {
    const server = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }));
    const phases: string[] = [];
    const outcome = await waitUntilReady(
      await options('ready', server.port, {
        endpoint: { host: '127.0.0.1', port: server.port },
        onProgress: (phase) => phases.push(phase),
      }),
    );
    expect(outcome).toEqual({ kind: 'ok' });
    expect(phases).toEqual(['config', 'port', 'login']);
  });

  test('a key refused right after the start is waited for', async () => {
    const early = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: stranger.publicKey }));
    const clock = hastyClock();
    const outcome = await waitUntilReady(
      await options('early', early.port, {
        clock,
        startedAt: clock.now(),
        onProgress: (_, last) => {
          if (last?.kind !== 'key-refused') return;
          void stop(early).then(() =>
            started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }, early.port)),
          );
        },
      }),
    );
    expect(outcome).toEqual({ kind: 'ok' });
  });

  // Fact sheet, section 4, number 7: an instance may never accept the key it was created with.
  test('a key refused long after the start is refused, and named', async () => {
    const server = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: stranger.publicKey }));
    const clock = hastyClock();
    const outcome = await waitUntilReady(
      await options('late', server.port, { clock, startedAt: clock.now() - 120_001 }),
    );
    expect(outcome).toMatchObject({ kind: 'key-refused', offered: [{ name: user.file }] });
    expect(describeOutcome(outcome, 'box').message).toContain(user.file);
  });

  test('an entry that another one overrides', async () => {
    const outcome = await waitUntilReady(
      await options('hidden', 1234, { endpoint: { host: '127.0.0.1', port: 4321 } }),
    );
    expect(outcome).toEqual({ kind: 'overridden', host: '127.0.0.1', port: 1234 });
  });

  test('behind a proxy only ssh connects', async () => {
    const server = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }));
    const through = path.join(place.folder, 'through.mjs');
    await writeFile(
      through,
      `import net from 'node:net'; const s = net.connect(${server.port}, '127.0.0.1'); process.stdin.pipe(s).pipe(process.stdout);`,
    );
    const ready = await options('proxy', await closedPort());
    await writeFile(
      ready.configFile ?? '',
      `${await readFile(ready.configFile ?? '', 'utf8')}  ProxyCommand "${process.execPath}" "${through}"\n`,
    );
    expect(await waitUntilReady(ready)).toEqual({ kind: 'ok' });
  });
});

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

const servers = sshdPath === undefined ? (['ssh2'] as const) : (['ssh2', 'sshd'] as const);
if (sshdPath === undefined) console.warn('sshd is not installed: copying by scp and rsync was not tried.');

describe.each(servers)('an instance by only its alias (%s)', (name) => {
  const start = (hostKeyFile: string, port = 0): Promise<SshServer> => {
    const identity = { hostKeyFile, authorizedKey: user.publicKey };
    return started(name === 'ssh2' ? startSsh2(identity, port) : startSshd(identity, place.folder, port));
  };
  const entry = (alias: string, port: number): Promise<string> =>
    writeConfig(place.folder, { alias, port, id: alias, identityFile: user.file });
  const ssh = (configFile: string, alias: string): Promise<{ stdout: string; stderr: string }> =>
    execute('ssh', ['-F', configFile, '-o', 'BatchMode=yes', alias, 'echo hello']);

  test('survives a new port, and refuses another instance on the old one', async () => {
    const alias = `td-move-${name}`;
    const first = await start(host.file);
    expect((await ssh(await entry(alias, first.port), alias)).stdout).toContain('hello');
    await stop(first);
    const moved = await start(host.file);
    expect((await ssh(await entry(alias, moved.port), alias)).stdout).toContain('hello');
    await start(otherHost.file, first.port);
    await expect(ssh(await entry(alias, first.port), alias)).rejects.toThrow('IDENTIFICATION HAS CHANGED');
  });

  // The ssh2 server has no SFTP.
  if (name !== 'sshd') return;
  test('copies files', async () => {
    const alias = 'td-copy';
    const configFile = await entry(alias, (await start(host.file)).port);
    const from = path.join(place.folder, 'from.txt');
    await writeFile(from, 'weights');
    const byScp = path.join(place.folder, 'by scp.txt');
    await execute('scp', ['-q', '-F', configFile, from, `${alias}:${byScp}`]);
    expect(await readFile(byScp, 'utf8')).toBe('weights');
    if (existsSync('/usr/bin/rsync')) {
      const byRsync = path.join(place.folder, 'by-rsync.txt');
      await execute('rsync', ['-e', `ssh -F ${configFile}`, from, `${alias}:${byRsync}`]);
      expect(await readFile(byRsync, 'utf8')).toBe('weights');
    } else {
      console.warn('rsync is not installed: copying was tried with scp alone.');
    }
  });
});
