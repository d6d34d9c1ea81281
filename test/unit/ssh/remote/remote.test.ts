import { describe, expect, test } from 'vitest';
import { rdpFile } from '../../../../src/ssh/remote/rdp';
import { parseSshAuthority, remoteUri, sshAuthority } from '../../../../src/ssh/remote/remoteAuthority';
import { chooseRemoteExtension } from '../../../../src/ssh/remote/remoteExtensions';

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
