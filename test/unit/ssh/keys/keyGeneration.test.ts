import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../../src/ssh/connect/run';
import { generateKey } from '../../../../src/ssh/keys/keyGeneration';
import { temporaryFolder } from '../connect/servers';

let place: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  place = await temporaryFolder();
});
afterAll(() => place.remove());

describe('keys made here', () => {
  const make = (name: string, passphrase?: string): ReturnType<typeof generateKey> =>
    generateKey({
      sshKeygen: 'ssh-keygen',
      folder: path.join(place.folder, 'made'),
      name,
      comment: 'tensordock',
      passphrase,
    });
  const opens = (file: string, passphrase: string): Promise<boolean> =>
    run('ssh-keygen', ['-y', '-P', passphrase, '-f', file]).then((result) => result.exitCode === 0);

  test('without a passphrase, for the owner alone', async () => {
    const key = await make('plain');
    expect(await opens(key.privateKeyFile ?? '', '')).toBe(true);
    expect((await stat(key.privateKeyFile ?? '')).mode & 0o777).toBe(0o600);
    expect(await readdir(path.join(place.folder, 'made'))).toEqual(['plain', 'plain.pub']);
  });

  test.skipIf(process.platform === 'win32')('with a passphrase that opens it', async () => {
    const passphrase = `yes "it's" $HOME & ünïcode`;
    const key = await make('locked', passphrase);
    expect(await opens(key.privateKeyFile ?? '', passphrase)).toBe(true);
    expect(await opens(key.privateKeyFile ?? '', '')).toBe(false);
  });

  test('the passphrase is on no command line', async () => {
    const recorder = path.join(place.folder, 'recorder');
    const record = path.join(place.folder, 'arguments');
    await writeFile(
      recorder,
      `#!/bin/sh\nprintf '%s\\n' "$@" > '${record}'\nenv >> '${record}'\nexec ssh-keygen "$@"\n`,
      {
        mode: 0o700,
      },
    );
    const folder = path.join(place.folder, 'recorded');
    await generateKey({
      sshKeygen: recorder,
      folder,
      name: 'k',
      comment: 'c',
      passphrase: 'sentinel phrase',
    });
    const seen = await readFile(record, 'utf8');
    expect(seen).toContain('ed25519');
    expect(seen).not.toContain('sentinel phrase');
  });

  test('never overwrites', async () => {
    const folder = path.join(place.folder, 'made');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'precious'), 'precious');
    await expect(make('precious', 'yes')).rejects.toMatchObject({ code: 'exists' });
    expect(await readFile(path.join(folder, 'precious'), 'utf8')).toBe('precious');
  });

  test.each(['../up', '-f', 'a/b', '', 'x.pub'])('refuses the name %j', async (name) => {
    await expect(make(name)).rejects.toMatchObject({ code: 'keygen-failed' });
  });
});
