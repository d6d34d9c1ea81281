import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import type { FaultOrder } from '../simulator/faults';
import type { SimulatorOptions } from '../simulator/options';
import { projectRoot } from '../workbench/install';
import { FormPage } from './formPage';
import { openWorkbench, type OpenWorkbench, type WorkbenchOptions } from './openWorkbench';
import { sceneOf, sharedScene, type Scene } from './sharedScene';

const run = promisify(execFile);
const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');
const rtx4090 = 'geforcertx4090-pcie-24gb';
const chubbuck = '8dd95ff0-dff9-489c-9b02-b38a366b6ab1';

/** Signs in to a workbench whose only SSH key was created for the test. */
async function openScene(
  options: SimulatorOptions,
  more: WorkbenchOptions = {},
  faults: readonly FaultOrder[] = [],
): Promise<Scene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-forms-'));
  const keys = path.join(folder, 'tensordock', 'keys');
  await mkdir(keys, { recursive: true, mode: 0o700 });
  const key = path.join(keys, 'id_test');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'form test', '-f', key]);
  const simulator = await startSimulator({ seed: 'demo', delays: 'quick', rateLimit: false, ...options });
  for (const order of faults) simulator.faults.add(order);
  const workbench = await openWorkbench({
    ...more,
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
      'tensordock.refreshInterval': 5,
      ...more.settings,
    },
  });
  await workbench.window.signIn(simulator.token);
  await workbench.window.row('notebooks').waitFor({ timeout: 60_000 });
  return sceneOf({ folder, simulator, workbench });
}

/** Opens a workbench with the extension installed. Like a desktop, it restores editors and secrets after a reload. */
async function openInstalled(): Promise<Scene> {
  const vsix = path.join(os.tmpdir(), `tensordock-forms-${process.pid}.vsix`);
  const nowhere = 'https://example.invalid/';
  const flags = ['--no-dependencies', '--skip-license', '--out', vsix];
  flags.push('--baseContentUrl', nowhere, '--baseImagesUrl', nowhere);
  await run(process.execPath, [vsce, 'package', ...flags], { cwd: projectRoot });
  try {
    return await openScene({ dialect: 'live' }, { mode: 'installed', vsix: [vsix] });
  } finally {
    await rm(vsix);
  }
}

let folder: string;
let simulator: Simulator;
let workbench: OpenWorkbench;
/** Where this test's requests begin. */
let earlier = 0;

async function enter(scene: Scene): Promise<void> {
  ({ folder, simulator, workbench } = scene);
  await workbench.window.runCommand('View: Close All Editors');
  earlier = simulator.requests.length;
}

const requests = (): Simulator['requests'] => simulator.requests.slice(earlier);

async function openCreate(): Promise<FormPage> {
  await workbench.window.runCommand('tensordock.createInstance');
  return FormPage.on(workbench.window);
}

const creates = (): unknown[] =>
  requests()
    .filter(({ method, path: where }) => method === 'POST' && where === '/api/v2/instances')
    .map(({ body }) => body);
const publicKey = async (): Promise<string> =>
  (await readFile(path.join(folder, 'tensordock', 'keys', 'id_test.pub'), 'utf8')).trim();

describe('the forms', () => {
  const scene = sharedScene(async () =>
    openScene(
      { dialect: 'live', ssh: 'ssh2' },
      { settings: { 'tensordock.images': ['ubuntu2404', 'debian12'] } },
    ),
  );

  beforeEach(async () => {
    await enter(await scene());
    simulator.faults.clear();
  });

  test('keeps everything after a refusal and offers other locations', async () => {
    simulator.faults.add({
      method: 'POST',
      path: '/api/v2/instances',
      fault: { kind: 'error-in-200', error: 'No available nodes found', status: 400 },
    });
    const form = await openCreate();
    await form.locator('input[name=gpu][value="geforcertx3090-pcie-24gb"]').check();
    await form.type('#name', 'second choice');
    await form.locator('#create').click();
    await expect.poll(async () => form.outcome(), { timeout: 30_000 }).toContain('No available nodes found');
    await workbench.window.screenshot('form-create-refused');
    expect(await form.locator('#name input').inputValue()).toBe('second choice');
    await form.locator('#outcome vscode-button').first().click();
    await form.locator('#connect').waitFor({ timeout: 60_000 });
    expect(creates()).toHaveLength(2);
    const locations = creates().map(
      (body) => (body as { data: { attributes: { location_id: string } } }).data.attributes.location_id,
    );
    expect(new Set(locations).size).toBe(2);
  });

  test('shows the reason for a refusal at the field it names', async () => {
    const form = await openCreate();
    await form.locator(`input[name=gpu][value="${rtx4090}"]`).check();
    await form.locator('#image').selectOption('debian12');
    await form.locator('#create').click();
    await expect
      .poll(async () => form.locator('#image-problem').innerText(), { timeout: 30_000 })
      .toContain('Allowed values: ubuntu2404');
    await form.locator('#image').selectOption('ubuntu2404');
    await form.locator('#create').click();
    await form.locator('#connect').waitFor({ timeout: 60_000 });
  });

  test('creates an instance with the keyboard only', async () => {
    const form = await openCreate();
    await form.locator('input[name=gpu]').first().waitFor();
    await form.type('#search', '4090');
    await expect.poll(async () => form.locator('input[name=gpu]').count()).toBe(1);
    await form.tabTo('input[name=gpu]');
    await form.press('Space');
    await workbench.window.screenshot('form-create-chosen');
    await expect.poll(async () => form.price()).toContain('$');
    await form.type('#gpuCount', '2');
    await form.type('#vcpus', '16');
    await form.tabTo('#ram');
    await form.press('ArrowDown');
    await form.type('#storage', '500');
    await workbench.window.screenshot('form-create-sized');
    // 2 × 0.3966 + 16 × 0.003 + 48 × 0.002 + 500 × 0.00005
    await expect.poll(async () => form.price()).toBe('$0.9622/hr');
    await form.type('#name', 'by keyboard');
    await form.tabTo('#port-8888');
    await form.press('Space');
    await workbench.window.screenshot('form-create-composed');
    await form.tabTo('#create');
    await form.press('Enter');
    await form.press('Enter');
    await form.locator('#connect').waitFor({ timeout: 60_000 });
    await workbench.window.row('by keyboard').waitFor();
    expect(creates()).toEqual([
      {
        data: {
          type: 'virtualmachine',
          attributes: {
            name: 'by keyboard',
            type: 'virtualmachine',
            image: 'ubuntu2404',
            resources: { vcpu_count: 16, ram_gb: 48, storage_gb: 500, gpus: { [rtx4090]: { count: 2 } } },
            location_id: chubbuck,
            useDedicatedIp: false,
            port_forwards: [
              { internal_port: 22, external_port: 0 },
              { internal_port: 8888, external_port: 0 },
            ],
            ssh_key: await publicKey(),
          },
        },
      },
    ]);
    expect(await form.locator('.problem').allInnerTexts()).toEqual([]);
    await expect.poll(async () => form.locator('.step.done').count(), { timeout: 60_000 }).toBe(5);
    await workbench.window.screenshot('form-create-made');
    // The page goes on to the next instance, with nothing to complain about.
    await form.tabTo('#another');
    await form.press('Enter');
    await expect.poll(async () => form.locator('#name input').inputValue()).toMatch(/^rtx4090-\d$/);
    expect((await form.locator('.problem').allInnerTexts()).join('')).toBe('');
  });

  test('modifies a stopped instance and sends every value', async () => {
    await workbench.window.runCommand('tensordock.modifyInstance');
    await workbench.window.pick('notebooks');
    const form = await FormPage.on(workbench.window);
    await expect.poll(async () => form.locator('#vcpus input').inputValue()).not.toBe('');
    await form.type('#vcpus', '10');
    await form.locator('#modify').click();
    await expect.poll(async () => form.outcome(), { timeout: 60_000 }).toContain('was modified');
    const changes = requests().filter(({ method }) => method === 'PUT');
    expect(changes).toHaveLength(1);
    expect(Object.keys(changes[0]?.body ?? {})).toEqual(
      expect.arrayContaining(['cpuCores', 'ramGb', 'diskGb']),
    );
    expect(changes[0]?.body).toMatchObject({ cpuCores: 10 });
  });

  test.each(['dark', 'light', 'high-contrast', 'high-contrast-light'] as const)(
    'is accessible, %s',
    async (colorTheme) => {
      await workbench.window.chooseColorTheme(colorTheme);
      const form = await openCreate();
      await form.locator(`input[name=gpu][value="${rtx4090}"]`).check();
      await form.type('#vcpus', '7');
      await form.locator('#create').click();
      await expect.poll(async () => form.locator('#vcpus-problem').innerText()).not.toBe('');
      expect(await form.violations()).toEqual([]);
      await workbench.window.screenshot(`form-create-${colorTheme}`);
      // Without a GPU: there are not enough for each theme.
      await form.locator('vscode-button:has-text("CPU Only")').click();
      await form.locator('#create').click();
      await form.locator('#another').waitFor({ timeout: 60_000 });
      expect(await form.violations()).toEqual([]);
      await workbench.window.screenshot(`form-progress-${colorTheme}`);
      await form.locator('#another').click();
      await form.locator('#create').waitFor();
      await workbench.window.runCommand('tensordock.modifyInstance');
      await workbench.window.pick('notebooks');
      await workbench.window.webview().locator('#modify').waitFor();
      const modify = await FormPage.on(workbench.window);
      expect(await modify.violations()).toEqual([]);
      await workbench.window.screenshot(`form-modify-${colorTheme}`);
    },
  );
});

describe('the create form, in the other dialect', () => {
  const scene = sharedScene(async () => openScene({ dialect: 'specified', catalogue: false }));

  beforeEach(async () => enter(await scene()));

  test('accepts typed IDs where nothing is listed', async () => {
    const form = await openCreate();
    await expect.poll(async () => form.locator('#catalog').innerText()).toContain('available right now');
    expect(await form.violations()).toEqual([]);
    await workbench.window.screenshot('form-create-empty');
    await form.type('#gpu', rtx4090);
    await form.type('#location', chubbuck);
    await form.type('#name', 'by hand');
    expect(await form.price()).toContain('isn’t known');
    await form.tabTo('#create');
    await form.press('Enter');
    await form.locator('#connect').waitFor({ timeout: 60_000 });
    expect(creates()).toHaveLength(1);
    expect(creates()[0]).toMatchObject({
      data: {
        attributes: {
          name: 'by hand',
          location_id: chubbuck,
          resources: { vcpu_count: 8, ram_gb: 32, storage_gb: 200, gpus: [{ gpuV0Name: rtx4090, count: 1 }] },
        },
      },
    });
  });
});

describe('the modify form, without an answer about the instance', () => {
  const silent = { path: /instances\/./, times: 1_000, fault: { kind: 'html', status: 502 } } as const;
  const scene = sharedScene(async () => openScene({ dialect: 'live' }, {}, [silent]));

  beforeEach(async () => enter(await scene()));

  test('shows no resources that were not reported, and loads them again', async () => {
    await workbench.window.runCommand('tensordock.modifyInstance');
    await workbench.window.pick('notebooks');
    const page = workbench.window.webview();
    await page.getByText('TensorDock has trouble').waitFor({ timeout: 60_000 });
    expect(await page.locator('#vcpus').count()).toBe(0);
    expect(await (await FormPage.on(workbench.window)).violations()).toEqual([]);
    await workbench.window.screenshot('form-modify-unknown');
    simulator.faults.clear();
    await page.locator('#again').click();
    await expect.poll(async () => page.locator('#vcpus input').inputValue()).toBe('8');
  });
});

describe('the forms, over a window reload', () => {
  const scene = sharedScene(openInstalled);

  beforeEach(async () => enter(await scene()));

  test('keeps everything but the password when the tab is hidden and the window reloads', async () => {
    let form = await openCreate();
    await form.locator(`input[name=gpu][value="${rtx4090}"]`).check();
    await form.type('#vcpus', '12');
    await form.type('#name', 'kept-over-a-reload');
    await form.locator('#image').selectOption('windows10');
    await form.type('#password', 'Never Keep This 1');
    // Another form in front hides the tab, and VS Code then discards its page.
    await workbench.window.runCommand('tensordock.modifyInstance');
    await workbench.window.pick('notebooks');
    await workbench.window.webview().locator('#modify').waitFor();
    await workbench.window.runCommand('tensordock.createInstance');
    await workbench.window.webview().locator('#create').waitFor();
    form = await FormPage.on(workbench.window);
    await expect.poll(async () => form.locator('#vcpus input').inputValue()).toBe('12');
    await workbench.window.stored('kept-over-a-reload');
    await workbench.window.reload();
    // Which tab was in front is stored later than what is in it.
    await workbench.window.page.getByRole('tab', { name: /^Create an Instance/ }).click();
    await workbench.window.webview().locator('#create').waitFor({ timeout: 60_000 });
    form = await FormPage.on(workbench.window);
    await expect.poll(async () => form.locator('#vcpus input').inputValue()).toBe('12');
    // The session starts a moment after the form, which then shows available GPUs.
    await form.locator(`input[name=gpu][value="${rtx4090}"]`).waitFor();
    expect(await form.locator('#image').inputValue()).toBe('windows10');
    expect(await form.locator('#password input').inputValue()).toBe('');
  });

  test('shows how far a create is after the window reloads, and creates nothing again', async () => {
    let form = await openCreate();
    await form.locator(`input[name=gpu][value="${rtx4090}"]`).check();
    await form.locator('#image').selectOption('ubuntu2404');
    await form.type('#name', 'kept-progress');
    await form.locator('#create').click();
    // Ordered, booted, and with an address; nothing answers over SSH here.
    await expect.poll(async () => form.locator('.step.done').count(), { timeout: 60_000 }).toBe(3);
    await workbench.window.stored('kept-progress');
    await workbench.window.reload();
    form = await FormPage.on(workbench.window);
    await expect.poll(async () => form.locator('h1').innerText()).toBe('kept-progress is starting');
    await expect.poll(async () => form.locator('.step.done').count(), { timeout: 60_000 }).toBe(3);
    await form.locator('#another').click();
    await form.locator('#create').waitFor();
    expect(creates()).toHaveLength(1);
  });

  test('stops, modifies, and starts a running instance across a window reload', async () => {
    const running = (await workbench.window.treeRows()).find((row) => row.description.startsWith('$'));
    const name = running?.name ?? '';
    await workbench.window.runCommand('tensordock.modifyInstance');
    await workbench.window.pick(name);
    const form = await FormPage.on(workbench.window);
    await expect.poll(async () => form.locator('#storage input').inputValue()).not.toBe('');
    const storage = Number(await form.locator('#storage input').inputValue()) + 50;
    await form.type('#storage', String(storage));
    await form.locator('#modify').click();
    await workbench.window.answerDialog('Stop, Modify, and Start');
    await expect
      .poll(() => requests().some(({ path: where }) => where.endsWith('/stop')), { timeout: 30_000 })
      .toBe(true);
    await workbench.window.reload();
    await expect
      .poll(() => requests().filter(({ method }) => method === 'PUT').length, { timeout: 60_000 })
      .toBe(1);
    await expect
      .poll(() => requests().some(({ path: where }) => where.endsWith('/start')), { timeout: 60_000 })
      .toBe(true);
    expect(requests().find(({ method }) => method === 'PUT')?.body).toMatchObject({
      diskGb: storage,
    });
  });
});
