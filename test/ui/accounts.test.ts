import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { cpuInstance } from './cpuInstance';
import { openWorkbench, type OpenWorkbench } from './openWorkbench';

let simulator: Simulator;
let workbench: OpenWorkbench;

beforeEach(async () => {
  simulator = await startSimulator({
    seed: 'demo',
    delays: 'quick',
    tokens: ['first', { token: 'second', organization: 'other' }],
    rateLimit: false,
  });
  const { id } = simulator.world.add({
    organization: 'other',
    name: 'office-box',
    ...cpuInstance,
  });
  simulator.world.bringUp(id);
  workbench = await openWorkbench({
    settings: { 'tensordock.apiUrl': simulator.url, 'tensordock.refreshInterval': 5 },
  });
}, 240_000);

afterEach(async () => {
  await workbench.close();
  await simulator.close();
});

/** The rows of the tree, each below the ones with a smaller level. */
async function tree(): Promise<readonly string[]> {
  return (await workbench.window.treeRows()).map(({ name, level }) => `${'-'.repeat(level - 1)}${name}`);
}

async function pickAccount(name: string): Promise<void> {
  const { window } = workbench;
  await window.runCommand('tensordock.switchAccount');
  const item = window.quickInput.locator('.monaco-list-row', { hasText: name }).first();
  await item.waitFor();
  await window.screenshot(`accounts-pick-${name.replace(/\W/g, '')}`);
  await item.click();
  await window.quickInput.waitFor({ state: 'hidden' });
}

test('two accounts, one shown or both together, each changed as itself, and signed out of', async () => {
  const { window } = workbench;
  await window.signIn('first');
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

  await window.contextMenu('office-box', 'tensordock.stopInstance');
  await window.dialog.getByText('Account: Office').first().waitFor();
  await window.screenshot('accounts-question');
  await window.answerDialog('Stop');
  await window.rowIn('office-box', 'Stopped').waitFor({ timeout: 60_000 });
  const stops = simulator.requests.filter(({ path, method }) => method === 'POST' && path.endsWith('stop'));
  expect(stops.map(({ organization }) => organization)).toEqual(['other']);

  await window.contextMenu('Office', 'tensordock.createInstance');
  await window.page.locator('.tab', { hasText: 'Create an Instance · Office' }).waitFor();
  await window.runCommand('View: Close All Editors');
  await pickAccount('Account 1');
  await expect.poll(tree).not.toContain('Office');
  expect(await tree()).toContain('gpu-dev-4090');

  await pickAccount('All Accounts');
  await expect.poll(tree).toEqual(together);
  await window.contextMenu('Office', 'tensordock.signOut');
  await expect.poll(tree, { timeout: 30_000 }).not.toContain('Office');
  expect(await tree()).toContain('gpu-dev-4090');
  await window.screenshot('accounts-signed-out');
});
