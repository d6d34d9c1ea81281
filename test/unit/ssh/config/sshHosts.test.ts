import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Instance } from '../../../../src/api/types';
import { forgetHostKeys, recordedHostKeys } from '../../../../src/ssh/keys/hostKeys';
import { hostKeyPath } from '../../../../src/ssh/config/ownConfig';
import type { SyncOptions } from '../../../../src/ssh/config/sshHosts';
import { makeInstance, makePlace, placeAt, sshG, user, valuesOf } from './support';

const id = makeInstance().id;
const follow: SyncOptions = { optionsFor: () => user, addMissing: false };
const all: SyncOptions = { ...follow, addMissing: true };

async function withEntry(): Promise<Awaited<ReturnType<typeof makePlace>>> {
  const place = await makePlace();
  await place.hosts.ensureEntry('me', makeInstance(), user);
  return place;
}

describe('an entry follows the snapshot', () => {
  const stopped: Partial<Instance> = { state: 'stopped', ipAddress: undefined };
  const rows: [string, Partial<Instance>, string, string][] = [
    ['a new address', { ipAddress: '192.0.2.200' }, '192.0.2.200', '20456'],
    ['a new port', { portForwards: [{ internalPort: 22, externalPort: 3 }] }, '192.0.2.7', '3'],
    ['an address of its own', { portForwards: [] }, '192.0.2.7', '22'],
    ['a new name', { name: 'Renamed' }, '192.0.2.7', '20456'],
    ['stopped, with no address', stopped, 'instance-is-not-running.invalid', '20456'],
    [
      'no forward for SSH any more',
      { portForwards: [{ internalPort: 80, externalPort: 9 }] },
      'instance-is-not-running.invalid',
      '20456',
    ],
    ['a thin row', { ipAddress: undefined, portForwards: undefined }, '192.0.2.7', '20456'],
    ['a thin row with an address', { ipAddress: '192.0.2.9', portForwards: undefined }, '192.0.2.7', '20456'],
    ['an address that is none', { ipAddress: '1.2.3.4\nUser root' }, '192.0.2.7', '20456'],
  ];
  test.each(rows)('%s', async (_, change, host, port) => {
    const { hosts, paths } = await withEntry();
    await hosts.sync('me', [makeInstance(change)], follow);
    const output = await sshG(paths.ownConfig, 'td-trainer-one');
    expect([valuesOf(output, 'hostname'), valuesOf(output, 'port')]).toEqual([[host], [port]]);
    expect(await hosts.aliasOf('me', id)).toBe('td-trainer-one');
  });

  test('absence from a list deletes no entry', async () => {
    const { hosts } = await withEntry();
    expect(await hosts.sync('me', [], all)).toBe(false);
    expect(await hosts.aliasOf('me', id)).toBe('td-trainer-one');
  });

  test('writes nothing and creates no folder if nothing changes', async () => {
    const { hosts, paths } = await withEntry();
    const before = await stat(paths.ownConfig);
    expect(await hosts.sync('me', [makeInstance()], all)).toBe(false);
    expect(await hosts.ensureEntry('me', makeInstance(), user)).toMatchObject({ changed: false });
    expect(await stat(paths.ownConfig)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    const fresh = await makePlace();
    expect(await fresh.hosts.sync('me', [makeInstance()], follow)).toBe(false);
    expect(existsSync(fresh.paths.folder)).toBe(false);
  });

  test('adds missing entries if that is wanted, and one invalid value affects no other', async () => {
    const { hosts } = await makePlace();
    const rows = [
      makeInstance({ id: '../../etc/passwd', name: 'a' }),
      makeInstance({ id: 'b', name: 'b', ipAddress: undefined }),
      makeInstance({ id: 'c', name: 'c', image: 'windows10' }),
      makeInstance({ id: 'd', name: 'same' }),
      makeInstance({ id: 'e', name: 'same' }),
    ];
    await hosts.sync('me', rows, all);
    expect((await hosts.entries()).map(({ alias }) => alias)).toEqual(['td-same', 'td-same-2']);
  });

  test('a user that ssh refuses is refused', async () => {
    const { hosts } = await withEntry();
    const options = { user: '-oProxyCommand=x' };
    await expect(hosts.ensureEntry('me', makeInstance(), options)).rejects.toMatchObject({
      code: 'bad-value',
    });
  });
});

test('an instance with forwards but none for SSH gets no entry', async () => {
  const { hosts, paths } = await makePlace();
  const instance = makeInstance({ portForwards: [{ internalPort: 8888, externalPort: 20457 }] });
  expect(await hosts.ensureEntry('me', instance, user)).toEqual({ none: 'no-forward' });
  expect(existsSync(paths.ownConfig)).toBe(false);
});

test('an alias differs from those of the person and of the files they include', async () => {
  const { hosts, paths, root } = await makePlace();
  await mkdir(join(root, '.ssh', 'conf.d'));
  await writeFile(join(root, '.ssh', 'conf.d', 'work.conf'), 'Host x TD-Trainer-One\n');
  await writeFile(paths.personConfig, `Include ${root}/.ssh/conf.?/*.conf\nHost td-trainer-one-2 td-*\n`);
  expect(await hosts.ensureEntry('me', makeInstance(), user)).toMatchObject({ alias: 'td-trainer-one-3' });
});

test('files that include each other are read once', async () => {
  const { hosts, paths } = await makePlace();
  await writeFile(paths.personConfig, `Include ${paths.personConfig} ${paths.personConfig}2\n`);
  await writeFile(`${paths.personConfig}2`, `Include ${paths.personConfig}*\nHost td-trainer-one\n`);
  expect(await hosts.ensureEntry('me', makeInstance(), user)).toMatchObject({ alias: 'td-trainer-one-2' });
});

describe('several owners', () => {
  test('never touch each other, and share the keys of the same instance', async () => {
    const { hosts, paths, root } = await withEntry();
    const theirs = placeAt(root, paths.personConfig).hosts;
    const moved = makeInstance({ ipAddress: '192.0.2.99' });
    expect(await theirs.ensureEntry('them', moved, user)).toMatchObject({ alias: 'td-trainer-one-2' });
    await writeFile(hostKeyPath(paths, id), 'key');
    await theirs.sync('them', [makeInstance({ ipAddress: '192.0.2.98' })], all);
    expect((await hosts.entries()).map(({ account, host }) => [account, host])).toEqual([
      ['me', '192.0.2.7'],
      ['them', '192.0.2.98'],
    ]);
    await hosts.remove('me', id);
    expect((await hosts.entries()).map(({ account }) => account)).toEqual(['them']);
    expect(existsSync(hostKeyPath(paths, id))).toBe(true);
    await theirs.removeAccount('them');
    expect(await hosts.entries()).toEqual([]);
    expect(existsSync(hostKeyPath(paths, id))).toBe(false);
  });

  test('what a newer version wrote for another account stays the same to the byte', async () => {
    const { hosts, paths } = await withEntry();
    await hosts.ensureEntry('them', makeInstance({ id: 'other', name: 'other' }), user);
    const text = await readFile(paths.ownConfig, 'utf8');
    const newer = text.replace('account them\n', 'account them\n  ServerAliveInterval 17\n');
    await writeFile(paths.ownConfig, newer);
    await hosts.sync('me', [makeInstance({ ipAddress: '192.0.2.8' })], follow);
    expect(await readFile(paths.ownConfig, 'utf8')).toBe(newer.replace('192.0.2.7', '192.0.2.8'));
  });
});

describe('lines in our file that are not ours', () => {
  test.each([
    ['a host by hand', 'Host *\n  ProxyCommand evil\n'],
    ['a global option', 'ForwardAgent yes\n'],
    ['half an entry', 'Host td-half\n  # TensorDock instance abc account me\n  HostName 192.0.'],
    ['an unclosed quote', 'Host td-x\n  User "bob\n'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
  ])('%s: our entries go on, and a copy is kept', async (_, content) => {
    const { hosts, paths } = await makePlace();
    await mkdir(paths.folder);
    await writeFile(paths.ownConfig, content);
    expect(await hosts.entries()).toEqual([]);
    await hosts.ensureEntry('me', makeInstance(), user);
    expect((await hosts.entries()).map(({ alias }) => alias)).toEqual(['td-trainer-one']);
    expect(valuesOf(await sshG(paths.ownConfig, 'other'), 'proxycommand')).toEqual([]);
    const copies = (await readdir(paths.folder)).filter((name) => name.startsWith('.config-saved-'));
    expect(copies).toHaveLength(1);
    expect(await readFile(join(paths.folder, copies[0] ?? ''))).toEqual(Buffer.from(content));
  });
});

test('the name of an instance adds nothing to the file', async () => {
  const { hosts, paths } = await makePlace();
  const name = 'x\n  ProxyCommand evil\nHost *\n# TensorDock instance a account b';
  const made = await hosts.ensureEntry('me', makeInstance({ name }), user);
  expect(made).toMatchObject({ alias: 'td-x-proxycommand-evil-host-tensordock-instance-a-account-b' });
  const text = await readFile(paths.ownConfig, 'utf8');
  expect(text).not.toMatch(/^\s*ProxyCommand/im);
  expect(text.match(/^Host /gm)).toHaveLength(1);
});

test('recorded host keys are shown as ssh-keygen shows them, and forgotten', async () => {
  const { paths, root } = await withEntry();
  const key = join(root, 'key');
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const { stdout } = await promisify(execFile)('ssh-keygen', ['-l', '-f', key]);
  const [type = '', base64 = ''] = (await readFile(`${key}.pub`, 'utf8')).split(' ');
  const noise = '# a comment\n@revoked * ssh-rsa AAAA\nbroken\n';
  await writeFile(hostKeyPath(paths, id), `${noise}|1|aGFzaA==|aGFzaA== ${type} ${base64}\n`);
  expect(await recordedHostKeys(paths, id)).toMatchObject([{ type, fingerprint: stdout.split(' ')[1] }]);
  await forgetHostKeys(paths, id);
  expect(await recordedHostKeys(paths, id)).toEqual([]);
});

test('an ID can’t name a file elsewhere', async () => {
  const { paths } = await makePlace();
  for (const odd of ['..', '../x', 'a/b', 'a\\b', '', 'a b', 'x'.repeat(65)]) {
    expect(() => hostKeyPath(paths, odd)).toThrow(expect.objectContaining({ code: 'bad-value' }));
  }
});
