import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { hostIds } from '../simulator/catalogue';
import { plantMany } from '../simulator/seeds';
import { startSimulator, type Simulator } from '../simulator/server';
import { menuTitle } from './commandTitle';
import { cpuInstance } from './cpuInstance';
import { lookAtSidebar } from './glance';
import { openWorkbench, type OpenWorkbench } from './openWorkbench';
import { sceneOf, sharedScene, type Scene } from './sharedScene';
import type { WorkbenchPage } from './workbenchPage';

/** Nobody is signed in yet. */
async function openScene(): Promise<Scene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-view-'));
  const simulator = await startSimulator({
    seed: 'demo',
    delays: 'quick',
    tokens: [
      'first',
      { token: 'second', organization: 'other' },
      { token: 'third', organization: 'crowded' },
    ],
    rateLimit: false,
  });
  const { id } = simulator.world.add({ organization: 'other', name: 'office-box', ...cpuInstance });
  simulator.world.bringUp(id);
  const workbench = await openWorkbench({
    colorTheme: 'light',
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
      'tensordock.refreshInterval': 5,
    },
  });
  return sceneOf({ folder, simulator, workbench });
}

const scene = sharedScene(openScene);
let simulator: Simulator;
let workbench: OpenWorkbench;
let window: WorkbenchPage;
let welcome: Locator;

beforeEach(async () => {
  ({ simulator, workbench } = await scene());
  ({ window } = workbench);
  welcome = window.page.locator('.part.sidebar .welcome-view-content');
});

const list = { method: 'GET', path: '/api/v2/instances' };

/** `SCREENSHOTS=all`: each state in all four themes. */
const inAllThemes = process.env.SCREENSHOTS === 'all';

test('says in each of its states what is so and what to do', async () => {
  const message = window.page.locator('.part.sidebar .message');
  const button = (name: string): Locator => welcome.getByRole('button', { name });
  const look = (name: string): Promise<void> => lookAtSidebar(window, `glance-${name}`, inAllThemes);
  await window.openView('TensorDock');
  await button('Sign In').waitFor();
  await look('signed-out');

  simulator.faults.add({ ...list, skip: 1, fault: { kind: 'slow', ms: inAllThemes ? 15_000 : 4_000 } });
  await window.signIn('first');
  await welcome.getByText('Loading instances…').waitFor();
  await look('loading');
  await window.row('gpu-dev-4090').waitFor({ timeout: 60_000 });

  // A key is for the focused row, whichever is selected.
  await window.selectRows(['gpu-dev-4090']);
  await window.page.keyboard.press('Home');
  await window.page.keyboard.press('ArrowDown');
  await window.focusedRow('llm-training-h100').waitFor();
  await window.page.keyboard.press('Delete');
  await window.dialog.getByText('llm-training-h100').first().waitFor();
  await window.screenshot('glance-question');
  await window.cancel();
  await window.dialog.waitFor({ state: 'hidden' });

  // Its GPU is someone else's by now, so that a start is refused.
  const notebooks = simulator.world.all().find(({ name }) => name === 'notebooks') ?? expect.fail();
  notebooks.holdsGpus = false;
  simulator.world.capacity.setAvailable(hostIds.warsaw, 'rtxa6000-pcie-48gb', 0);
  await window.contextMenu('gpu-dev-4090', 'tensordock.scheduleStop');
  await window.pick('In 4 hours');
  await window.contextMenu('notebooks', 'tensordock.startWhenAvailable');
  await window.pick('For 4 hours');
  await window.pick('Keep it running');
  await window.row('Waiting for a GPU').waitFor();
  const activity = window.page.getByRole('tree', { name: 'Activity' });
  await activity.getByText('Scheduled stop').waitFor();
  await look('activity');
  await window.statusBarItem('/hr').hover();
  const table = window.page.locator('.monaco-hover', { hasText: 'Stop All…' });
  await table.waitFor();
  await window.screenshot('glance-status-bar');
  await window.page.mouse.move(1_000, 200);
  await table.waitFor({ state: 'hidden' });
  for (const text of ['Scheduled stop', 'Waiting for a GPU']) {
    const row = activity.getByRole('treeitem').filter({ hasText: text });
    await row.hover();
    await row.getByRole('button', { name: menuTitle('tensordock.cancelOperation') }).click();
    await expect.poll(async () => activity.getByText(text).count()).toBe(0);
  }

  await window.runCommand('tensordock.filterInstances');
  await window.fill('stopped');
  await window.accept();
  await message.getByText('filtered by “stopped”').waitFor();
  await look('filtered');
  await window.runCommand('tensordock.filterInstances');
  await window.fill('nothing-like-it');
  await window.accept();
  await button('Clear Filter').waitFor();
  await look('filtered-to-nothing');
  await button('Clear Filter').click();
  await window.row('gpu-dev-4090').waitFor();

  simulator.faults.add({ ...list, times: 1_000, fault: { kind: 'html', status: 502 } });
  await window.runCommand('tensordock.refresh');
  await message.getByText('Shown as of').waitFor();
  await look('down');
  simulator.faults.clear();
  simulator.faults.add({ ...list, skip: 1, times: 1_000, fault: { kind: 'html', status: 502 } });
  await window.signIn('third');
  await window.quickInput.getByText('Name This Account').first().waitFor();
  await window.accept();
  await button('Retry').waitFor();
  await look('down-from-the-start');
  simulator.faults.clear();
  await button('Retry').click();
  await button('Create Instance').waitFor();
  await look('empty');

  plantMany(simulator.world, 200, 'crowded');
  await window.runCommand('tensordock.refresh');
  await window.row('instance-0001').waitFor();
  await look('many');

  await window.runCommand('tensordock.signOut');
  await window.choose('Account 2');
  await window.row('gpu-dev-4090').waitFor();
});

/** The rows of the tree, each below the ones with a smaller level. */
async function tree(): Promise<readonly string[]> {
  return (await window.treeRows()).map(({ name, level }) => `${'-'.repeat(level - 1)}${name}`);
}

/** Takes an item of a menu once the view has stayed the same: a row that is drawn anew meanwhile is asked for. */
async function menuOfQuietRow(row: string, item: string): Promise<void> {
  let before = '';
  const isQuiet = async (): Promise<boolean> => {
    const last = before;
    before = await window.shown();
    return before === last;
  };
  await expect.poll(isQuiet, { interval: 1_000, timeout: 30_000 }).toBe(true);
  await window.contextMenu(row, item);
}

async function pickAccount(name: string): Promise<void> {
  await window.runCommand('tensordock.switchAccount');
  const item = window.quickInput.locator('.monaco-list-row', { hasText: name }).first();
  await item.waitFor();
  await window.screenshot(`accounts-pick-${name.replace(/\W/g, '')}`);
  await item.click();
  await window.quickInput.waitFor({ state: 'hidden' });
}

test('two accounts, one shown or both together, each changed as itself, and signed out of', async () => {
  if (!(await window.row('gpu-dev-4090').isVisible())) await window.signIn('first');
  await window.row('gpu-dev-4090').waitFor({ timeout: 60_000 });
  await window.signIn('second');
  await window.quickInput.getByText('Name This Account').first().waitFor();
  // A name must tell them apart.
  await window.fill('account 1');
  await window.quickInput.getByText('Another account has this name.').first().waitFor();
  await window.fill('Office');
  await window.accept();
  await window.row('office-box').waitFor({ timeout: 60_000 });
  await expect.poll(tree).toEqual(['office-box']);

  await pickAccount('All Accounts');
  await window.row('gpu-dev-4090').waitFor({ timeout: 60_000 });
  const together = await tree();
  expect(together[0]).toBe('Account 1');
  expect(together).toContain('-gpu-dev-4090');
  expect(together.slice(together.indexOf('Office'))).toEqual(['Office', '-office-box']);
  await window.screenshot('accounts-together');

  await menuOfQuietRow('office-box', 'tensordock.stopInstance');
  await window.dialog.getByText('Account: Office').first().waitFor();
  await window.screenshot('accounts-question');
  await window.answerDialog('Stop');
  await window.rowIn('office-box', 'Stopped').waitFor({ timeout: 60_000 });
  const stops = simulator.requests.filter(({ path, method }) => method === 'POST' && path.endsWith('stop'));
  expect(stops.map(({ organization }) => organization)).toEqual(['other']);

  await menuOfQuietRow('Office', 'tensordock.createInstance');
  await window.page.locator('.tab', { hasText: 'Create an Instance · Office' }).waitFor();
  await window.runCommand('View: Close All Editors');
  await pickAccount('Account 1');
  await expect.poll(tree).not.toContain('Office');
  expect(await tree()).toContain('gpu-dev-4090');

  await pickAccount('All Accounts');
  await expect.poll(tree).toEqual(together);
  await menuOfQuietRow('Office', 'tensordock.signOut');
  await expect.poll(tree, { timeout: 30_000 }).not.toContain('Office');
  expect(await tree()).toContain('gpu-dev-4090');
  await window.screenshot('accounts-signed-out');
});
