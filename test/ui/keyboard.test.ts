import { beforeEach, expect, test } from 'vitest';
import type { Simulator } from '../simulator/server';
import { commandTitle } from './commandTitle';
import { FormPage } from './formPage';
import type { OpenWorkbench } from './openWorkbench';
import { sharedScene } from './sharedScene';
import { openSshScene } from './sshScene';

const showView = 'TensorDock: Focus on Instances View';

const scene = sharedScene(async () => openSshScene('showcase'));

let simulator: Simulator;
let workbench: OpenWorkbench;

beforeEach(async () => {
  ({ simulator, workbench } = await scene());
});

/** Types into the open input, waits until this is chosen in its list, and accepts it. */
async function choose(typed: string, chosen: string): Promise<void> {
  const { page, quickInput } = workbench.window;
  await quickInput.locator('input:focus').waitFor();
  await page.keyboard.type(typed);
  await quickInput.locator('.monaco-list-row.focused', { hasText: chosen }).waitFor();
  await page.keyboard.press('Enter');
}

async function runCommand(id: string): Promise<void> {
  const title = commandTitle(id);
  await workbench.window.page.keyboard.press('F1');
  await choose(title, title);
}

/** Accepts a question by the button that has the focus, if it's this one. */
async function accept(button: string): Promise<void> {
  const { page, dialog } = workbench.window;
  await dialog.locator('.monaco-button:focus', { hasText: button }).waitFor();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
}

/** Goes to the last row of the view. */
async function focusLastRow(name: string): Promise<void> {
  const { page } = workbench.window;
  await runCommand(showView);
  await page.locator('.part.sidebar .monaco-list:focus-within').waitFor();
  await page.keyboard.press('End');
  await page.locator('.part.sidebar .monaco-list-row.focused', { hasText: name }).waitFor();
}

test('signs in, creates, connects, schedules a stop, and deletes with the keyboard alone', async () => {
  const { window } = workbench;
  const { keyboard } = window.page;
  await window.page.locator('.part.activitybar [aria-label^="TensorDock"]').first().waitFor();
  await runCommand(showView);
  await runCommand('tensordock.signIn');
  await window.quickInput.locator('input:focus').waitFor();
  await keyboard.type(simulator.token);
  await keyboard.press('Enter');
  await window.row('notebooks').waitFor({ timeout: 60_000 });

  await runCommand('tensordock.createInstance');
  const form = await FormPage.on(window);
  await form.create('by-keyboard', '3090');
  await expect.poll(async () => form.locator('.step.done').count(), { timeout: 60_000 }).toBe(5);

  await focusLastRow('by-keyboard');
  await keyboard.press('Enter');
  await accept('Add Line');
  await expect.poll(async () => workbench.askedWindows(), { timeout: 60_000 }).toHaveLength(1);
  expect(await workbench.askedWindows()).toMatchObject([
    { uri: 'vscode-remote://ssh-remote+td-by-keyboard/home/user' },
  ]);

  await runCommand('tensordock.scheduleStop');
  await choose('In 2', 'In 2 hours');
  await window.rowIn('by-keyboard', 'stops').waitFor();

  await focusLastRow('by-keyboard');
  await keyboard.press('Delete');
  await accept('Delete');
  await expect
    .poll(async () => (await window.treeRows()).map((row) => row.name), { timeout: 60_000 })
    .not.toContain('by-keyboard');
  expect(simulator.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
});
