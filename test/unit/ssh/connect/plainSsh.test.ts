import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { sshdPath, startSsh2, startSshd, writeConfig, type SshServer } from './servers';
import { setUpSsh } from './setup';

const execute = promisify(execFile);
const place = setUpSsh();
const { user, host, otherHost, started, stop } = place;

const servers = sshdPath === undefined ? (['ssh2'] as const) : (['ssh2', 'sshd'] as const);
if (sshdPath === undefined) console.warn('sshd is not installed: copying by scp and rsync was not tried.');

describe.each(servers)('an instance by only its alias (%s)', (name) => {
  const start = (hostKeyFile: string, port = 0): Promise<SshServer> => {
    const identity = { hostKeyFile, authorizedKey: user.publicKey };
    return started(name === 'ssh2' ? startSsh2(identity, port) : startSshd(identity, place.folder, port));
  };
  const entry = (alias: string, port: number): Promise<string> =>
    writeConfig(place.folder, { alias, port, id: alias, identityFile: user.file });
  const ssh = (configFile: string, alias: string): Promise<{ stdout: string; stderr: string }> =>
    execute('ssh', ['-F', configFile, '-o', 'BatchMode=yes', alias, 'echo hello']);

  test('survives a new port, and refuses another instance on the old one', async () => {
    const alias = `td-move-${name}`;
    const first = await start(host.file);
    expect((await ssh(await entry(alias, first.port), alias)).stdout).toContain('hello');
    await stop(first);
    const moved = await start(host.file);
    expect((await ssh(await entry(alias, moved.port), alias)).stdout).toContain('hello');
    await start(otherHost.file, first.port);
    await expect(ssh(await entry(alias, first.port), alias)).rejects.toThrow('IDENTIFICATION HAS CHANGED');
  });

  // The ssh2 server has no SFTP.
  if (name !== 'sshd') return;
  test('copies files', async () => {
    const alias = 'td-copy';
    const configFile = await entry(alias, (await start(host.file)).port);
    const from = path.join(place.folder, 'from.txt');
    await writeFile(from, 'weights');
    const byScp = path.join(place.folder, 'by scp.txt');
    await execute('scp', ['-q', '-F', configFile, from, `${alias}:${byScp}`]);
    expect(await readFile(byScp, 'utf8')).toBe('weights');
    if (existsSync('/usr/bin/rsync')) {
      const byRsync = path.join(place.folder, 'by-rsync.txt');
      await execute('rsync', ['-e', `ssh -F ${configFile}`, from, `${alias}:${byRsync}`]);
      expect(await readFile(byRsync, 'utf8')).toBe('weights');
    } else {
      console.warn('rsync is not installed: copying was tried with scp alone.');
    }
  });
});
