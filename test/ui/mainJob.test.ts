import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { openWorkbench, remoteSshStandIn, type OpenWorkbench } from './openWorkbench';

const run = promisify(execFile);

/** Somebody with a token: signs in, sees, starts, connects, stops, deletes. */
describe.each(['dark', 'light'] as const)('the main job, %s', (colorTheme) => {
  let folder: string;
  let simulator: Simulator;
  let workbench: OpenWorkbench;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-ui-'));
    const key = path.join(folder, 'id_test');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const publicKey = await readFile(`${key}.pub`, 'utf8');
    simulator = await startSimulator({
      seed: 'demo',
      delays: 'quick',
      ssh: 'auto',
      authorizedKeys: [publicKey.trim()],
    });
    workbench = await openWorkbench({
      colorTheme,
      extensions: [remoteSshStandIn],
      settings: {
        'tensordock.apiUrl': simulator.url,
        'tensordock.ssh.configFile': path.join(folder, 'config'),
        'tensordock.ssh.identityFile': key,
        'tensordock.ssh.user': simulator.sshUser,
        'tensordock.refreshInterval': 5,
      },
    });
  });

  afterEach(async () => {
    await workbench.close();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('from sign-in to delete', async () => {
    const { window } = workbench;
    const shot = async (name: string): Promise<string> => window.screenshot(`main-job-${colorTheme}-${name}`);
    await window.openView('TensorDock');
    await window.page.locator('.part.sidebar .welcome-view-content').getByText('Sign In').waitFor();
    await shot('1-welcome');

    await window.runCommand('tensordock.signIn');
    await window.fill('wrong');
    await window.accept();
    await window.quickInput.getByText(/token/i).first().waitFor();
    await expect
      .poll(async () => window.quickInput.textContent())
      .toMatch(/refused|Invalid|not accept|did not take/i);
    await shot('2-wrong-token');
    await window.fill(simulator.token);
    await window.accept();

    await expect.poll(async () => (await window.treeRows()).length, { timeout: 30_000 }).toBeGreaterThan(4);
    await shot('3-tree');
    const rows = await window.treeRows();
    console.log(rows);
  });
});
