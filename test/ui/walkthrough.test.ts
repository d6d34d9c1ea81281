import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import { FormPage } from './formPage';
import { sharedScene, type Scene } from './sharedScene';
import { openSshScene } from './sshScene';
import type { WorkbenchPage } from './workbenchPage';

const run = promisify(execFile);

const scene = sharedScene(async () => openSshScene('empty'));

let current: Scene;
let window: WorkbenchPage;

beforeEach(async () => {
  current = await scene();
  ({ window } = current.workbench);
});

/** Presses a button of a step, as a person who goes from step to step does. */
async function press(title: string, button: string): Promise<void> {
  const heading = window.page.locator('.step-title').getByText(title, { exact: true });
  const step = window.page.locator('.getting-started-step').filter({ has: heading });
  await step.waitFor();
  if (!(await step.locator('.monaco-button').first().isVisible())) await step.click();
  await step.locator('.monaco-button', { hasText: button }).click();
}

async function hasTicks(count: number): Promise<void> {
  const ticks = window.page.locator('.getting-started-step .codicon.complete');
  await expect.poll(async () => ticks.count(), { timeout: 30_000 }).toBe(count);
}

/** Takes an entry of the open list. */
async function choose(text: string): Promise<void> {
  await window.quickInput.locator('.monaco-list-row', { hasText: text }).first().waitFor();
  await window.fill(text);
  await window.quickInput.locator('.monaco-list-row.focused', { hasText: text }).waitFor();
  await window.accept();
}

test('leads a new user from a token to a window on an instance, and to its scheduled stop', async () => {
  const { simulator, workbench, folder } = current;
  await window.openView('TensorDock');
  await window.page.locator('.welcome-view-content').getByText('Open Walkthrough').first().click();
  await window.page.locator('.getting-started-step').first().waitFor();
  await hasTicks(0);

  await press('Sign in', 'Sign In');
  await window.fill(simulator.token);
  await window.accept();
  await hasTicks(2);

  await press('Choose an SSH key', 'Manage Stored SSH Keys');
  await window.quickInput.locator('.monaco-list-row').first().waitFor();
  await window.cancel();
  await hasTicks(3);

  await press('Create your first instance', 'Create Instance');
  const form = await FormPage.on(window);
  await form.create('first-one', '3090');
  await expect.poll(async () => form.locator('.step.done').count(), { timeout: 60_000 }).toBe(5);
  await window.rowIn('first-one', 'Running').waitFor({ timeout: 30_000 });

  await window.runCommand('tensordock.openWalkthrough');
  await hasTicks(4);
  await press('Connect', 'Connect to Instance');
  await choose('first-one');
  await window.answerDialog('Add Line');
  await expect.poll(async () => workbench.askedWindows(), { timeout: 60_000 }).toHaveLength(1);
  expect(await workbench.askedWindows()).toMatchObject([
    { uri: 'vscode-remote://ssh-remote+td-first-one/home/user' },
  ]);
  await run('ssh', ['-F', path.join(folder, 'config'), '-o', 'BatchMode=yes', 'td-first-one', 'true']);
  await hasTicks(5);

  await press('Never pay for a forgotten instance', 'Schedule Stop');
  await choose('first-one');
  await choose('In 2 hours');
  await window.rowIn('first-one', 'stops').waitFor();
  await hasTicks(6);
  await window.screenshot('walkthrough-done');
});
