import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { SimulatorOptions } from '../simulator/options';
import { startSimulator, type Simulator } from '../simulator/server';

/** A simulator with instances of every kind, a temporary SSH folder, and what an extension needs to use them. */
export interface DemoSetting {
  readonly simulator: Simulator;
  readonly folder: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  /** Ends the simulator and removes the folder. */
  close(): Promise<void>;
}

/** Prepares it; nothing of the person's own SSH files is read or written. */
export async function setDemo(options: Pick<SimulatorOptions, 'ssh'> = {}): Promise<DemoSetting> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'td-demo-'));
  try {
    const sshFolder = path.join(folder, 'ssh');
    await mkdir(sshFolder, { mode: 0o700 });
    const key = await makeKey(path.join(sshFolder, 'id_demo'));
    const simulator = await startSimulator({
      seed: 'showcase',
      delays: 'quick',
      ssh: 'auto',
      authorizedKeys: key ? [key.publicKey] : [],
      ...options,
    });
    const configFile = path.join(sshFolder, 'config');
    return {
      simulator,
      folder,
      settings: {
        'tensordock.apiUrl': simulator.url,
        'tensordock.refreshInterval': 5,
        'tensordock.ssh.configFile': configFile,
        'tensordock.ssh.user': simulator.sshUser,
        'tensordock.ssh.identityFile': key?.file ?? '',
        // Where nobody has Remote-SSH, VS Code keeps this as an unknown setting.
        'remote.SSH.configFile': configFile,
      },
      env: { TENSORDOCK_DEVELOPMENT_TOKEN: simulator.token },
      async close() {
        await simulator.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function makeKey(file: string): Promise<{ file: string; publicKey: string } | undefined> {
  try {
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'demo', '-f', file]);
  } catch {
    console.log('No ssh-keygen here: the demo works, but connecting to an instance does not.');
    return undefined;
  }
  return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() };
}
