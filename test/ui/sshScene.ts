import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { SeedOption } from '../simulator/options';
import { startSimulator } from '../simulator/server';
import { openWorkbench, remoteSshStandIn } from './openWorkbench';
import { sceneOf, type Scene } from './sharedScene';

const run = promisify(execFile);

/** Makes the one key that the extension finds in `folder`, and resolves with its public part. */
export async function makeOwnKey(folder: string): Promise<string> {
  const keys = path.join(folder, 'tensordock', 'keys');
  await mkdir(keys, { recursive: true, mode: 0o700 });
  const key = path.join(keys, 'id_test');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', key]);
  return (await readFile(`${key}.pub`, 'utf8')).trim();
}

/** A workbench in which an SSH key lets the person into the instances of a simulator, whose `seed` is given. */
export async function openSshScene(seed: SeedOption): Promise<Scene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-ui-'));
  const key = path.join(folder, 'id_test');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const publicKey = (await readFile(`${key}.pub`, 'utf8')).trim();
  const simulator = await startSimulator({ seed, delays: 'quick', ssh: 'auto', authorizedKeys: [publicKey] });
  const workbench = await openWorkbench({
    extensions: [remoteSshStandIn],
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
      'tensordock.ssh.identityFile': key,
      'tensordock.ssh.user': simulator.sshUser,
      'tensordock.refreshInterval': 5,
    },
  });
  return sceneOf({ folder, simulator, workbench });
}
