import { describe, expect, test } from 'vitest';
import { allocateAlias, isAlias } from '../../../../src/ssh/config/alias';
import { formatEndpoint, rdpEndpoint, sshEndpoint } from '../../../../src/ssh/endpoint';
import { formatEntry } from '../../../../src/ssh/config/ownConfig';
import { parseLine, splitLines } from '../../../../src/ssh/config/configText';
import { sshPaths, type SshPathInputs } from '../../../../src/ssh/config/paths';
import { makeInstance } from './support';

describe('an instance becomes an endpoint', () => {
  test.each([
    ['a forward of port 22', makeInstance(), { host: '192.0.2.7', port: 20456 }],
    ['a dedicated address', makeInstance({ portForwards: [] }), { host: '192.0.2.7', port: 22 }],
    [
      'IPv6',
      makeInstance({ ipAddress: '2001:0DB8:0::7', portForwards: [] }),
      { host: '2001:db8::7', port: 22 },
    ],
    ['no address', makeInstance({ ipAddress: undefined }), { none: 'no-address' }],
    ['an empty address', makeInstance({ ipAddress: '' }), { none: 'no-address' }],
    ['a name for an address', makeInstance({ ipAddress: 'evil.example' }), { none: 'no-address' }],
    ['an address with a zone', makeInstance({ ipAddress: 'fe80::1%eth0' }), { none: 'no-address' }],
    ['a line break in it', makeInstance({ ipAddress: '192.0.2.7\nProxyCommand x' }), { none: 'no-address' }],
    [
      'forwards without port 22',
      makeInstance({ portForwards: [{ internalPort: 8888, externalPort: 20457 }] }),
      { none: 'no-forward' },
    ],
    [
      'a port that is none',
      makeInstance({ portForwards: [{ internalPort: 22, externalPort: 70000 }] }),
      { none: 'no-forward' },
    ],
    [
      'a port not chosen yet',
      makeInstance({ portForwards: [{ internalPort: 22, externalPort: 0 }] }),
      { none: 'no-forward' },
    ],
    ['a thin row', makeInstance({ portForwards: undefined }), { none: 'forwards-unknown' }],
  ])('%s', (_, instance, endpoint) => {
    expect(sshEndpoint(instance)).toEqual(endpoint);
  });

  test('forwards that a complete answer does not name do not exist', () => {
    const endpoint = sshEndpoint(makeInstance({ portForwards: undefined }), { complete: true });
    expect(endpoint).toEqual({ host: '192.0.2.7', port: 22 });
  });

  test('a remote desktop is found by its own port', () => {
    const forwarded = makeInstance({ portForwards: [{ internalPort: 3389, externalPort: 3390 }] });
    expect(rdpEndpoint(forwarded)).toEqual({ host: '192.0.2.7', port: 3390 });
    expect(sshEndpoint(forwarded)).toEqual({ none: 'no-forward' });
    expect(rdpEndpoint(makeInstance({ portForwards: [] }))).toEqual({ host: '192.0.2.7', port: 3389 });
  });

  test('an IPv6 address is written in brackets', () => {
    expect(formatEndpoint({ host: '2001:db8::7', port: 3389 })).toBe('[2001:db8::7]:3389');
  });
});

describe('an alias', () => {
  const id = '468B716A-6747-4cbe-9f13-afc153a21c14';
  test.each([
    ['Trainer One', 'td-trainer-one'],
    ['Münchén_GPU #1', 'td-munchen-gpu-1'],
    ['---a---', 'td-a'],
    ['机器', 'td-468b716a'],
    ['', 'td-468b716a'],
    ['x\nProxyCommand evil', 'td-x-proxycommand-evil'],
    ['a'.repeat(80), `td-${'a'.repeat(60)}`],
    [`${'a'.repeat(59)} b`, `td-${'a'.repeat(59)}`],
  ])('of %j is %s', (name, alias) => {
    expect(allocateAlias(name, id, new Set())).toBe(alias);
    expect(isAlias(alias)).toBe(true);
  });

  test('is never one that is taken, and never too long', () => {
    const taken = new Set<string>();
    for (let count = 0; count < 120; count++) {
      const alias = allocateAlias('a'.repeat(100), id, taken);
      expect(taken.has(alias)).toBe(false);
      expect(isAlias(alias)).toBe(true);
      taken.add(alias);
    }
  });
});

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

describe('a line of any length', () => {
  const long = 1_000_000;
  test.each([
    ['blanks before a word', `Host a${' '.repeat(long)}b`],
    ['blanks alone', ' '.repeat(long)],
    ['blanks behind a keyword', `Host${'\t'.repeat(long)}`],
    ['carriage returns', `Host a${'\r'.repeat(long)}b`],
    ['quotes', `Host ${'"'.repeat(long)}`],
    ['backslashes', `Host ${'\\'.repeat(long)}`],
    ['equals signs', `Host${'='.repeat(long)}`],
    ['one word', 'x'.repeat(long)],
    ['many values', `Host ${'a '.repeat(long / 2)}`],
  ])('is read in linear time: %s', (_, line) => {
    // Quadratic time would be minutes.
    const start = performance.now();
    for (const { text } of splitLines(`${line}\n`)) parseLine(text);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
