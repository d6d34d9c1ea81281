import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { SeedOption } from '../simulator/options';
import { startSimulator } from '../simulator/server';
import { openWorkbench, remoteSshStandIn } from './openWorkbench';
import { sceneOf, type Scene } from './sharedScene';

/** A workbench in which an SSH key lets the person into the instances of a simulator, whose `seed` is given. */
export async function openSshScene(seed: SeedOption): Promise<Scene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-ui-'));
  const key = path.join(folder, 'id_test');
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
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
