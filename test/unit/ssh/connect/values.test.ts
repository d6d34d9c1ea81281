import { silentLogger } from '../../../../src/base/logger';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateKey } from '../../../../src/ssh/keys/keyGeneration';
import { identityFileOf, listKeys } from '../../../../src/ssh/keys/keys';
import { isHardwareKey, parsePublicKey } from '../../../../src/ssh/keys/publicKey';
import { rdpFile } from '../../../../src/ssh/remote/rdp';
import { parseSshAuthority, remoteUri, sshAuthority } from '../../../../src/ssh/remote/remoteAuthority';
import { chooseRemoteExtension } from '../../../../src/ssh/remote/remoteExtensions';
import { run } from '../../../../src/ssh/connect/run';
import { findSshPrograms } from '../../../../src/ssh/connect/sshExecutable';
import { temporaryFolder } from './servers';

let place: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  place = await temporaryFolder();
});
afterAll(() => place.remove());

const field = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const line = (type: string, ...fields: (string | Buffer)[]): string =>
  `${type} ${Buffer.concat(fields.map(field)).toString('base64')}`;

describe('public keys', () => {
  test.each([
    ['ed25519', []],
    ['rsa', ['-b', '2048']],
    ['ecdsa', ['-b', '521']],
  ])('%s reads as ssh-keygen does', async (type, more) => {
    const file = path.join(place.folder, `key-${type}`);
    execFileSync('ssh-keygen', ['-q', '-t', type, ...more, '-N', '', '-C', 'my laptop', '-f', file]);
    const key = parsePublicKey(await readFile(`${file}.pub`, 'utf8'));
    expect(key.comment).toBe('my laptop');
    expect(execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' })).toContain(
      ` ${key.fingerprint} `,
    );
  });

  test('a token has only its public half', () => {
    const type = 'sk-ssh-ed25519@openssh.com';
    expect(isHardwareKey(parsePublicKey(line(type, type, Buffer.alloc(32), 'ssh:')))).toBe(true);
  });

  test.each([
    ['nothing', '', 'not-a-key'],
    ['another type inside', line('ssh-ed25519', 'ssh-rsa', Buffer.alloc(32)), 'not-a-key'],
    ['too short', line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(31)), 'not-a-key'],
    ['too long', line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32), 'x'), 'not-a-key'],
    ['a type nobody takes', line('ssh-dss', 'ssh-dss', 'x'), 'not-a-key'],
    ['a name of Object', line('constructor', 'constructor'), 'not-a-key'],
    ['two lines', `${line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32))} a\nssh-rsa AAAA`, 'not-a-key'],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA', 'private-key'],
    ['a certificate', 'ssh-ed25519-cert-v01@openssh.com AAAA', 'certificate'],
  ])('refuses %s', (_, text, code) => {
    expect(() => parsePublicKey(text)).toThrow(expect.objectContaining({ code }));
  });
});

describe('keys made here', () => {
  const make = (name: string, passphrase?: string): ReturnType<typeof generateKey> =>
    generateKey({
      sshKeygen: 'ssh-keygen',
      folder: path.join(place.folder, 'made'),
      name,
      comment: 'tensordock',
      passphrase,
    });
  const opens = (file: string, passphrase: string): Promise<boolean> =>
    run('ssh-keygen', ['-y', '-P', passphrase, '-f', file]).then((result) => result.exitCode === 0);

  test('without a passphrase, for the owner alone', async () => {
    const key = await make('plain');
    expect(await opens(key.privateKeyFile ?? '', '')).toBe(true);
    expect((await stat(key.privateKeyFile ?? '')).mode & 0o777).toBe(0o600);
    expect(await readdir(path.join(place.folder, 'made'))).toEqual(['plain', 'plain.pub']);
  });

  test.skipIf(process.platform === 'win32')('with a passphrase that opens it', async () => {
    const passphrase = `yes "it's" $HOME & ünïcode`;
    const key = await make('locked', passphrase);
    expect(await opens(key.privateKeyFile ?? '', passphrase)).toBe(true);
    expect(await opens(key.privateKeyFile ?? '', '')).toBe(false);
  });

  test('the passphrase is on no command line', async () => {
    const recorder = path.join(place.folder, 'recorder');
    const record = path.join(place.folder, 'arguments');
    await writeFile(
      recorder,
      `#!/bin/sh\nprintf '%s\\n' "$@" > '${record}'\nenv >> '${record}'\nexec ssh-keygen "$@"\n`,
      {
        mode: 0o700,
      },
    );
    const folder = path.join(place.folder, 'recorded');
    await generateKey({
      sshKeygen: recorder,
      folder,
      name: 'k',
      comment: 'c',
      passphrase: 'sentinel phrase',
    });
    const seen = await readFile(record, 'utf8');
    expect(seen).toContain('ed25519');
    expect(seen).not.toContain('sentinel phrase');
  });

  test('never overwrites', async () => {
    const folder = path.join(place.folder, 'made');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'precious'), 'precious');
    await expect(make('precious', 'yes')).rejects.toMatchObject({ code: 'exists' });
    expect(await readFile(path.join(folder, 'precious'), 'utf8')).toBe('precious');
  });

  test.each(['../up', '-f', 'a/b', '', 'x.pub'])('refuses the name %j', async (name) => {
    await expect(make(name)).rejects.toMatchObject({ code: 'keygen-failed' });
  });
});

test('keys are listed once, files before the agent, junk left out', async () => {
  const folder = path.join(place.folder, 'listed');
  const options = { sshKeygen: 'ssh-keygen', folder, comment: 'c' };
  const one = await generateKey({ ...options, name: 'one' });
  await writeFile(path.join(folder, 'copy.pub'), await readFile(one.publicKeyFile ?? ''));
  await writeFile(path.join(folder, 'junk.pub'), 'junk');
  const token = line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32, 7));
  const agent = path.join(place.folder, 'fake-ssh-add');
  const known = (await readFile(one.publicKeyFile ?? '', 'utf8')).trim();
  await writeFile(agent, `#!/bin/sh\nprintf '%s\\n' '${known}' '${token} card'\n`, { mode: 0o700 });
  const listing = await listKeys({
    folders: [folder, path.join(place.folder, 'missing')],
    sshAdd: agent,
    logger: silentLogger,
  });
  expect(listing.agent).toBe('has-keys');
  expect(listing.keys).toMatchObject([
    { body: one.body, privateKeyFile: one.privateKeyFile, inAgent: true },
    { comment: 'card', inAgent: true },
  ]);
  const [, card] = listing.keys;
  if (!card) throw new Error('no card');
  const file = await identityFileOf(card, path.join(place.folder, 'halves'));
  expect(await readFile(file, 'utf8')).toBe(`${token} card\n`);
  const without = await listKeys({
    folders: [],
    sshAdd: path.join(place.folder, 'none'),
    logger: silentLogger,
  });
  expect(without).toEqual({ keys: [], agent: 'none' });
});

describe('remote authority', () => {
  const hex = (value: object): string => Buffer.from(JSON.stringify(value)).toString('hex');

  test('an alias goes there and back', () => {
    expect(remoteUri('td-a1', '/home/user')).toEqual({
      scheme: 'vscode-remote',
      authority: 'ssh-remote+td-a1',
      path: '/home/user',
    });
    expect(remoteUri('td-win', 'C:\\work').path).toBe('/C:/work');
    expect(parseSshAuthority(sshAuthority('td-a1'))).toEqual({ host: 'td-a1' });
    expect(() => sshAuthority('Big')).toThrow(RangeError);
  });

  test.each([
    ['ssh-remote%2Btd-a', { host: 'td-a' }],
    ['ssh-remote+bob@1.2.3.4:2222', { host: '1.2.3.4', user: 'bob', port: 2222 }],
    ['ssh-remote+user@[::1]:22', { host: '::1', user: 'user', port: 22 }],
    ['ssh-remote+\\x42ig', { host: 'Big' }],
    [`ssh-remote+${hex({ hostName: 'Big', user: 'bob', port: 1 })}`, { host: 'Big', user: 'bob', port: 1 }],
    ['ssh-remote+7b22', { host: '7b22' }],
    ['wsl+Debian', undefined],
    ['ssh-remote+', undefined],
    ['', undefined],
  ])('reads %s', (authority, destination) => {
    expect(parseSshAuthority(authority)).toEqual(destination);
  });
});

describe('which Remote-SSH', () => {
  const choose = (
    appName: string,
    uriScheme: string,
    ...installed: string[]
  ): ReturnType<typeof chooseRemoteExtension> =>
    chooseRemoteExtension({ appName, uriScheme, isInstalled: (id) => installed.includes(id) });

  test.each([
    ['Visual Studio Code', 'vscode', 'ms-vscode-remote.remote-ssh'],
    ['Visual Studio Code - Insiders', 'vscode-insiders', 'ms-vscode-remote.remote-ssh'],
    ['VSCodium', 'vscodium', 'jeanp413.open-remote-ssh'],
    ['Cursor', 'cursor', 'anysphere.remote-ssh'],
    ['Windsurf', 'windsurf', 'codeium.windsurf-remote-openssh'],
    ['Antigravity', 'antigravity', 'google.antigravity-remote-openssh'],
    ['Something', 'something', 'jeanp413.open-remote-ssh'],
  ])('%s is offered its own', (appName, scheme, id) => {
    expect(choose(appName, scheme)).toMatchObject({ use: undefined, offer: { extensionId: id } });
  });

  test('what is installed is used, its own first', () => {
    const open = 'jeanp413.open-remote-ssh';
    expect(choose('Cursor', 'cursor', open).use?.extensionId).toBe(open);
    expect(choose('Cursor', 'cursor', open, 'anysphere.remote-ssh').use?.extensionId).toBe(
      'anysphere.remote-ssh',
    );
  });
});

test('a .rdp file, and values that would add lines', () => {
  expect(rdpFile({ host: '203.0.113.7', port: 3390, user: 'user' })).toContain(
    'full address:s:203.0.113.7:3390\r\n',
  );
  expect(rdpFile({ host: '2001:db8::1', port: 3389 })).toContain('full address:s:[2001:db8::1]:3389\r\n');
  for (const bad of [
    { host: 'evil\r\nalternate shell:s:x', port: 1 },
    { host: '1.2.3.4', port: 0 },
    { host: '1.2.3.4', port: 3389, user: 'a\r\nalternate shell:s:x' },
  ]) {
    expect(() => rdpFile(bad)).toThrow(RangeError);
  }
});

test('ssh and its companions come from PATH by default', async () => {
  expect(await findSshPrograms('')).toEqual({ ssh: 'ssh', sshAdd: 'ssh-add', sshKeygen: 'ssh-keygen' });
});

test.skipIf(process.platform === 'win32')(
  'a process ends with its children, by time and by signal',
  async () => {
    const pidFile = path.join(place.folder, 'pid');
    const script = `sleep 600 & echo $! > '${pidFile}'; echo ready; wait`;
    const alive = async (): Promise<boolean> => {
      const status = await readFile(`/proc/${(await readFile(pidFile, 'utf8')).trim()}/stat`, 'utf8').catch(
        () => 'x) Z',
      );
      return !/\) [ZX]/.test(status);
    };
    expect(await run('sh', ['-c', script], { timeoutMs: 500 })).toMatchObject({
      timedOut: true,
      stdout: 'ready\n',
    });
    await expect.poll(alive).toBe(false);
    const cancel = new AbortController();
    const ended = run('sh', ['-c', script], { signal: cancel.signal });
    cancel.abort();
    await expect(ended).rejects.toThrow();
  },
);
