import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/base/clock';
import { silentLogger } from '../../../../src/base/logger';
import { messageText } from '../../../../src/base/text';
import { sshPaths, type SshPaths } from '../../../../src/ssh/config/paths';
import { readBanner } from '../../../../src/ssh/connect/banner';
import { fetchHostKey } from '../../../../src/ssh/connect/fetchHostKey';
import { describeOutcome, type SshOutcome } from '../../../../src/ssh/connect/outcome';
import { probe } from '../../../../src/ssh/connect/probe';
import type { SshTarget } from '../../../../src/ssh/connect/sshExecutable';
import { openTunnel } from '../../../../src/ssh/connect/tunnel';
import { installHostKey, readHostKeys } from '../../../../src/ssh/keys/hostKeys';
import { parsePublicKey } from '../../../../src/ssh/keys/publicKey';
import { debug, disconnect, forgedLines, forgedSignIn, link, startRaw } from './hostileServer';
import { startSsh2, writeConfig, type SshServer } from './servers';
import { env, setUpSsh, type Key } from './setup';
const temporary = setUpSsh();
const { user, stranger, host, otherHost, started, stop } = temporary;

async function targetAt(port: number, id: string, identityFile = user.file): Promise<Required<SshTarget>> {
  const alias = `td-${id}`;
  const configFile = await writeConfig(temporary.folder, { alias, port, id, identityFile });
  const knownHostsFile = path.join(temporary.folder, `known_hosts-${id}`);
  return { ssh: 'ssh', alias, configFile, knownHostsFile };
}

const probeAt = async (port: number, id: string, connectTimeoutS = 3): Promise<SshOutcome> =>
  probe({ ...(await targetAt(port, id)), connectTimeoutS, timeoutMs: 8_000, env });

const signIn = (hostKey: Key, authorized = user, banner?: string): Promise<SshServer> =>
  startSsh2({ hostKeyFile: hostKey.file, authorizedKey: authorized.publicKey, banner });

/** Everything a person would read of an outcome, as it is shown. */
function shown(outcome: SshOutcome): string {
  const { message, nextStep } = describeOutcome(outcome, 'trainer');
  return messageText(`${message} ${nextStep}`);
}

function expectNoLink(text: string): void {
  expect(text).not.toMatch(/\]\(/);
  expect(text).not.toContain('$(');
}

describe('a server that says one line and hangs up', () => {
  test('shows no link, by its banner or by ssh', async () => {
    const server = await started(startRaw((socket) => socket.end(`${link}\r\n`)));
    const banner = await readBanner({ host: '127.0.0.1', port: server.port, clock: systemClock });
    expect(banner).toMatchObject({ kind: 'not-ssh' });
    if (banner.kind !== 'ready') expectNoLink(shown(banner));
    const outcome = await probeAt(server.port, 'line');
    expect(outcome.kind).toBe('not-ssh');
    expectNoLink(shown(outcome));
  });

  test('shows no link in a disconnect message', async () => {
    const server = await started(
      startRaw((socket) => {
        socket.write('SSH-2.0-x\r\n');
        socket.end(disconnect(2, link));
      }),
    );
    const outcome = await probeAt(server.port, 'disconnect');
    expect(outcome.kind).toBe('closed');
    expectNoLink(shown(outcome));
  });
});

describe('forged words of ssh', () => {
  test('before the identification are not believed', async () => {
    const server = await started(startRaw((socket) => socket.end(`${forgedLines}\r\n`)));
    expect((await probeAt(server.port, 'greeting')).kind).toBe('not-ssh');
  });

  test.each([2, 11])('in a disconnect message (reason %d) are not believed', async (reason) => {
    const server = await started(
      startRaw((socket) => {
        socket.write('SSH-2.0-x\r\n');
        socket.end(disconnect(reason, `Too many authentication failures\r\n${forgedLines}\r\n`));
      }),
    );
    expect((await probeAt(server.port, `forged-${reason}`)).kind).toBe('closed');
  });

  test('in a debug message are neither a login nor a new host key', async () => {
    const server = await started(
      startRaw((socket) => {
        socket.write('SSH-2.0-x\r\n');
        socket.write(debug(`x\r\n${forgedLines}\r\n`));
        socket.end(disconnect(11, 'bye'));
      }),
    );
    const target = await targetAt(server.port, 'debug');
    await writeFile(target.knownHostsFile, `tensordock-debug ${host.publicKey}\n`);
    const outcome = await probe({ ...target, connectTimeoutS: 3, env });
    expect(outcome.kind).toBe('closed');
    expect(shown(outcome)).not.toContain('forgedforged');
    expect(await readFile(target.knownHostsFile, 'utf8')).toContain(host.publicKey);
  });

  test.each([0, 1, 4, 5])(
    'in a list of ways to sign in are not believed, from the one at %d on',
    async (from) => {
      const methods = ['publickey', ['x', ...forgedSignIn.slice(from), 'x'].join('\n')];
      const identity = { hostKeyFile: host.file, authorizedKey: stranger.publicKey, methods };
      const server = await started(startSsh2(identity));
      const target = await targetAt(server.port, 'methods');
      const outcome = await probe({ ...target, connectTimeoutS: 3, env });
      expect(outcome).toMatchObject({ kind: 'key-refused', offered: [{ name: user.file }] });
      expect(shown(outcome)).not.toContain('forged');
      const tunnel = await openTunnel({ ...target, remotePort: 8888, logger: silentLogger, env });
      await expect(tunnel.opened()).rejects.not.toThrow('forged');
      expect(tunnel.state).toMatchObject({ outcome: { kind: 'key-refused' } });
      await rm(target.knownHostsFile);
    },
  );

  test('in a banner are not believed', async () => {
    const server = await started(signIn(host, stranger, forgedLines));
    const outcome = await probeAt(server.port, 'banner');
    expect(outcome).toMatchObject({ kind: 'key-refused', offered: [{ name: user.file }] });
    expect(shown(outcome)).not.toContain('forged');
  });

  test('in a banner do not keep a login from being one', async () => {
    const server = await started(signIn(host, user, forgedLines));
    expect(await probeAt(server.port, 'banner-ok')).toEqual({ kind: 'ok' });
  });
});

describe('a server that never comes to an end', () => {
  test('by one byte at a time', { timeout: 20_000 }, async () => {
    const server = await started(
      startRaw((socket) => {
        const timer = setInterval(() => socket.write('x'), 50);
        socket.on('close', () => clearInterval(timer));
      }),
    );
    const options = { host: '127.0.0.1', port: server.port, clock: systemClock, attemptMs: 500 };
    expect(await readBanner(options)).toMatchObject({ kind: 'not-ssh' });
    expect(['timeout', 'not-ssh']).toContain((await probeAt(server.port, 'drip', 1)).kind);
  });

  test('by lines without end', { timeout: 20_000 }, async () => {
    const server = await started(
      startRaw((socket) => {
        const write = (): void => {
          while (!socket.destroyed && socket.write('still booting, please wait\r\n')) continue;
        };
        socket.on('drain', write);
        write();
      }),
    );
    const options = { host: '127.0.0.1', port: server.port, clock: systemClock };
    expect(await readBanner(options)).toMatchObject({ kind: 'not-ssh' });
    expect((await probeAt(server.port, 'endless')).kind).toBe('not-ssh');
  });

  test('by debug messages without end, which do not fill the disk', { timeout: 20_000 }, async () => {
    const server = await started(
      startRaw((socket) => {
        socket.write('SSH-2.0-x\r\n');
        const one = debug('x'.repeat(900));
        const write = (): void => {
          while (!socket.destroyed && socket.write(one)) continue;
        };
        socket.on('drain', write);
        write();
      }),
    );
    let logged = '';
    const target = await targetAt(server.port, 'flood');
    const onOutput = (log: string): void => void (logged = log);
    const outcome = await probe({ ...target, connectTimeoutS: 10, env, onOutput });
    expect(outcome.kind).toBe('timeout');
    expect(logged.length).toBeLessThanOrEqual(1024 * 1024);
  });

  test('a tunnel to it has a limit', async () => {
    const server = await started(startRaw(() => undefined));
    const target = await targetAt(server.port, 'slow-tunnel');
    const tunnel = await openTunnel({
      ...target,
      remotePort: 8888,
      logger: silentLogger,
      env,
      openLimitMs: 300,
    });
    await expect(tunnel.opened()).rejects.toThrow('8888');
    expect(tunnel.state).toMatchObject({ kind: 'failed', outcome: { kind: 'timeout' } });
  });
});

describe('host keys', () => {
  const pathsOf = (name: string): SshPaths =>
    sshPaths({
      setting: path.join(temporary.folder, name, 'config'),
      home: temporary.folder,
      environmentHome: temporary.folder,
      platform: process.platform,
    });

  test('the key that is fetched is the one the server has, and fetching records and offers nothing', async () => {
    const server = await started(signIn(otherHost));
    const target = await targetAt(server.port, 'fetch');
    await writeFile(target.knownHostsFile, `tensordock-fetch ${host.publicKey}\n`);
    const fetched = await fetchHostKey({ ...target, env });
    const { fingerprint } = parsePublicKey(otherHost.publicKey);
    expect(fetched).toMatchObject({ ok: true, key: { type: 'ssh-ed25519', fingerprint } });
    expect(await readFile(target.knownHostsFile, 'utf8')).toBe(`tensordock-fetch ${host.publicKey}\n`);
  });

  test('a key that changes after it was shown is refused', async () => {
    const paths = pathsOf('change');
    const first = await started(signIn(otherHost));
    const target = {
      ...(await targetAt(first.port, 'change')),
      knownHostsFile: path.join(paths.knownHosts, 'change'),
    };
    await mkdir(paths.knownHosts, { recursive: true });
    await writeFile(target.knownHostsFile, `tensordock-change ${stranger.publicKey}\n`);
    const fetched = await fetchHostKey({ ...target, env });
    if (!fetched.ok) throw new Error('no key');

    await stop(first);
    await started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }, first.port));
    await installHostKey(paths, 'change', fetched.key, systemClock);
    expect(await probe({ ...target, env })).toMatchObject({
      kind: 'host-key-changed',
      hostKey: {
        knownFingerprint: fetched.key.fingerprint,
        newFingerprint: parsePublicKey(host.publicKey).fingerprint,
      },
    });
    expect((await readHostKeys(target.knownHostsFile)).map(({ body }) => body)).toEqual([fetched.key.body]);
  });

  test('the accepted key is let in, alone and for its owner only', async () => {
    const paths = pathsOf('accept');
    const server = await started(signIn(otherHost));
    const target = {
      ...(await targetAt(server.port, 'accept')),
      knownHostsFile: path.join(paths.knownHosts, 'accept'),
    };
    await mkdir(paths.knownHosts, { recursive: true });
    await writeFile(target.knownHostsFile, `tensordock-accept ${host.publicKey}\n`);
    expect((await probe({ ...target, env })).kind).toBe('host-key-changed');
    const fetched = await fetchHostKey({ ...target, env });
    if (!fetched.ok) throw new Error('no key');
    await installHostKey(paths, 'accept', fetched.key, systemClock);
    expect(await probe({ ...target, env })).toEqual({ kind: 'ok' });
    expect(await readHostKeys(target.knownHostsFile)).toHaveLength(1);
    expect((await stat(target.knownHostsFile)).mode & 0o777).toBe(0o600);
  });

  test('a missing folder is made before connecting, so that the first key is recorded', async () => {
    const server = await started(signIn(host));
    const folder = path.join(temporary.folder, 'missing', 'known_hosts');
    const target = { ...(await targetAt(server.port, 'missing')), knownHostsFile: path.join(folder, 'x') };
    expect(await probe({ ...target, env })).toEqual({ kind: 'ok' });
    expect(await readHostKeys(target.knownHostsFile)).toHaveLength(1);
    await rm(path.dirname(folder), { recursive: true });
    const tunnel = await openTunnel({ ...target, remotePort: 8888, logger: silentLogger, env });
    await tunnel.opened();
    tunnel.dispose();
    expect(await readHostKeys(target.knownHostsFile)).toHaveLength(1);
  });

  test('a key that could not be recorded is an error', async () => {
    const server = await started(signIn(host));
    const notAFolder = path.join(temporary.folder, 'a-file');
    await writeFile(notAFolder, '');
    const blocked = path.join(temporary.folder, 'a-folder');
    await mkdir(blocked);
    for (const knownHostsFile of [path.join(notAFolder, 'x'), blocked]) {
      const target = { ...(await targetAt(server.port, 'unrecorded')), knownHostsFile };
      expect(await probe({ ...target, env })).toMatchObject({ kind: 'host-key-not-recorded' });
      const tunnel = await openTunnel({ ...target, remotePort: 8888, logger: silentLogger, env });
      await expect(tunnel.opened()).rejects.toThrow('couldn’t be saved');
    }
  });
});
