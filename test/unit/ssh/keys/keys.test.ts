import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import {
  agentSocketOf,
  parseEffectiveConfig,
  readEffectiveConfig,
} from '../../../../src/ssh/config/effectiveConfig';
import { run } from '../../../../src/ssh/connect/run';
import { generateKey } from '../../../../src/ssh/keys/keyGeneration';
import { identityFileOf, listKeys } from '../../../../src/ssh/keys/keys';
import { parsePublicKey } from '../../../../src/ssh/keys/publicKey';
import { temporaryFolder } from '../connect/servers';

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

  test('of a hardware key are read as well', () => {
    const type = 'sk-ssh-ed25519@openssh.com';
    expect(parsePublicKey(line(type, type, Buffer.alloc(32), 'ssh:')).type).toBe(type);
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

test('a key named by itself is offered first, also without a public file and with a passphrase', async () => {
  const folder = path.join(place.folder, 'named');
  const options = { sshKeygen: 'ssh-keygen', folder, comment: 'named' };
  const locked = await generateKey({ ...options, name: 'locked', passphrase: 'secret' });
  const open = await generateKey({ ...options, name: 'open' });
  await rm(locked.publicKeyFile ?? '');
  const listing = await listKeys({
    files: [locked.privateKeyFile ?? '', path.join(folder, 'missing'), '/dev/zero'],
    folders: [folder],
    sshAdd: '/nowhere/ssh-add',
    logger: silentLogger,
  });
  expect(listing.keys).toMatchObject([
    { body: locked.body, privateKeyFile: locked.privateKeyFile },
    { body: open.body, privateKeyFile: open.privateKeyFile },
  ]);
});

test('listing keys writes no file', async () => {
  const folder = path.join(place.folder, 'unwritten');
  const agent = path.join(place.folder, 'agent-with-a-card');
  const card = line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32, 9));
  await writeFile(agent, `#!/bin/sh\nprintf '%s\\n' '${card} card'\n`, { mode: 0o700 });
  const listing = await listKeys({ folders: [folder], sshAdd: agent, logger: silentLogger });
  expect(listing.keys).toMatchObject([{ comment: 'card' }]);
  expect(existsSync(folder)).toBe(false);
});

describe('the agent that keys are listed from', () => {
  const home = '/home/me';
  const environment = { ONE_SOCK: '/run/one', SSH_AUTH_SOCK: '/run/agent' };
  test.each([
    ['', undefined],
    ['SSH_AUTH_SOCK', undefined],
    ['none', 'none'],
    ['~/.1password/agent.sock', '/home/me/.1password/agent.sock'],
    ['"~/Library/Group Containers/a.sock"', '/home/me/Library/Group Containers/a.sock'],
    ['%d/agent', '/home/me/agent'],
    ['$ONE_SOCK', '/run/one'],
    ['${ONE_SOCK}.b', '/run/one.b'],
    ['$NOT_SET', 'none'],
    ['/run/100%%', '/run/100%'],
  ])('with IdentityAgent %s is %s', (value, socket) => {
    const config = parseEffectiveConfig(value === '' ? 'hostname x\n' : `identityagent ${value}\n`);
    expect(agentSocketOf(config, { home, environment })).toBe(socket);
  });

  test('is the one that ssh itself reads from the configuration', async () => {
    const configFile = path.join(place.folder, 'config-agent');
    await writeFile(configFile, `Host *\n  IdentityAgent "${place.folder}/my agent"\n`);
    const agent = path.join(place.folder, 'agent-by-socket');
    const key = line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32, 3));
    await writeFile(agent, `#!/bin/sh\necho '${key}' "$SSH_AUTH_SOCK"\n`, { mode: 0o700 });
    const effective = await readEffectiveConfig({ ssh: 'ssh', alias: 'td-any-instance', configFile });
    if (!effective.ok) throw new Error(effective.outcome.kind);
    const agentSocket = agentSocketOf(effective.config, { home, environment });
    const listing = await listKeys({ folders: [], sshAdd: agent, agentSocket, logger: silentLogger });
    expect(listing.keys).toMatchObject([{ comment: `${place.folder}/my agent`, inAgent: true }]);
  });
});
