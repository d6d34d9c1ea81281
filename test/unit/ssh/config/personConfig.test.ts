import {
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  stat,
  symlink,
  writeFile,
  chmod,
} from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { removeSshEntries } from '../../../../src/ssh/config/cleanUp';
import { hostKeyPath } from '../../../../src/ssh/config/ownConfig';
import { sshPaths } from '../../../../src/ssh/config/paths';
import { isWritableFolder } from '../../../../src/ssh/config/writableFolder';
import { SshHosts } from '../../../../src/ssh/config/sshHosts';
import { PersonConfig } from '../../../../src/ssh/config/personConfig';
import { makeInstance, makePlace, placeAt, sshG, tools, user, valuesOf, type Place } from './support';

const execute = promisify(execFile);
const simple = 'Host other\n  HostName 198.51.100.1\n';

async function agree({ person }: Pick<Place, 'person'>): Promise<string> {
  return person.apply(await person.plan());
}

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

describe('the position of the line', () => {
  const line = (place: Place): string => place.paths.includeLine;
  test.each([
    ['first', (p: Place) => `${line(p)}\n${simple}`, 'none'],
    ['behind comments and blank lines', (p: Place) => `# a\n\n\t\n  # b\n${line(p)}\n${simple}`, 'none'],
    [
      'in another case, with an equals sign',
      (p: Place) => `  INCLUDE = ${p.paths.ownConfig}\n${simple}`,
      'none',
    ],
    ['quoted', (p: Place) => `Include "${p.paths.ownConfig}"\n`, 'none'],
    ['with a comment', (p: Place) => `Include ${p.paths.ownConfig} # td\n`, 'none'],
    ['with detours in the path', (p: Place) => `Include ${p.paths.folder}/../tensordock//config\n`, 'none'],
    ['before another file', (p: Place) => `Include ${p.paths.ownConfig} /x/y\n`, 'none'],
    ['twice', (p: Place) => `${line(p)}\n${simple}${line(p)}\n`, 'none'],
    ['behind another file', (p: Place) => `Include /x/y ${p.paths.ownConfig}\n`, 'move'],
    ['below a global option', (p: Place) => `StrictHostKeyChecking no\n${line(p)}\n${simple}`, 'move'],
    ['inside a host', (p: Place) => `${simple}  ${line(p)}\n`, 'move'],
    ['at the end, unfinished', (p: Place) => `${simple}${line(p)}`, 'move'],
    ['in a comment only', (p: Place) => `# ${line(p)}\n${simple}`, 'add'],
    ['of another file of the same name', () => `Include /elsewhere/tensordock/config\n${simple}`, 'add'],
    ['absent', () => simple, 'add'],
  ] satisfies [string, (place: Place) => string, string][])('%s', async (_, content, kind) => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, content(place));
    expect((await place.person.plan()).kind).toBe(kind);
  });

  test('moves a line back to the top and changes nothing else', async () => {
    const place = await makePlace();
    const { personConfig, includeLine } = place.paths;
    await place.hosts.ensureEntry('account', makeInstance(), user);
    await writeFile(personConfig, `Port 2200\r\n${includeLine}\r\n# end\r\n`);
    expect(valuesOf(await sshG(personConfig, 'td-trainer-one'), 'port')).toEqual(['2200']);
    expect(await agree(place)).toBe('done');
    expect(await readFile(personConfig, 'utf8')).toBe(`${includeLine}\r\nPort 2200\r\n# end\r\n`);
    expect(valuesOf(await sshG(personConfig, 'td-trainer-one'), 'port')).toEqual(['20456']);
  });

  test('a relative name counts from ~/.ssh', async () => {
    const { root } = await makePlace();
    const home = join(root, 'home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    const { paths } = placeAt(root, join(home, '.ssh', 'config'));
    await writeFile(paths.personConfig, 'Include tensordock/config\n');
    expect(await new PersonConfig({ ...paths, home }, tools).plan()).toEqual({ kind: 'none' });
  });
});

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

describe('an edit', () => {
  test('makes a file and folder that only the person can read, and takes them away', async () => {
    const { root } = await makePlace();
    const place = placeAt(root, join(root, 'new', 'config'));
    const mask = process.umask(0o002);
    try {
      await place.hosts.ensureEntry('account', makeInstance(), user);
      expect(await agree(place)).toBe('done');
    } finally {
      process.umask(mask);
    }
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    expect(await mode(place.paths.personConfig)).toBe(0o600);
    expect(await mode(place.paths.ownConfig)).toBe(0o600);
    expect(await mode(place.paths.folder)).toBe(0o700);
    expect(await mode(place.paths.knownHosts)).toBe(0o700);
    expect(await removeSshEntries(place.person, place.hosts)).toBe(true);
    expect(await readdir(join(root, 'new'))).toEqual([]);
  });

  test('keeps one copy of the file as it was before the first', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    await agree(place);
    await writeFile(place.paths.personConfig, 'Host another\n');
    await agree(place);
    expect(await readFile(place.person.backup, 'utf8')).toBe(simple);
    expect((await stat(place.person.backup)).mode & 0o777).toBe(0o600);
  });

  test('sees what the person wrote between the question and the answer', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    const plan = await place.person.plan();
    await writeFile(place.paths.personConfig, `${simple}# more\n`);
    expect(await place.person.apply(plan)).toBe('done');
    expect(await readFile(place.paths.personConfig, 'utf8')).toBe(
      `${place.paths.includeLine}\n${simple}# more\n`,
    );
  });

  test('asks again where another answer is needed', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    const plan = await place.person.plan();
    const moved = `${simple}${place.paths.includeLine}\n`;
    await writeFile(place.paths.personConfig, moved);
    expect(await place.person.apply(plan)).toBe('changed');
    expect(await readFile(place.paths.personConfig, 'utf8')).toBe(moved);
  });

  test('writes nothing a second time', async () => {
    const place = await makePlace();
    await writeFile(place.paths.personConfig, simple);
    const plan = await place.person.plan();
    await place.person.apply(plan);
    const { ino } = await stat(place.paths.personConfig);
    expect(await place.person.apply(plan)).toBe('done');
    expect((await stat(place.paths.personConfig)).ino).toBe(ino);
  });

  test('removes what a killed writer left, and nothing else', async () => {
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
});

describe('the backup', () => {
  test.each([
    '~/*/*',
    '~/*',
    '~/**/*',
    '~/config*',
    '~/*/config*',
    '~/*/*before*',
    '~/*/*.bak',
    '~/*/*tensordock*',
    '~/*/.[!.]*/*',
    '~/*/*/*',
    '~/t*/*c*',
  ])('is read by no Include %s', async (pattern) => {
    const place = await makePlace();
    const { personConfig } = place.paths;
    const include = `Include ${pattern.replace('~', join(place.root, '.ssh'))}\n`;
    await writeFile(personConfig, `${include}Host other\n  IdentityFile /a/key\n`);
    // A wildcard that takes the file itself reads it again, to the depth that ssh bears; that is the person's.
    const before = await sshG(personConfig, 'other');
    await agree(place);
    // Where the first edit found something else, as when a person changes the file later.
    await writeFile(place.person.backup, 'Host other\n  User from-the-backup\n');
    await writeFile(
      join(place.root, '.ssh', '.config.tensordock-0123456789ab.tmp'),
      'Host other\n  User half\n',
    );
    expect(await sshG(personConfig, 'other')).not.toMatch(/from-the-backup|user half/);
    if (!before.startsWith('refused')) expect(await sshG(personConfig, 'other')).toBe(before);
  });
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

describe('an SSH folder that cannot be written', () => {
  test.runIf(process.platform !== 'win32')('is noticed before anything is written', async () => {
    const place = await makePlace();
    const folder = join(place.root, '.ssh');
    const writable = (name: string): Promise<boolean> => isWritableFolder(name, process.platform);
    expect(await writable(join(folder, 'tensordock'))).toBe(true);
    expect(await writable(join(folder, 'a', 'b', 'c'))).toBe(true);
    await chmod(folder, 0o555);
    expect(await writable(join(folder, 'tensordock'))).toBe(false);
    await chmod(folder, 0o700);
    await writeFile(join(folder, 'tensordock'), 'a file');
    expect(await writable(join(folder, 'tensordock'))).toBe(false);
    expect(await writable(join(folder, 'tensordock', 'deeper'))).toBe(false);
  });

  test('is not needed: ssh reaches the host by our file elsewhere, and by a line added by hand', async () => {
    const { root, paths } = await makePlace();
    await writeFile(paths.personConfig, simple);
    await chmod(join(root, '.ssh'), 0o555);
    const home = join(root, 'not-the-home');
    const folder = join(root, 'global storage', 'ssh');
    const other = sshPaths({ setting: paths.personConfig, folder, home, platform: process.platform });
    const hosts = new SshHosts(other, tools);
    await hosts.ensureEntry('account', makeInstance(), user);
    expect(valuesOf(await sshG(other.ownConfig, 'td-trainer-one'), 'hostname')).toEqual(['192.0.2.7']);
    expect(await readdir(join(root, '.ssh'))).toEqual(['config']);
    await chmod(join(root, '.ssh'), 0o700);
    await writeFile(paths.personConfig, `${other.includeLine}\n${simple}`);
    expect(await new PersonConfig(other, tools).plan()).toEqual({ kind: 'none' });
    expect(valuesOf(await sshG(paths.personConfig, 'td-trainer-one'), 'hostname')).toEqual(['192.0.2.7']);
  });
});

test('cleaning up keeps a key that was created here', async () => {
  const place = await makePlace();
  await place.hosts.ensureEntry('account', makeInstance(), user);
  await agree(place);
  await mkdir(place.paths.keys);
  await writeFile(join(place.paths.keys, 'id'), 'key');
  expect(await removeSshEntries(place.person, place.hosts)).toBe(false);
  expect(await readdir(place.paths.folder)).toEqual(['keys']);
  expect(existsSync(place.paths.personConfig)).toBe(false);
});

test.each([
  ['blanks and percent signs', 'my home 100%'],
  ['brackets', 'ho[m]e'],
  ['wildcards', 'ho*m?e'],
  ['a hash and quotes', 'home #1 o"hara\'s'],
  ['letters of other alphabets', 'Grüße 世界'],
])('a home with %s works through ssh', async (_, name) => {
  const { root } = await makePlace();
  const home = join(root, name);
  await mkdir(join(home, '.ssh'), { recursive: true });
  const paths = sshPaths({ home, environmentHome: home, platform: process.platform });
  const [person, hosts] = [new PersonConfig(paths, tools), new SshHosts(paths, tools)];
  await writeFile(paths.personConfig, simple);
  await hosts.ensureEntry('account', makeInstance(), { ...user, identityFile: '~/.ssh/key' });
  await agree({ person });
  const { stdout } = await execute('ssh', ['-G', '-F', paths.personConfig, 'td-trainer-one'], {
    env: { ...process.env, HOME: home },
  });
  expect(valuesOf(stdout, 'hostname')).toEqual(['192.0.2.7']);
  // Only an Include takes `~` from HOME, so the other paths are compared as they are written.
  const places = [valuesOf(stdout, 'userknownhostsfile')[0], valuesOf(stdout, 'identityfile')[0]];
  const written = (file: string): string =>
    /[%*?[]/.test(home) ? file.replaceAll('%', '%%') : file.replace(home, '~');
  expect(places.map((place) => place?.replace(userInfo().homedir, '~'))).toEqual([
    written(hostKeyPath(paths, makeInstance().id)).replaceAll('%%', '%'),
    written(join(home, '.ssh', 'key')),
  ]);
  await person.remove();
  expect(await readFile(paths.personConfig, 'utf8')).toBe(simple);
});

test('a folder with spaces, wildcards and percent signs works through ssh', async () => {
  const place = await makePlace('my [ssh] 100%');
  await writeFile(place.paths.personConfig, simple);
  await place.hosts.ensureEntry('account', makeInstance(), user);
  await agree(place);
  const output = await sshG(place.paths.personConfig, 'td-trainer-one');
  expect(valuesOf(output, 'hostname')).toEqual(['192.0.2.7']);
  expect(valuesOf(output, 'userknownhostsfile')).toEqual([`${place.paths.knownHosts}/${makeInstance().id}`]);
  expect(await place.person.plan()).toEqual({ kind: 'none' });
  await place.person.remove();
  expect(await readFile(place.paths.personConfig, 'utf8')).toBe(simple);
});
