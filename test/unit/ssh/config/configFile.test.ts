import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { agree, makePlace } from './support';

const execute = promisify(execFile);
const simple = 'Host other\n  HostName 198.51.100.1\n';

/** Runs as a user without rights to others' files, even if the tests run as root. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

describe('an unusual file is refused and stays unchanged', () => {
  test.each([
    ['invalid UTF-8', Buffer.from([0x48, 0xff, 0xfe, 0x0a]), 'not-text'],
    ['NUL', Buffer.from('Host a\0b\n'), 'not-text'],
    ['UTF-16', Buffer.from('\uFEFFHost a\n', 'utf16le'), 'not-text'],
    ['17 MiB', Buffer.alloc(17 * 1024 * 1024, 0x20), 'too-large'],
  ])('%s', async (_, bytes, code) => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, bytes);
    await expect(place.person.plan()).rejects.toMatchObject({ code });
    const plan = { kind: 'add', line: place.paths.includeLine, file: place.paths.personConfig } as const;
    await expect(place.person.apply(plan)).rejects.toMatchObject({ code });
    await expect(place.person.remove()).rejects.toMatchObject({ code });
    expect((await readFile(place.paths.personConfig)).equals(bytes)).toBe(true);
  });

  test('a folder', async () => {
    const place = await makePlace();
    await mkdir(place.paths.personConfig);
    await expect(place.person.plan()).rejects.toMatchObject({ code: 'not-a-file' });
  });

  test('links in a circle', async () => {
    const place = await makePlace();
    await symlink('config2', place.paths.personConfig);
    await symlink('config', `${place.paths.personConfig}2`);
    await expect(place.person.plan()).rejects.toMatchObject({ code: 'link-loop' });
  });

  test('a file of which another name exists: the message has the line to add', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    await link(place.paths.personConfig, join(place.root, 'other-name'));
    const message: unknown = expect.stringContaining(place.paths.includeLine);
    await expect(agree(place)).rejects.toMatchObject({ code: 'hard-linked', message });
    expect(await readFile(place.paths.personConfig, 'utf8')).toBe(simple);
  });

  test.runIf(process.geteuid)('no permission to read', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    await chmod(place.paths.personConfig, 0o000);
    await chmod(place.root, 0o755);
    await chmod(join(place.root, '.ssh'), 0o755);
    await unprivileged(() => expect(place.person.plan()).rejects.toMatchObject({ code: 'no-permission' }));
  });

  test.runIf(process.geteuid)('read-only: left alone, and the message has the line to add', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    await chmod(place.paths.personConfig, 0o444);
    const message: unknown = expect.stringContaining(place.paths.includeLine);
    await expect(agree(place)).rejects.toMatchObject({ code: 'read-only', message });
    expect(await readFile(place.paths.personConfig, 'utf8')).toBe(simple);
    expect((await readdir(join(place.root, '.ssh'))).sort()).toEqual(['config', 'tensordock']);
  });
});

describe('links', () => {
  test('a chain is followed, the links stay, and our folder is beside the first', async () => {
    const place = await makePlace();
    const dotfiles = join(place.root, 'dotfiles');
    await mkdir(join(dotfiles, 'ssh'), { recursive: true });
    await writeFile(join(dotfiles, 'ssh', 'config'), simple);
    await symlink('ssh/config', join(dotfiles, 'entry'));
    await symlink('../dotfiles/entry', place.paths.personConfig);
    expect(await agree(place)).toBe('done');
    expect(await readlink(place.paths.personConfig)).toBe('../dotfiles/entry');
    expect(await readlink(join(dotfiles, 'entry'))).toBe('ssh/config');
    const target = join(dotfiles, 'ssh', 'config');
    expect(await readFile(target, 'utf8')).toBe(`${place.paths.includeLine}\n${simple}`);
    expect(existsSync(place.paths.folder)).toBe(true);
    await place.person.remove();
    expect(await readFile(target, 'utf8')).toBe(simple);
  });

  test('a dangling one gets its file, which is deleted again', async () => {
    const place = await makePlace();
    await symlink(join(place.root, 'later'), place.paths.personConfig);
    expect(await agree(place)).toBe('done');
    expect(await readFile(join(place.root, 'later'), 'utf8')).toBe(`${place.paths.includeLine}\n`);
    await place.person.remove();
    expect(existsSync(join(place.root, 'later'))).toBe(false);
    expect((await lstat(place.paths.personConfig)).isSymbolicLink()).toBe(true);
  });

  test('a link relative to a folder that is a link itself', async () => {
    const place = await makePlace();
    await mkdir(join(place.root, 'deep', 'er'), { recursive: true });
    await rename(join(place.root, '.ssh'), join(place.root, 'deep', 'er', 'ssh'));
    await symlink('deep/er/ssh', join(place.root, '.ssh'));
    await writeFile(join(place.root, 'deep', 'real'), simple);
    await symlink('../../real', place.paths.personConfig);
    expect(await agree(place)).toBe('done');
    expect(await readFile(join(place.root, 'deep', 'real'), 'utf8')).toContain(place.paths.includeLine);
    // The line may also name our folder as it really is.
    const real = join(place.root, 'deep', 'er', 'ssh', 'tensordock', 'config');
    await writeFile(join(place.root, 'deep', 'real'), `Include ${real}\n`);
    expect(await place.person.plan()).toEqual({ kind: 'none' });
  });
});

test('what a killed writer left is removed, and nothing else', async () => {
  const place = await makePlace();
  await writeFile(place.paths.personConfig, simple);
  await writeFile(join(place.root, '.ssh', '.config.tensordock-0123456789ab.tmp'), 'half');
  await writeFile(`${place.paths.personConfig}.mine.tmp`, 'kept');
  await agree(place);
  expect((await readdir(join(place.root, '.ssh'))).sort()).toEqual([
    'config',
    'config.mine.tmp',
    'tensordock',
  ]);
});

test.runIf(process.platform === 'linux')(
  'an edit keeps access control lists and extended attributes',
  async () => {
    const place = await makePlace();
    const { personConfig } = place.paths;
    await writeFile(personConfig, simple);
    await execute('setfacl', ['-m', 'u:65534:r,u:1:rw', personConfig]);
    await execute('setfattr', ['-n', 'user.note', '-v', 'mine', personConfig]);
    const attributes = async (): Promise<string[]> => {
      const acl = await execute('getfacl', ['-c', '-p', personConfig]);
      const extended = await execute('getfattr', ['-d', '--absolute-names', personConfig]);
      return [acl.stdout, extended.stdout];
    };
    const before = await attributes();
    expect(before.join()).toMatch(/user:.+:rw-[^]*user.note="mine"/);
    await agree(place);
    expect(await readFile(personConfig, 'utf8')).toBe(`${place.paths.includeLine}\n${simple}`);
    expect(await attributes()).toEqual(before);
    await place.person.remove();
    expect(await readFile(personConfig, 'utf8')).toBe(simple);
    expect(await attributes()).toEqual(before);
  },
);

describe('a file is edited in place', () => {
  afterEach(() => vi.unstubAllEnvs());
  const canMount = (): boolean => {
    const isMounted = spawnSync('mount', ['--bind', import.meta.filename, import.meta.filename]).status === 0;
    if (isMounted) spawnSync('umount', [import.meta.filename]);
    return isMounted;
  };

  test.runIf(process.platform === 'linux')('if cp copies no attributes, and keeps them', async () => {
    const place = await makePlace();
    const { personConfig } = place.paths;
    await writeFile(personConfig, simple);
    await execute('setfattr', ['-n', 'user.note', '-v', 'mine', personConfig]);
    const bin = await mkdtemp(join(place.root, 'bin-'));
    await writeFile(join(bin, 'cp'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    vi.stubEnv('PATH', `${bin}:${process.env.PATH ?? ''}`);
    expect(await agree(place)).toBe('done');
    expect(await readFile(personConfig, 'utf8')).toBe(`${place.paths.includeLine}\n${simple}`);
    await place.person.remove();
    expect(await readFile(personConfig, 'utf8')).toBe(simple);
    const { stdout } = await execute('getfattr', ['-d', '--absolute-names', personConfig]);
    expect(stdout).toContain('user.note="mine"');
    expect(await readdir(join(place.root, '.ssh'))).toEqual(['config', 'tensordock']);
  });

  test.runIf(process.platform === 'linux' && canMount())('if it is a mount of its own', async () => {
    const place = await makePlace();
    const { personConfig } = place.paths;
    const outside = join(place.root, 'outside');
    await writeFile(outside, simple);
    await writeFile(personConfig, '');
    await execute('mount', ['--bind', outside, personConfig]);
    try {
      expect(await agree(place)).toBe('done');
      expect(await readFile(outside, 'utf8')).toBe(`${place.paths.includeLine}\n${simple}`);
      await place.person.remove();
      expect(await readFile(outside, 'utf8')).toBe(simple);
      expect(await readdir(join(place.root, '.ssh'))).toEqual(['config', 'tensordock']);
    } finally {
      await execute('umount', [personConfig]);
    }
  });
});
