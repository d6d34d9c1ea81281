import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sshPaths } from '../../../../src/ssh/config/paths';
import { PersonConfig } from '../../../../src/ssh/config/personConfig';
import { SshHosts } from '../../../../src/ssh/config/sshHosts';
import { isWritableFolder } from '../../../../src/ssh/config/writableFolder';
import { makeInstance, makePlace, sshG, tools, user, valuesOf } from './support';

const simple = 'Host other\n  HostName 198.51.100.1\n';

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
