import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { agentSocketOf, readEffectiveConfig } from '../../../../src/ssh/config/effectiveConfig';
import { generateKey } from '../../../../src/ssh/keys/keyGeneration';
import { identityFileOf, listKeys } from '../../../../src/ssh/keys/keys';
import { temporaryFolder } from '../connect/servers';
import { line } from './wire';

let place: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  place = await temporaryFolder();
});
afterAll(() => place.remove());

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
    platform: process.platform,
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
    platform: process.platform,
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
    platform: process.platform,
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
  const listing = await listKeys({
    folders: [folder],
    sshAdd: agent,
    platform: process.platform,
    logger: silentLogger,
  });
  expect(listing.keys).toMatchObject([{ comment: 'card' }]);
  expect(existsSync(folder)).toBe(false);
});

test('keys are listed from the agent that ssh itself reads from the configuration', async () => {
  const configFile = path.join(place.folder, 'config-agent');
  await writeFile(configFile, `Host *\n  IdentityAgent "${place.folder}/my agent"\n`);
  const agent = path.join(place.folder, 'agent-by-socket');
  const key = line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32, 3));
  await writeFile(agent, `#!/bin/sh\necho '${key}' "$SSH_AUTH_SOCK"\n`, { mode: 0o700 });
  const effective = await readEffectiveConfig({ ssh: 'ssh', alias: 'td-any-instance', configFile });
  if (!effective.ok) throw new Error(effective.outcome.kind);
  const agentSocket = agentSocketOf(effective.config, { home: '/home/me', environment: {} });
  const listing = await listKeys({
    folders: [],
    sshAdd: agent,
    agentSocket,
    platform: process.platform,
    logger: silentLogger,
  });
  expect(listing.keys).toMatchObject([{ comment: `${place.folder}/my agent`, inAgent: true }]);
});

test('a key on a network share or a device is never looked for on Windows', async () => {
  const file = path.join(place.folder, 'shared');
  await writeFile(`${file}.pub`, `${line('ssh-ed25519', 'ssh-ed25519', Buffer.alloc(32))}\n`);
  const named = async (platform: NodeJS.Platform): Promise<number> => {
    // Here, `//` means the same as `/`, so that what is read would be found.
    const files = [`/${file}`];
    const options = { files, folders: [], sshAdd: 'ssh-add', agentSocket: 'none', logger: silentLogger };
    return (await listKeys({ ...options, platform })).keys.length;
  };
  expect([await named('linux'), await named('win32')]).toEqual([1, 0]);
});
