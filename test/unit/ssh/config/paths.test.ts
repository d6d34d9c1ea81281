import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { formatEntry, hostKeyPath } from '../../../../src/ssh/config/ownConfig';
import { sshPaths, type SshPathInputs } from '../../../../src/ssh/config/paths';
import { PersonConfig } from '../../../../src/ssh/config/personConfig';
import { SshHosts } from '../../../../src/ssh/config/sshHosts';
import { agree, makeInstance, makePlace, sshG, tools, user, valuesOf } from './support';

const execute = promisify(execFile);
const simple = 'Host other\n  HostName 198.51.100.1\n';

describe('where the files are', () => {
  const linux: SshPathInputs = { home: '/home/me', environmentHome: '/home/me', platform: 'linux' };
  const windows: SshPathInputs = { home: 'C:\\Users\\Me Too', platform: 'win32' };
  test.each([
    ['by default', linux, '/home/me/.ssh/config', 'Include ~/.ssh/tensordock/config'],
    [
      'as our setting says, before that of Remote-SSH',
      { ...linux, setting: '~/my ssh/conf', remoteSshSetting: '/x' },
      '/home/me/my ssh/conf',
      'Include "~/my ssh/tensordock/config"',
    ],
    [
      'as Remote-SSH has it',
      { ...linux, setting: ' ', remoteSshSetting: '/etc/my/conf' },
      '/etc/my/conf',
      'Include /etc/my/tensordock/config',
    ],
    [
      'absolute where HOME is another home than that of ssh',
      { ...linux, environmentHome: '/elsewhere' },
      '/home/me/.ssh/config',
      'Include /home/me/.ssh/tensordock/config',
    ],
    [
      'beside a home of the same beginning',
      { ...linux, setting: '/home/me2/.ssh/config' },
      '/home/me2/.ssh/config',
      'Include /home/me2/.ssh/tensordock/config',
    ],
    [
      'with wildcards and tokens in the path',
      { ...linux, setting: '/d/a[b]*?%c/config' },
      '/d/a[b]*?%c/config',
      'Include "/d/a[[]b][*][?]?c/tensordock/config"',
    ],
    ['on Windows', windows, 'C:\\Users\\Me Too\\.ssh\\config', 'Include ~/.ssh/tensordock/config'],
    [
      'on another drive',
      { ...windows, setting: 'D:\\my ssh\\config' },
      'D:\\my ssh\\config',
      'Include "D:/my ssh/tensordock/config"',
    ],
    [
      'with a tilde on Windows',
      { ...windows, setting: '~\\x\\config' },
      'C:\\Users\\Me Too\\x\\config',
      'Include ~/x/tensordock/config',
    ],
  ] satisfies [string, SshPathInputs, string, string][])('%s', (_, inputs, personConfig, includeLine) => {
    expect(sshPaths(inputs)).toMatchObject({ personConfig, includeLine });
  });

  test.each([
    '\\\\server\\share\\config',
    '//server/share/config',
    '\\\\?\\C:\\config',
    '\\\\.\\pipe\\x',
    'D:\\nul',
    'D:\\aux.txt\\config',
    'D:\\CON .x\\config',
    'D:\\a\\com1',
    'D:\\a\\config:stream',
  ])('never at %s on Windows, in a setting or as a key', (file) => {
    expect(() => sshPaths({ ...windows, setting: file })).toThrow(
      expect.objectContaining({ code: 'bad-value' }),
    );
    const entry = { id: 'a', account: 'b', alias: 'td-a', host: '192.0.2.7', port: 22, user: 'user' };
    expect(() => formatEntry({ ...entry, identityFile: file }, sshPaths(windows))).toThrow(
      expect.objectContaining({ code: 'bad-value' }),
    );
  });

  test('a key on Windows is written with slashes, and with a tilde under the home', () => {
    const entry = { id: 'a', account: 'b', alias: 'td-a', host: '192.0.2.7', port: 22, user: 'user' };
    for (const [file, written] of [
      ['~\\.ssh\\id key', '"~/.ssh/id key"'],
      ['C:\\Users\\Me Too\\.ssh\\id', '~/.ssh/id'],
      ['D:\\keys\\100%', 'D:/keys/100%%'],
      ['D:/keys/console.pem', 'D:/keys/console.pem'],
    ] as const) {
      const { text } = formatEntry({ ...entry, identityFile: file }, sshPaths(windows));
      expect(text).toContain(`  IdentityFile ${written}\n`);
    }
  });

  test.each(['id_ed25519', '~bob/.ssh/id', 'C:\\keys\\id', './id'])('no key is named %s on Linux', (file) => {
    const entry = { id: 'a', account: 'b', alias: 'td-a', host: '192.0.2.7', port: 22, user: 'user' };
    expect(() => formatEntry({ ...entry, identityFile: file }, sshPaths(linux))).toThrow(
      expect.objectContaining({ code: 'bad-value' }),
    );
  });

  test.each(['/a"b/config', '/a\\b/config', '/a\nb/config', '/a${HOME}/config'])('never at %j', (setting) => {
    expect(() => sshPaths({ ...linux, setting })).toThrow(expect.objectContaining({ code: 'bad-value' }));
  });
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
