import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { projectRoot } from '../workbench/install';
import { openWorkbench } from './openWorkbench';

const run = promisify(execFile);
const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');

/** How wide pictures are; 0 for one that can't be loaded. Runs in the page. */
const widths = (images: readonly object[]): number[] =>
  images.map((image) => ('naturalWidth' in image ? Number(image.naturalWidth) : 0));

let folder: string;
let simulator: Simulator;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'td-installed-'));
  await mkdir(folder, { recursive: true });
  simulator = await startSimulator({ seed: 'demo', delays: 'quick' });
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

test('an installed extension stays signed in over a reload', async () => {
  const vsix = path.join(folder, 'tensordock.vsix');
  const published = 'https://published.invalid';
  const flags = ['--no-dependencies', '--out', vsix];
  flags.push('--baseContentUrl', published, '--baseImagesUrl', published);
  await run(process.execPath, [vsce, 'package', ...flags], { cwd: projectRoot });
  const workbench = await openWorkbench({
    mode: 'installed',
    vsix: [vsix],
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
    },
  });
  try {
    const { window } = workbench;
    await window.signIn(simulator.token);
    await window.row('gpu-dev-4090').waitFor();
    await window.reload();
    await window.openView('TensorDock');
    await window.row('gpu-dev-4090').waitFor();

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
