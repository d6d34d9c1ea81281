import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { projectRoot, type WorkbenchVersion } from '../workbench/install';
import { FormPage } from './formPage';
import { openWorkbench, type OpenWorkbench } from './openWorkbench';
import { sceneOf, sharedScene, type Scene } from './sharedScene';
import { makeOwnKey } from './sshScene';
import type { WorkbenchPage } from './workbenchPage';

const run = promisify(execFile);
const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');

/** How wide pictures are; 0 for one that can't be loaded. Runs in the page. */
const widths = (images: readonly object[]): number[] =>
  images.map((image) => ('naturalWidth' in image ? Number(image.naturalWidth) : 0));

const published = 'https://published.invalid';
const running = 'gpu-dev-4090';
const rtx4090 = 'geforcertx4090-pcie-24gb';
let packed: string;
let vsix: string;

beforeAll(async () => {
  packed = await mkdtemp(path.join(os.tmpdir(), 'td-packed-'));
  vsix = path.join(packed, 'tensordock.vsix');
  const flags = ['--no-dependencies', '--out', vsix];
  flags.push('--baseContentUrl', published, '--baseImagesUrl', published);
  await run(process.execPath, [vsce, 'package', ...flags], { cwd: projectRoot });
});

afterAll(async () => rm(packed, { recursive: true, force: true }));

/** A person who is signed in to a workbench into which the package was installed. */
async function openInstalled(version: WorkbenchVersion): Promise<Scene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'td-installed-'));
  await makeOwnKey(folder);
  const simulator = await startSimulator({ seed: 'demo', delays: 'quick', rateLimit: false });
  const workbench = await openWorkbench({
    version,
    mode: 'installed',
    vsix: [vsix],
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
      'tensordock.refreshInterval': 5,
    },
  });
  await workbench.window.signIn(simulator.token);
  await workbench.window.row(running).waitFor({ timeout: 60_000 });
  return sceneOf({ folder, simulator, workbench });
}

test('the package installs in the oldest VS Code, and shows the instances', async () => {
  await (await openInstalled('oldest')).close();
});

/** Like a desktop, it restores editors and secrets after a reload. */
describe('an installed extension', () => {
  const scene = sharedScene(async () => openInstalled('newest'));
  let simulator: Simulator;
  let workbench: OpenWorkbench;
  let window: WorkbenchPage;
  /** Where this test's requests begin. */
  let earlier: number;

  beforeEach(async () => {
    ({ simulator, workbench } = await scene());
    ({ window } = workbench);
    await window.runCommand('View: Close All Editors');
    earlier = simulator.requests.length;
  });

  const sent = (method: string, end: string): Simulator['requests'] =>
    simulator.requests
      .slice(earlier)
      .filter((request) => request.method === method && request.path.endsWith(end));
  /** Which tab was in front is stored later than what is in it. */
  const bringForward = async (tab: RegExp): Promise<void> =>
    window.page.getByRole('tab', { name: tab }).click();

  test('stays signed in, keeps a form, and goes on with a change when the window reloads', async () => {
    await window.runCommand('tensordock.createInstance');
    let create = await FormPage.on(window);
    await create.locator(`input[name=gpu][value="${rtx4090}"]`).check();
    await create.type('#vcpus', '12');
    await create.type('#name', 'kept-over-a-reload');
    await create.locator('#image').selectOption('windows10');
    await create.type('#password', 'Never Keep This 1');
    // Another form in front hides the tab, and VS Code then discards its page.
    await window.runCommand('tensordock.modifyInstance');
    await window.pick(running);
    await window.webview().locator('#modify').waitFor();
    await window.runCommand('tensordock.createInstance');
    await window.webview().locator('#create').waitFor();
    create = await FormPage.on(window);
    await expect.poll(async () => create.locator('#vcpus input').inputValue()).toBe('12');
    await window.stored('kept-over-a-reload');

    await bringForward(/^Modify/);
    await window.webview().locator('#modify').waitFor();
    const modify = await FormPage.on(window);
    await expect.poll(async () => modify.locator('#storage input').inputValue()).not.toBe('');
    const storage = Number(await modify.locator('#storage input').inputValue()) + 50;
    await modify.type('#storage', String(storage));
    await modify.locator('#modify').click();
    await window.answerDialog('Stop, Modify, and Start');
    await expect.poll(() => sent('POST', '/stop').length, { timeout: 30_000 }).toBe(1);

    await window.reload();
    await window.openView('TensorDock');
    await window.row(running).waitFor({ timeout: 60_000 });
    await bringForward(/^Create an Instance/);
    await window.webview().locator('#create').waitFor({ timeout: 60_000 });
    create = await FormPage.on(window);
    await expect.poll(async () => create.locator('#vcpus input').inputValue()).toBe('12');
    // The session starts a moment after the form, which then shows available GPUs.
    await create.locator(`input[name=gpu][value="${rtx4090}"]`).waitFor();
    expect(await create.locator('#image').inputValue()).toBe('windows10');
    expect(await create.locator('#password input').inputValue()).toBe('');

    await expect.poll(() => sent('POST', '/start').length, { timeout: 60_000 }).toBe(1);
    expect(sent('PUT', '').map(({ body }) => body)).toMatchObject([{ diskGb: storage }]);
  });

  test('shows how far a create is after the window reloads, and creates nothing again', async () => {
    await window.runCommand('tensordock.createInstance');
    let form = await FormPage.on(window);
    await form.locator(`input[name=gpu][value="${rtx4090}"]`).check();
    await form.locator('#image').selectOption('ubuntu2404');
    await form.type('#name', 'kept-progress');
    await form.locator('#create').click();
    // Ordered, booted, and with an address; nothing answers over SSH here.
    await expect.poll(async () => form.locator('.step.done').count(), { timeout: 60_000 }).toBe(3);
    // Of the progress, and of nothing else that is kept.
    await window.stored('submitId');
    await window.reload();
    form = await FormPage.on(window);
    await expect.poll(async () => form.locator('h1').innerText()).toBe('kept-progress is starting');
    await expect.poll(async () => form.locator('.step.done').count(), { timeout: 60_000 }).toBe(3);
    await form.locator('#another').click();
    await form.locator('#create').waitFor();
    expect(sent('POST', '/api/v2/instances')).toHaveLength(1);
  });

  test('opens links', async () => {
    const id = simulator.world.all().find(({ name }) => name === running)?.id ?? '';
    const openLink = async (link: string): Promise<void> => {
      await window.runCommand('Developer: Open URL');
      await window.fill(`vscode://vscode-tensordock.tensordock/${link}`);
      await window.accept();
    };
    await openLink(`instance/${id}`);
    await window.answerDialog('Open');
    await expect
      .poll(async () => (await window.treeRows()).filter(({ selected }) => selected).map(({ name }) => name))
      .toEqual([running]);
    await openLink(`connect/${id}`);
    // Our own question follows VS Code's at once.
    await window.dialog.locator('.monaco-button', { hasText: 'Open' }).first().click();
    await window.dialog.filter({ hasText: 'A link asks for this.' }).waitFor();
    await window.answerDialog('Cancel');
  });

  test('shows pictures on its page and in its walkthrough', async () => {
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
  });
});
