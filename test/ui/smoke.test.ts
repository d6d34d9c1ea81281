import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { openWorkbench, type OpenWorkbench } from './openWorkbench';

let simulator: Simulator;
let workbench: OpenWorkbench;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'td-ui-'));
  simulator = await startSimulator({ seed: 'demo', delays: 'quick' });
  workbench = await openWorkbench({
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
    },
    env: { TENSORDOCK_DEVELOPMENT_TOKEN: simulator.token },
  });
});

afterAll(async () => {
  await workbench.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

it('shows the instances of the account in the sidebar', async () => {
  await workbench.window.openView('TensorDock');
  const names = simulator.world.all().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(3);
  await expect
    .poll(
      async () =>
        (await workbench.window.treeRows()).filter(({ level }) => level === 1).map((row) => row.name),
      { timeout: 30_000 },
    )
    .toEqual(expect.arrayContaining(names));
  await workbench.window.screenshot('smoke');
});
