import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { projectRoot, type WorkbenchVersion } from '../workbench/install';
import { openWorkbench, type OpenWorkbench } from './openWorkbench';

const run = promisify(execFile);
const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');

/** How wide pictures are; 0 for one that can't be loaded. Runs in the page. */
const widths = (images: readonly object[]): number[] =>
  images.map((image) => ('naturalWidth' in image ? Number(image.naturalWidth) : 0));

const published = 'https://published.invalid';
let packed: string;
let vsix: string;
let folder: string;
let simulator: Simulator;

beforeAll(async () => {
  packed = await mkdtemp(path.join(os.tmpdir(), 'td-packed-'));
  vsix = path.join(packed, 'tensordock.vsix');
  const flags = ['--no-dependencies', '--out', vsix];
  flags.push('--baseContentUrl', published, '--baseImagesUrl', published);
  await run(process.execPath, [vsce, 'package', ...flags], { cwd: projectRoot });
});

afterAll(async () => rm(packed, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'td-installed-'));
  simulator = await startSimulator({ seed: 'demo', delays: 'quick' });
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** A workbench into which the package was installed. */
async function openInstalled(version: WorkbenchVersion): Promise<OpenWorkbench> {
  return openWorkbench({
    version,
    mode: 'installed',
    vsix: [vsix],
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
    },
  });
}

test('the package installs in the oldest VS Code, and shows the instances', async () => {
  const workbench = await openInstalled('oldest');
  try {
    const { window } = workbench;
    await window.signIn(simulator.token);
    await window.row('gpu-dev-4090').waitFor();
  } finally {
    await workbench.close();
  }
});

test('an installed extension stays signed in over a reload, and opens links', async () => {
  const workbench = await openInstalled('newest');
  try {
    const { window } = workbench;
    await window.signIn(simulator.token);
    await window.row('gpu-dev-4090').waitFor();
    await window.reload();
    await window.openView('TensorDock');
    await window.row('gpu-dev-4090').waitFor();

    const id = simulator.world.all().find(({ name }) => name === 'gpu-dev-4090')?.id ?? '';
    const openLink = async (link: string): Promise<void> => {
      await window.runCommand('Developer: Open URL');
      await window.fill(`vscode://vscode-tensordock.tensordock/${link}`);
      await window.accept();
    };
    await openLink(`instance/${id}`);
    await window.answerDialog('Open');
    await expect
      .poll(async () => (await window.treeRows()).filter(({ selected }) => selected).map(({ name }) => name))
      .toEqual(['gpu-dev-4090']);
    await openLink(`connect/${id}`);
    // Our own question follows VS Code's at once.
    await window.dialog.locator('.monaco-button', { hasText: 'Open' }).first().click();
    await window.dialog.filter({ hasText: 'A link asks for this.' }).waitFor();
    await window.answerDialog('Cancel');

    // The extension page and the walkthrough show their pictures.
    await workbench.context.route(`${published}/**`, async (route) =>
      route.fulfill({ path: path.join(projectRoot, new URL(route.request().url()).pathname) }),
    );
    await window.runCommand('Extensions: Show Installed Extensions');
    await window.page.locator('.extension-list-item', { hasText: 'TensorDock' }).first().click();
    const page = window.page.locator('iframe.webview.ready').last().contentFrame().frameLocator('iframe');
    await expect.poll(async () => page.locator('img').evaluateAll(widths)).toEqual([1440, 1920]);
    await window.runCommand('tensordock.openWalkthrough');
    const steps = window.page.locator('.getting-started-step');
    await steps.first().waitFor();
    expect(await steps.count()).toBe(7);
    // Someone who signed in before has the first two steps behind them.
    await expect.poll(async () => steps.locator('.codicon.complete').count()).toBe(2);
    // The last one has words in place of a picture.
    await steps.last().click();
    await steps.last().getByText('Copy MCP Configuration').waitFor();
    for (const step of (await steps.all()).slice(0, -1)) {
      await step.click();
      await expect
        .poll(async () => window.page.locator('.getting-started-media img').evaluateAll(widths))
        .toEqual([expect.toSatisfy((width: number) => width > 500)]);
    }
    await window.page.setViewportSize({ width: 1600, height: 900 });
    await window.screenshot('walkthrough');
  } finally {
    await workbench.close();
  }
});
