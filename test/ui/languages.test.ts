import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startSimulator } from '../simulator/server';
import { FormPage } from './formPage';
import { openWorkbench } from './openWorkbench';
import { pseudo, pseudoExtension, pseudoLanguage, textsOf } from './pseudoLanguage';
import { sceneOf, sharedScene, type Scene } from './sharedScene';
import { rowsWithoutDollars, setPageWidth, spokenRows, textsOfPage } from './shownTexts';
import type { WorkbenchPage } from './workbenchPage';

/** Names of instances, places, and products, and the words that VS Code itself puts beside ours. */
const kept = new RegExp(
  [
    ...['https?:\\S+', '[\\da-z]+(-[\\da-z]+)*-\\d+gb', '[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}'],
    ...['sdxl-studio', 'llama-finetune', 'whisper-batch', 'notebooks', 'render-windows', 'old-experiments'],
    ...['Warsaw', 'Mazovia', 'Poland', 'United States', 'India'],
    ...['TensorDock', 'GeForce', 'RTX', 'NVIDIA', 'PCIe', 'SXM\\d?', 'Gradio', 'Jupyter', 'SSH'],
    ...['Ubuntu [\\d.]+ · (everything|PyTorch|TensorFlow)', 'Ubuntu', 'Windows', 'TensorBoard', 'HTTP'],
    'packages:\\s+- htop',
    ...['\\d+ Results?', 'Source: TensorDock', 'Cancel', 'Info', 'Notification', 'Mark Done', 'has actions'],
    // Dates in a language that `Intl` doesn't know are written in English.
    '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*( \\d+,)? \\d{4}',
    ...["Press 'Enter' to confirm( your input)? or 'Escape' to cancel"],
  ].join('|'),
  'g',
);

/** The words of three letters and more that are neither translated nor names, with where they were seen. */
function untranslated(where: string, texts: readonly string[]): string[] {
  expect(texts.join('\n'), where).toContain('⟦');
  return texts.flatMap((text) => {
    const words = text.replaceAll(kept, '').match(/[A-Za-z]{3,}/g);
    return words ? [`${where}: ${words.join(' ')} (${text.slice(0, 100)})`] : [];
  });
}

interface PseudoScene extends Scene {
  /** What is untranslated before and while one signs in. */
  readonly english: readonly string[];
  /** Runs a command by its name in our manifest, without `tensordock.`. */
  readonly run: (name: string) => Promise<void>;
}

const scene = sharedScene<PseudoScene>(async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-language-'));
  const underTest = await pseudoExtension(path.join(folder, 'extension'));
  const simulator = await startSimulator({ seed: 'showcase', delays: 'quick', rateLimit: false });
  const workbench = await openWorkbench({
    language: pseudoLanguage,
    underTest,
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
      'tensordock.cost.monthlyBudget': 500,
    },
  });
  const { window } = workbench;
  const titles = await textsOf('package.nls.json');
  const run = async (name: string): Promise<void> =>
    window.runCommand(`TensorDock: ${pseudo(titles[`command.${name}`] ?? name)}`);
  try {
    await window.openView('TensorDock');
    const welcome = window.page.locator('.welcome-view-content');
    await welcome.getByText('⟦').filter({ visible: true }).first().waitFor();
    const english = untranslated('welcome', await welcome.allInnerTexts());
    await run('signIn');
    await window.quickInput.locator('input:visible').and(window.page.getByPlaceholder('⟦')).waitFor();
    english.push(...untranslated('sign in', await window.quickInput.allInnerTexts()));
    await window.fill(simulator.token);
    await window.accept();
    await window.row('notebooks').waitFor({ timeout: 60_000 });
    return { ...sceneOf({ folder, simulator, workbench }), english, run };
  } catch (error) {
    await sceneOf({ folder, simulator, workbench }).close();
    throw error;
  }
});

test('no text of the view, its menus, lists, and questions stays English', async () => {
  const { workbench, run, english } = await scene();
  const { window } = workbench;
  const { page } = window;
  const found = [...english];
  const see = (where: string, texts: readonly string[]): void =>
    void found.push(...untranslated(where, texts));

  await window.row('sdxl-studio').click();
  await window.row('geforcertx4090-pcie-24gb').waitFor();
  see('rows', await spokenRows(window));
  expect(await rowsWithoutDollars(window)).toEqual([]);
  see('menu', await window.contextMenuItems('sdxl-studio'));
  for (const name of ['sortInstances', 'groupInstances', 'watchCapacity', 'startWhenAvailable']) {
    await run(name);
    see(name, await listTexts(window));
    await window.cancel();
    await window.quickInput.waitFor({ state: 'hidden' });
  }
  await window.selectRows(['sdxl-studio']);
  for (const name of ['deleteInstance', 'stopInstance']) {
    await run(name);
    await window.dialog.waitFor();
    see(name, await window.dialog.allInnerTexts());
    await window.cancel();
    await window.dialog.waitFor({ state: 'hidden' });
  }
  await run('scheduleStop');
  see('scheduleStop', await listTexts(window));
  await window.accept();
  await window.notifications.filter({ hasText: '⟦' }).first().waitFor();
  see('notification', await window.notifications.allInnerTexts());
  await page.locator('.part.sidebar .pane-body:visible').last().getByText('sdxl-studio').first().waitFor();
  see('sidebar', await page.locator('.part.sidebar').allInnerTexts());
  see('status bar', await window.statusBarItem('⟦').allInnerTexts());
  expect(found).toEqual([]);
});

test('no text of the pages stays English, and longer texts have room', async () => {
  const { workbench, run } = await scene();
  const { window } = workbench;
  const found: string[] = [];
  await window.selectRows(['notebooks']);
  for (const name of ['showCosts', 'createInstance', 'modifyInstance']) {
    await run(name);
    const { frame } = await FormPage.on(window);
    if (name === 'createInstance') await frame.locator('input[name=gpu]').first().waitFor();
    for (const width of [900, 500]) {
      await setPageWidth(window, frame, width);
      const { texts, cut } = await textsOfPage(frame);
      found.push(
        ...untranslated(name, texts),
        ...cut.map((text) => `${name} at ${width}: no room for ${text}`),
      );
    }
    await window.page.setViewportSize({ width: 1280, height: 800 });
    await window.runCommand('View: Close All Editors');
    await expect.poll(async () => window.page.locator('iframe.webview').count()).toBe(0);
  }
  await run('openWalkthrough');
  const walkthrough = window.page.locator('.gettingStartedContainer .gettingStartedSlideDetails');
  await walkthrough.getByText('⟦').filter({ visible: true }).first().waitFor();
  found.push(...untranslated('walkthrough', await walkthrough.allInnerTexts()));
  expect(found).toEqual([]);
});

/** All texts of the open quick pick, once it's filled. */
async function listTexts(window: WorkbenchPage): Promise<readonly string[]> {
  const rows = window.quickInput.locator('.quick-input-list .monaco-list-row');
  await rows.filter({ hasText: '⟦' }).first().waitFor();
  return window.quickInput.allInnerTexts();
}
