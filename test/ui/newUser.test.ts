import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import { commandTitle } from './commandTitle';
import { FormPage } from './formPage';
import { sharedScene, type Scene } from './sharedScene';
import { openSshScene } from './sshScene';
import type { WorkbenchPage } from './workbenchPage';

const run = promisify(execFile);
const showView = 'TensorDock: Focus on Instances View';

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
  await window.choose('first-one');
  await window.answerDialog('Add Line');
  await expect.poll(async () => workbench.askedWindows(), { timeout: 60_000 }).toHaveLength(1);
  expect(await workbench.askedWindows()).toMatchObject([
    { uri: 'vscode-remote://ssh-remote+td-first-one/home/user' },
  ]);
  await run('ssh', ['-F', path.join(folder, 'config'), '-o', 'BatchMode=yes', 'td-first-one', 'true']);
  await hasTicks(5);

  await press('Never pay for a forgotten instance', 'Schedule Stop');
  await window.choose('first-one');
  await window.choose('In 2 hours');
  await window.rowIn('first-one', 'stops').waitFor();
  await hasTicks(6);
  await window.screenshot('walkthrough-done');

  await window.runCommand('tensordock.signOut');
  await window.answerDialog('Sign Out');
  await window.page.locator('.welcome-view-content').getByText('Sign In').waitFor();
});

/** Types into the open input, waits until this is chosen in its list, and accepts it. */
async function chooseByKey(typed: string, chosen: string): Promise<void> {
  const { page, quickInput } = window;
  await quickInput.locator('input:focus').waitFor();
  await page.keyboard.type(typed);
  await quickInput.locator('.monaco-list-row.focused', { hasText: chosen }).waitFor();
  await page.keyboard.press('Enter');
}

async function runByKey(id: string): Promise<void> {
  const title = commandTitle(id);
  await window.page.keyboard.press('F1');
  await chooseByKey(title, title);
}

/** Accepts a question by the button that has the focus, if it's this one. */
async function acceptByKey(button: string): Promise<void> {
  const { page, dialog } = window;
  await dialog.locator('.monaco-button:focus', { hasText: button }).waitFor();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
}

/** Goes to the last row of the view. */
async function focusLastRow(name: string): Promise<void> {
  const { page } = window;
  await runByKey(showView);
  await page.locator('.part.sidebar .monaco-list:focus-within').waitFor();
  await page.keyboard.press('End');
  await window.focusedRow(name).waitFor();
}

test('signs in, creates, connects, schedules a stop, and deletes with the keyboard alone', async () => {
  const { simulator, workbench, folder } = current;
  const { keyboard } = window.page;
  // Nothing of another test's is in the SSH configuration, and no form is open.
  await rm(path.join(folder, 'config'), { force: true });
  await window.runCommand('View: Close All Editors');
  const before = (await workbench.askedWindows()).length;
  await window.page.locator('.part.activitybar [aria-label^="TensorDock"]').first().waitFor();
  await runByKey(showView);
  // Until the view knows what to show, it takes the focus from what comes next.
  await window.page.locator('.part.sidebar .welcome-view-content').getByText('Sign In').waitFor();
  await runByKey('tensordock.signIn');
  await window.quickInput.locator('input:focus').waitFor();
  await keyboard.type(simulator.token);
  await keyboard.press('Enter');
  const invitation = window.page.locator('.welcome-view-content').getByText('Create Instance');
  await window.row('first-one').or(invitation).first().waitFor({ timeout: 60_000 });

  await runByKey('tensordock.createInstance');
  const form = await FormPage.on(window);
  await form.create('by-keyboard', '3090');
  await expect.poll(async () => form.locator('.step.done').count(), { timeout: 60_000 }).toBe(5);

  await focusLastRow('by-keyboard');
  await keyboard.press('Enter');
  await acceptByKey('Add Line');
  await expect
    .poll(async () => (await workbench.askedWindows()).length, { timeout: 60_000 })
    .toBe(before + 1);
  expect((await workbench.askedWindows()).at(-1)).toMatchObject({
    uri: 'vscode-remote://ssh-remote+td-by-keyboard/home/user',
  });

  await runByKey('tensordock.scheduleStop');
  await chooseByKey('In 2', 'In 2 hours');
  await window.rowIn('by-keyboard', 'stops').waitFor();

  await focusLastRow('by-keyboard');
  await keyboard.press('Delete');
  await acceptByKey('Delete');
  await expect
    .poll(async () => (await window.treeRows()).map((row) => row.name), { timeout: 60_000 })
    .not.toContain('by-keyboard');
  expect(simulator.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
});
