import { describe, expect, test } from 'vitest';
import { parseSshAuthority, remoteUri, sshAuthority } from '../../../../src/ssh/remote/remoteAuthority';

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
