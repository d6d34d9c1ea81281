import { describe, expect, test } from 'vitest';
import { findSshPrograms } from '../../../../src/ssh/connect/sshExecutable';

describe('the OpenSSH programs', () => {
  const find = (platform: NodeJS.Platform, configuredPath: string, files: readonly string[]) =>
    findSshPrograms({
      configuredPath,
      platform,
      home: platform === 'win32' ? 'C:\\Users\\me' : '/home/me',
      environment: { Path: '.;relative;\\\\server\\bin;"C:\\my git\\bin";C:\\other', SystemRoot: 'C:\\Win' },
      isExecutable: async (file) => Promise.resolve(files.includes(file)),
    });

  test('come from PATH by default', async () => {
    expect(await find('linux', '', [])).toEqual({
      ssh: 'ssh',
      sshAdd: 'ssh-add',
      sshKeygen: 'ssh-keygen',
    });
  });

  test('come from the folder of the configured one, if they are there', async () => {
    expect(await find('linux', ' ~/bin/ssh ', ['/home/me/bin/ssh-add'])).toEqual({
      ssh: '/home/me/bin/ssh',
      sshAdd: '/home/me/bin/ssh-add',
      sshKeygen: 'ssh-keygen',
    });
    expect(await find('win32', '~\\bin\\ssh.exe', ['C:\\Users\\me\\bin\\ssh-add.exe'])).toMatchObject({
      ssh: 'C:\\Users\\me\\bin\\ssh.exe',
      sshAdd: 'C:\\Users\\me\\bin\\ssh-add.exe',
    });
  });

  test('never come from the current folder or a network path on Windows', async () => {
    const files = ['ssh.exe', '.\\ssh.exe', '\\\\server\\bin\\ssh.exe', 'C:\\my git\\bin\\ssh.exe'];
    expect(await find('win32', '', files)).toEqual({
      ssh: 'C:\\my git\\bin\\ssh.exe',
      sshAdd: 'C:\\Win\\System32\\OpenSSH\\ssh-add.exe',
      sshKeygen: 'C:\\Win\\System32\\OpenSSH\\ssh-keygen.exe',
    });
  });

  test.each([
    ['win32', 'ssh.exe', 'C:\\other\\ssh.exe'],
    ['win32', 'ssh', 'C:\\other\\ssh.exe'],
    ['win32', '.\\ssh.exe', 'C:\\Users\\me\\ssh.exe'],
    ['win32', 'bin/ssh.exe', 'C:\\Users\\me\\bin\\ssh.exe'],
    ['linux', 'ssh', 'ssh'],
    ['linux', 'bin/ssh', '/home/me/bin/ssh'],
    ['linux', './ssh', '/home/me/ssh'],
  ] as const)('on %s, a configured %s never comes from the current folder', async (platform, path, ssh) => {
    expect(await find(platform, path, ['C:\\other\\ssh.exe'])).toMatchObject({ ssh });
  });

  test.each(['\\\\server\\bin\\ssh.exe', '//server/bin/ssh.exe', '\\\\.\\pipe\\ssh', 'C:\\bin\\con', 'nul'])(
    'are never a network share or a device on Windows: %s',
    async (path) => {
      await expect(find('win32', path, [path])).rejects.toMatchObject({ code: 'bad-value' });
    },
  );
});
