import { mkdtemp, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger';
import { SharedFile } from '../../src/base/sharedFile';
import {
  emptyLedger,
  ledgerSchema,
  noCost,
  type InstanceHistory,
  type LedgerData,
} from '../../src/cost/history';
import { dayOf, keyOf } from '../../src/cost/period';
import type { FaultOrder } from '../simulator/faults';
import type { SimulatorOptions } from '../simulator/options';
import { startSimulator } from '../simulator/server';
import { FormPage } from './formPage';
import { openWorkbench } from './openWorkbench';
import { sceneOf, sharedScene, type Scene } from './sharedScene';
import type { WorkbenchPage } from './workbenchPage';

const hourMs = 3_600_000;
const tokens = ['first', { token: 'second', organization: 'other' }];

async function openScene(options: SimulatorOptions = {}, faults: readonly FaultOrder[] = []): Promise<Scene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-costs-'));
  const simulator = await startSimulator({
    seed: 'demo',
    delays: 'instant',
    rateLimit: false,
    tokens,
    ...options,
  });
  for (const order of faults) simulator.faults.add(order);
  const workbench = await openWorkbench({
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
      'tensordock.cost.monthlyBudget': 500,
      // Spent as soon as anything has cost something.
      'tensordock.cost.dailyBudget': 0,
    },
  });
  await workbench.window.signIn('first');
  await workbench.window.row('notebooks').waitFor({ timeout: 60_000 });
  return sceneOf({ folder, simulator, workbench });
}

const scene = sharedScene(async () => openScene());

/** The file that all windows keep an account's costs in. */
async function ledgerFile({ workbench }: Scene): Promise<string> {
  const root = workbench.server.dataFolder;
  const find = async (): Promise<string | undefined> =>
    (await readdir(root, { recursive: true })).find((name) => /costs-[^/]+\.json$/.test(name));
  await expect.poll(find).toBeDefined();
  return path.join(root, (await find()) ?? '');
}

/** What was seen since the day before the first of the month, of `count` instances that are gone by now. */
function withHistory(ledger: LedgerData, count: number, now: number): LedgerData {
  const from = new Date(now);
  const first = new Date(from.getFullYear(), from.getMonth(), 1).getTime();
  const days: number[] = [];
  for (let day = dayOf(first); day.to <= dayOf(now).from; day = dayOf(day.to)) days.push(day.from);
  const past = Array.from({ length: count }, (_, index): InstanceHistory => ({
    id: `past-${index}`,
    name:
      index === 0
        ? '[x](command:evil) <img src=x> llama-finetune-with-a-rather-long-name'
        : `training-${index}`,
    intervals: [],
    sums: Object.fromEntries(
      days
        .filter((day) => (Math.floor(day / 86_400_000) + index) % 3 !== 0)
        .map((day) => [
          keyOf(day, 'day'),
          {
            ...noCost,
            dollars: 4 / (index + 1),
            onMs: 8 * hourMs,
            estimatedDollars: index === 1 ? 1.5 : 0,
            estimatedMs: index === 1 ? 3 * hourMs : 0,
            unknownRateMs: index === 2 ? hourMs : 0,
          },
        ]),
    ),
  }));
  return { ...ledger, since: first - 86_400_000, instances: [...ledger.instances, ...past] };
}

/** Adds to the file as another window would. */
async function addHistory(current: Scene, count: number): Promise<void> {
  const file = new SharedFile(await ledgerFile(current), ledgerSchema, emptyLedger, silentLogger);
  await file.update((ledger) => withHistory(ledger, count, Date.now()));
}

/** Looks at the page in each theme. */
async function lookAt(window: WorkbenchPage, page: FormPage, name: string): Promise<void> {
  for (const theme of ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const) {
    await window.chooseColorTheme(theme);
    expect(await page.violations()).toEqual([]);
    await window.screenshot(`${name}-${theme}`);
  }
}

test('shows the month in every theme, and is accessible', async () => {
  const current = await scene();
  const { window } = current.workbench;
  await addHistory(current, 8);
  await window.runCommand('tensordock.showCosts');
  const page = await FormPage.on(window);
  await page.locator('#instances tbody tr').filter({ hasText: 'training-1' }).waitFor();
  await expect.poll(async () => page.locator('.card').allInnerTexts()).toHaveLength(4);
  expect(await page.locator('.card').first().innerText()).toContain('of your budget of $500.00');
  expect(await page.locator('#instances').innerText()).toContain('[x](command:evil)');
  expect(await page.locator('img').count()).toBe(0);
  const bars = page.locator('.chart .ct-bar');
  await expect.poll(async () => bars.count()).toBeGreaterThan(1);
  await lookAt(window, page, 'costs');
  expect(await bars.count()).toBeGreaterThan(1);
  // The page's policy forbids them.
  expect(await page.locator('.chart [style]:not(span)').count()).toBe(0);
  const texts = await page.locator('.chart .column').allTextContents();
  // On the first of a month there is nothing before today.
  expect(texts.length === 1 || texts.join('\n').includes('training-1, estimated: $1.50')).toBe(true);
  await page.locator('.notes').scrollIntoViewIfNeeded();
  await window.screenshot('costs-table');
});

test('a spent budget is marked on the instance to stop first, which is stopped there', async () => {
  const { window } = (await scene()).workbench;
  const marked = window.row('daily budget spent');
  await marked.waitFor({ timeout: 30_000 });
  expect(await marked.innerText()).toContain('llm-training-h100');
  await marked.click();
  await window.page.keyboard.press('ArrowRight');
  await window.row('of $0.00').hover();
  await window.screenshot('costs-limit');
  await window.inlineAction('of $0.00', 'tensordock.stopInstance');
  await window.answerDialog('Stop');
  await window.rowIn('llm-training-h100', 'Stopp').waitFor();
  await expect.poll(async () => marked.innerText(), { timeout: 30_000 }).toContain('render-windows');
});

test('is sorted and read with the keyboard', async () => {
  const { window } = (await scene()).workbench;
  await window.runCommand('tensordock.showCosts');
  const page = await FormPage.on(window);
  const names = (): Promise<string[]> => page.locator('#instances tbody th').allInnerTexts();
  await page.locator('#instances').waitFor();
  const order = (): Promise<string | null> =>
    page.locator('th:has([data-column=name])').getAttribute('aria-sort');
  await page.tabTo('[data-column=name]');
  await page.press('Enter');
  await expect.poll(order).toBe('ascending');
  const sorted = await names();
  expect(sorted).toEqual([...sorted].sort((one, other) => one.localeCompare(other)));
  await page.press('Enter');
  await expect.poll(order).toBe('descending');
  expect(await names()).toEqual([...sorted].sort((one, other) => other.localeCompare(one)));
  await page.tabTo('#days summary');
  await page.press('Enter');
  await page.locator('#days table').waitFor();
  expect(await page.locator('#days tbody tr').count()).toBe(new Date().getDate());
});

test('holds 200 instances, and a narrow editor', async () => {
  const current = await scene();
  const { window } = current.workbench;
  await addHistory(current, 200);
  await window.runCommand('tensordock.showCosts');
  const page = await FormPage.on(window);
  await page.locator('#instances tbody tr').filter({ hasText: 'training-199' }).waitFor();
  expect(await page.locator('.legend li').count()).toBe(6);
  await lookAt(window, page, 'costs-many');
  await window.page.setViewportSize({ width: 760, height: 800 });
  await page.locator('.legend').scrollIntoViewIfNeeded();
  // On a bar, if there was a day before today.
  await page.locator('.chart').hover({ position: { x: 62, y: 200 } });
  await expect.poll(async () => page.locator('.chart .column:hover').allTextContents()).toHaveLength(1);
  await window.screenshot('costs-narrow');
  expect(await page.frame.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  await window.page.setViewportSize({ width: 1280, height: 800 });
});

describe('where rates are unknown, or nothing was ever running', () => {
  // A list without rates, and no answer that has them.
  const silent = { path: /instances\/./, times: 1_000, fault: { kind: 'html', status: 502 } } as const;
  const bare = sharedScene(async () => openScene({ dialect: 'live' }, [silent]));

  test('says so instead of showing a number, in every theme', async () => {
    const { window } = (await bare()).workbench;
    await window.runCommand('tensordock.showCosts');
    const page = await FormPage.on(window);
    const texts = (): Promise<string[]> => page.locator('.card').allInnerTexts();
    await expect.poll(texts).toHaveLength(4);
    const cards = (await texts()).join('\n');
    expect(cards).toMatch(/Running now\s+\$\d\S+\/hr\+\s+5 running, \d at an unknown rate, not counted/);
    expect(cards).toMatch(/This month\s+unknown/);
    const training = page.locator('#instances tbody tr').filter({ hasText: 'llm-training-h100' });
    expect(await training.innerText()).not.toContain('$');
    const scale = await page.locator('.chart .ct-label.ct-vertical').allTextContents();
    expect(scale).toEqual(['$0.00', '$0.02', '$0.04', '$0.06', '$0.08', '$0.10']);
    await lookAt(window, page, 'costs-unknown');
    await window.signIn('second');
    await window.quickInput.getByText('Name This Account').first().waitFor();
    await window.accept();
    await window.page.locator('.welcome-view-content').getByText('no instances yet').waitFor();
    // What the other account runs counts as well, until it's signed out.
    expect((await texts()).join('\n')).toContain('5 running');
    await window.runCommand('tensordock.signOut');
    await window.choose('Account 1');
    await expect.poll(texts).toContainEqual(expect.stringContaining('nothing is running'));
    await lookAt(window, page, 'costs-empty');
  });
});
