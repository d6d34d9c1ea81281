import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { locationIds } from '../simulator/catalogue';
import { makeDialect } from '../simulator/dialects/documented';
import { startSimulator, type Simulator } from '../simulator/server';
import { cpuInstance } from './cpuInstance';
import { FormPage } from './formPage';
import { openWorkbench, type OpenWorkbench } from './openWorkbench';
import { sceneOf, sharedScene, type Scene } from './sharedScene';
import { makeOwnKey } from './sshScene';

const rtx4090 = 'geforcertx4090-pcie-24gb';
const h100 = 'h100-sxm5-80gb';
const { ashburn, chubbuck } = locationIds;

/** A person who is signed in and whose only SSH key was created for the test. */
async function openScene(): Promise<Scene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-forms-'));
  publicKey = await makeOwnKey(folder);
  const simulator = await startSimulator({
    seed: 'demo',
    delays: 'quick',
    rateLimit: false,
    dialect: 'live',
    ssh: 'ssh2',
  });
  const workbench = await openWorkbench({
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
      'tensordock.refreshInterval': 5,
      'tensordock.images': ['ubuntu2404', 'debian12'],
    },
  });
  await workbench.window.signIn(simulator.token);
  await workbench.window.row('notebooks').waitFor({ timeout: 60_000 });
  return sceneOf({ folder, simulator, workbench });
}

let publicKey: string;
let simulator: Simulator;
let workbench: OpenWorkbench;
/** Where this test's requests begin. */
let earlier = 0;

const requests = (): Simulator['requests'] => simulator.requests.slice(earlier);

async function openCreate(): Promise<FormPage> {
  await workbench.window.runCommand('tensordock.createInstance');
  return FormPage.on(workbench.window);
}

const creates = (): unknown[] =>
  requests()
    .filter(({ method, path: where }) => method === 'POST' && where === '/api/v2/instances')
    .map(({ body }) => body);

const scene = sharedScene(openScene);

beforeEach(async () => {
  ({ simulator, workbench } = await scene());
  await workbench.window.runCommand('View: Close All Editors');
  simulator.faults.clear();
  earlier = simulator.requests.length;
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
          ssh_key: publicKey,
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

test('shows no resources that were not reported, and loads them again', async () => {
  simulator.faults.add({ path: /instances\/./, times: 1_000, fault: { kind: 'html', status: 502 } });
  // The list tells what every second one has.
  for (const name of ['untold-1', 'untold-2']) {
    simulator.world.add({ ...cpuInstance, organization: 'main', name });
  }
  await workbench.window.runCommand('tensordock.refresh');
  await workbench.window.row('untold-2').waitFor();
  const rows = await workbench.window.treeRows();
  const untold = rows.find((row) => row.name.startsWith('untold') && !row.description.includes('GPU'));
  await workbench.window.runCommand('tensordock.modifyInstance');
  await workbench.window.choose(untold?.name ?? expect.fail('one is untold'));
  const page = workbench.window.webview();
  await page.getByText('TensorDock has trouble').waitFor({ timeout: 60_000 });
  expect(await page.locator('#vcpus').count()).toBe(0);
  expect(await (await FormPage.on(workbench.window)).violations()).toEqual([]);
  await workbench.window.screenshot('form-modify-unknown');
  simulator.faults.clear();
  await page.locator('#again').click();
  await expect.poll(async () => page.locator('#vcpus input').inputValue()).toBe('8');
});

test('accepts typed IDs where nothing is listed, in the other dialect', async () => {
  const { window } = workbench;
  // The tests after this one wouldn't get a catalog: it's the last.
  const { service, world } = simulator;
  service.dialect = makeDialect('specified', {});
  world.capacity.listed = false;
  await window.runCommand('tensordock.refresh');
  const form = await openCreate();
  await form.locator('.catalog vscode-button:has-text("Refresh")').click();
  await expect.poll(async () => form.locator('#catalog').innerText()).toContain('available right now');
  expect(await form.violations()).toEqual([]);
  await window.screenshot('form-create-empty');
  // What was chosen last was a host node.
  await form.locator('input[type=radio][value=location]').check();
  await form.type('#gpu', h100);
  await form.type('#location', ashburn);
  await form.type('#vcpus', '8');
  await form.locator('#ram').selectOption('32');
  await form.type('#storage', '200');
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
        location_id: ashburn,
        resources: { vcpu_count: 8, ram_gb: 32, storage_gb: 200, gpus: [{ gpuV0Name: h100, count: 1 }] },
      },
    },
  });
});
