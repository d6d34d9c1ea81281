import { execFileSync } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEffectiveConfig } from '../../../../src/ssh/config/effectiveConfig';
import { describeOutcome, type SshOutcome } from '../../../../src/ssh/connect/outcome';
import { probe } from '../../../../src/ssh/connect/probe';
import { parsePublicKey } from '../../../../src/ssh/keys/publicKey';
import {
  closedPort,
  listen,
  makeKey,
  sshdPath,
  startSsh2,
  startSshd,
  writeConfig,
  type ServerIdentity,
  type SshServer,
} from './servers';
import { env, setUpSsh, startAgent } from './setup';

const place = setUpSsh();
const { user, stranger, host: hostKey, otherHost: otherHostKey, started } = place;

const locked = makeKey(place.folder, 'locked', 'a secret phrase');

async function probeAt(
  port: number,
  id: string,
  options: { identityFile?: string; more?: string; connectTimeoutS?: number; env?: typeof env } = {},
): Promise<SshOutcome> {
  const alias = `td-${id}`;
  const configFile = await writeConfig(place.folder, {
    alias,
    port,
    id,
    identityFile: user.file,
    ...options,
  });
  return probe({ ssh: 'ssh', alias, configFile, connectTimeoutS: options.connectTimeoutS ?? 10, env });
}

const kinds: readonly (readonly [string, (identity: ServerIdentity) => Promise<SshServer>])[] = [
  ['ssh2', (identity) => startSsh2(identity)],
  ...(sshdPath === undefined
    ? []
    : ([['sshd', (identity: ServerIdentity) => startSshd(identity, place.folder)]] as const)),
];
if (sshdPath === undefined)
  console.warn('sshd is not installed: the probe was tried on the server of ssh2 alone.');

describe.each(kinds)('against a real server (%s)', (name, start) => {
  const identity = (authorized: { publicKey: string }, host = hostKey): ServerIdentity => ({
    hostKeyFile: host.file,
    authorizedKey: authorized.publicKey,
  });

  test('an accepted key is ok', async () => {
    const server = await started(start(identity(user)));
    expect(await probeAt(server.port, `${name}-ok`)).toEqual({ kind: 'ok' });
  });

  test('a refused key says which one was offered', async () => {
    const server = await started(start(identity(user)));
    const outcome = await probeAt(server.port, `${name}-refused`, { identityFile: stranger.file });
    expect(outcome).toMatchObject({
      kind: 'key-refused',
      offered: [
        { name: stranger.file, type: 'ED25519', fingerprint: parsePublicKey(stranger.publicKey).fingerprint },
      ],
    });
    expect(describeOutcome(outcome, 'trainer').message).toContain(stranger.file);
  });

  test('having no key at all is an outcome of its own', async () => {
    const server = await started(start(identity(user)));
    const outcome = await probeAt(server.port, `${name}-nokey`, {
      identityFile: path.join(place.folder, 'none'),
    });
    expect(outcome).toMatchObject({ kind: 'key-refused', offered: [] });
  });

  test('a passphrase is no refusal', async () => {
    const server = await started(start(identity(locked)));
    const outcome = await probeAt(server.port, `${name}-locked`, { identityFile: locked.file });
    expect(outcome).toMatchObject({ kind: 'locked-key', key: locked.file });
  });

  test('a passphrase in the older form without its public half is no refusal', async () => {
    const file = path.join(place.folder, `${name}-pem`);
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'a phrase', '-f', file]);
    execFileSync('rm', [`${file}.pub`]);
    const server = await started(start(identity(user)));
    const outcome = await probeAt(server.port, `${name}-pem`, { identityFile: file });
    expect(outcome).toMatchObject({ kind: 'locked-key', key: file });
  });

  test('a changed host key comes with both keys and the line of the old one', async () => {
    const first = await started(start(identity(user)));
    expect(await probeAt(first.port, `${name}-changed`)).toEqual({ kind: 'ok' });
    const second = await started(start(identity(user, otherHostKey)));
    const outcome = await probeAt(second.port, `${name}-changed`);
    expect(outcome).toMatchObject({
      kind: 'host-key-changed',
      hostKey: {
        newFingerprint: parsePublicKey(otherHostKey.publicKey).fingerprint,
        knownFingerprint: parsePublicKey(hostKey.publicKey).fingerprint,
        file: path.join(place.folder, `known_hosts-${name}-changed`),
        line: 1,
      },
    });
  });

  test('settings of the person that would hang or fail a probe do not', async () => {
    const server = await started(start(identity(user)));
    const more = [
      'Host *',
      '  RemoteCommand sleep 1000',
      '  RequestTTY force',
      `  LocalForward ${server.port} 127.0.0.1:1`,
      '  ExitOnForwardFailure yes',
      '  LogLevel QUIET',
    ].join('\n');
    expect(await probeAt(server.port, `${name}-person`, { more })).toEqual({ kind: 'ok' });
  });
});

test('a key file with too open permissions is named', async () => {
  const file = path.join(place.folder, 'readable');
  await writeFile(file, await readFile(user.file));
  await chmod(file, 0o644);
  const server = await started(startSsh2({ hostKeyFile: hostKey.file, authorizedKey: user.publicKey }));
  expect(await probeAt(server.port, 'readable', { identityFile: file })).toMatchObject({
    kind: 'key-file-open',
    key: file,
  });
});

test('a key that only an agent holds works by its public half', async () => {
  const agent = await startAgent(place.folder);
  const { socket } = agent;
  try {
    execFileSync('ssh-add', ['-q', user.file], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    });
    const publicHalf = path.join(place.folder, 'agent-only.pub');
    await writeFile(publicHalf, `${user.publicKey}\n`, { mode: 0o600 });
    const server = await started(startSsh2({ hostKeyFile: hostKey.file, authorizedKey: user.publicKey }));
    const configFile = await writeConfig(place.folder, {
      alias: 'td-agent',
      port: server.port,
      id: 'agent',
      identityFile: publicHalf,
    });
    const target = { ssh: 'ssh', alias: 'td-agent', configFile };
    expect(await probe({ ...target, env: { SSH_AUTH_SOCK: socket } })).toEqual({ kind: 'ok' });
    // Without the agent the server still takes the key, which then cannot sign.
    expect(await probe({ ...target, env })).toMatchObject({ kind: 'locked-key', key: publicHalf });
  } finally {
    agent.stop();
  }
});

test('a server that asks for more than the key is not taken for a locked key, which would be opened without asking', async () => {
  const identity = { hostKeyFile: hostKey.file, authorizedKey: user.publicKey, wantsMore: true };
  const server = await started(startSsh2(identity));
  const outcome = await probeAt(server.port, 'more');
  expect(outcome.kind).toBe('unknown');
  expect(describeOutcome(outcome, 'trainer').message).toContain('Permission denied (password)');
});

test('a closed port', async () => {
  expect(await probeAt(await closedPort(), 'closed')).toMatchObject({ kind: 'closed' });
});

test('a web server on the port', async () => {
  const server = await started(listen(http.createServer((_, response) => response.end('hello'))));
  expect(await probeAt(server.port, 'http')).toMatchObject({ kind: 'not-ssh' });
});

test('a server that says nothing', async () => {
  const server = await started(listen(net.createServer()));
  expect(await probeAt(server.port, 'silent', { connectTimeoutS: 1 })).toMatchObject({ kind: 'timeout' });
});

test('a server that hangs up', async () => {
  const server = await started(listen(net.createServer((socket) => socket.end())));
  expect(await probeAt(server.port, 'hangup')).toMatchObject({ kind: 'closed' });
});

test('a name that leads nowhere', async () => {
  const configFile = path.join(place.folder, 'config-nowhere');
  await writeFile(configFile, 'Host td-nowhere\n  HostName nowhere.invalid\n');
  expect(await probe({ ssh: 'ssh', alias: 'td-nowhere', configFile })).toMatchObject({ kind: 'unreachable' });
});

test.each([
  ['an unknown option', 'Host *\n  Nonsense yes\n', 2],
  ['words too many', 'Host *\n  Port 22\n  User bob# note\n', 3],
])('a configuration with %s names the line', async (_, text, line) => {
  const configFile = path.join(place.folder, 'config-bad');
  await writeFile(configFile, text);
  const target = { ssh: 'ssh', alias: 'td-bad', configFile };
  expect(await probe(target)).toMatchObject({ kind: 'bad-config', file: configFile, line });
  expect(await readEffectiveConfig(target)).toMatchObject({
    ok: false,
    outcome: { kind: 'bad-config', line },
  });
});

test('a missing configuration file', async () => {
  const configFile = path.join(place.folder, 'config-missing');
  expect(await probe({ ssh: 'ssh', alias: 'td-x', configFile })).toMatchObject({
    kind: 'bad-config',
    file: configFile,
  });
});

test('no ssh program', async () => {
  expect(await probe({ ssh: path.join(place.folder, 'no-ssh'), alias: 'td-x' })).toMatchObject({
    kind: 'no-ssh',
  });
});

test('an alias never becomes an option', async () => {
  await expect(probe({ ssh: 'ssh', alias: '-oProxyCommand=touch x' })).rejects.toThrow(RangeError);
  await expect(probe({ ssh: 'ssh', alias: 'a b' })).rejects.toThrow(RangeError);
});

test('a probe can be cancelled while the server keeps silent', async () => {
  const cancel = new AbortController();
  const server = await started(listen(net.createServer(() => cancel.abort())));
  const configFile = await writeConfig(place.folder, { alias: 'td-cancel', port: server.port, id: 'cancel' });
  await expect(
    probe({ ssh: 'ssh', alias: 'td-cancel', configFile, signal: cancel.signal }),
  ).rejects.toThrow();
});

test('each outcome has a text of its own and a next step', () => {
  const outcomes: SshOutcome[] = [
    { kind: 'closed' },
    { kind: 'timeout' },
    { kind: 'unreachable', said: 'x' },
    { kind: 'not-ssh' },
    { kind: 'key-refused', offered: [] },
    { kind: 'locked-key' },
    { kind: 'key-file-open' },
    {
      kind: 'host-key-changed',
      hostKey: { type: 'ssh-ed25519', newFingerprint: 'n', knownFingerprint: 'k', file: 'f', line: 1 },
    },
    { kind: 'host-key-not-recorded', file: 'f' },
    { kind: 'bad-config' },
    { kind: 'overridden', host: 'h', port: 1 },
    { kind: 'no-ssh' },
    { kind: 'unknown', said: 'x' },
  ];
  const texts = outcomes.map((outcome) => describeOutcome(outcome, 'trainer'));
  expect(new Set(texts.map((text) => text.message)).size).toBe(outcomes.length);
  expect(new Set(texts.map((text) => text.nextStep)).size).toBe(outcomes.length);
  expect(texts.every((text) => text.nextStep !== '')).toBe(true);
});
