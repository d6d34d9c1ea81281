import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import * as v from 'valibot';
import type { Location, LocationGpu } from '../../src/api/types';
import { emptyDraft } from '../../src/views/webview/shared/drafts';
import type { ToCreateForm } from '../../src/views/webview/shared/protocol';
import { launchBrowser } from '../workbench/browser';
import { projectRoot } from '../workbench/install';
import { formInEditor } from './formInEditor';
import { spreadOf, type Row } from './measure';

const origin = 'http://localhost';
const [models, places] = [60, 40];
const keys = 'geforce rtx 4';

/** The create form with all GPU models at all locations: until it is there in VS Code, and its keys in a browser. */
export async function forms(rounds: number): Promise<readonly Row[]> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.route(`${origin}/**`, async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      await route.fulfill({ body: await contentOf(name), contentType: typeOf(name) });
    });
    await page.addInitScript(editorScript);
    const [search, price]: [number[], number[]] = [[], []];
    // The first round is for the browser's caches.
    for (let round = 0; round <= rounds; round++) {
      await showForm(page);
      const [searched, priced] = [await typing(page, '#search', keys), await typing(page, '#vcpus', '123')];
      if (round === 0) continue;
      search.push(...searched);
      price.push(...priced);
    }
    const goal = 'under 16 ms';
    return [
      await formInEditor(rounds),
      { title: `A key in its search: own work and layout`, unit: 'ms', ours: spreadOf(search), goal },
      { title: `A key that changes its price: own work and layout`, unit: 'ms', ours: spreadOf(price), goal },
    ];
  } finally {
    await browser.close();
  }
}

async function showForm(page: Page): Promise<void> {
  await page.goto(`${origin}/form.html`);
  await page
    .locator('.row')
    .nth(models - 1)
    .waitFor();
}

/** What each key takes: its event, drawing, and layout. */
async function typing(page: Page, field: string, text: string): Promise<readonly number[]> {
  await page.locator(`${field} input`).focus();
  const times: number[] = [];
  for (const key of text) {
    await page.evaluate('window.worked = undefined');
    await page.keyboard.type(key);
    const worked = await page.waitForFunction('window.worked');
    times.push(v.parse(v.number(), await worked.jsonValue()));
  }
  return times;
}

/** The messages of the extension, at once, and how long the page works for a key. */
const editorScript = `
  const messages = ${JSON.stringify(messages())};
  window.takeEarlyMessages = () => [];
  window.acquireVsCodeApi = () => ({
    postMessage: ({ type }) => type === 'ready' && messages.forEach((each) => window.postMessage(each, '*')),
    getState: () => undefined,
    setState: () => undefined,
  });
  const nextFrame = window.requestAnimationFrame.bind(window);
  let begun;
  let event = 0;
  window.addEventListener('input', () => (begun = performance.now()), true);
  window.addEventListener('input', () => (event = performance.now() - begun));
  window.requestAnimationFrame = (draw) => nextFrame((time) => {
    const start = performance.now();
    draw(time);
    document.body.getBoundingClientRect();
    if (begun !== undefined) window.worked = event + performance.now() - start;
    begun = undefined;
  });
`;

function messages(): readonly ToCreateForm[] {
  return [
    { type: 'init', draft: { ...emptyDraft, gpuModel: 'rtx-0' }, recipes: [] },
    { type: 'catalog', catalog: { loading: false, at: 1, locations: locations(), hostnodes: [] } },
  ];
}

function locations(): (Location & { gpus: LocationGpu[] })[] {
  return Array.from({ length: places }, (_place, at) => ({
    ...{ id: `place-${at}`, city: `City ${at}`, country: `Country ${at % 12}`, tier: at % 5 },
    gpus: Array.from({ length: models }, (_model, model) => ({
      ...{ model: `rtx-${model}`, displayName: `GeForce RTX ${4000 + model * 10} 24GB` },
      ...{ maxCount: 8, priceHourly: 0.2 + model / 100 + at / 1_000 },
      ...{ maxVcpus: 64, maxRamGb: 256, maxStorageGb: 4_000 },
      prices: { vcpuHourly: 0.003, ramGbHourly: 0.002, storageGbHourly: 0.00005 },
    })),
  }));
}

async function contentOf(name: string): Promise<string> {
  if (name === 'form.html') return formHtml;
  return readFile(path.join(projectRoot, 'dist/webview', name), 'utf8');
}

const formHtml =
  '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><link rel="stylesheet" href="forms.css"></head><body><main id="form"></main><script type="module" src="create.js"></script></body></html>';

function typeOf(name: string): string {
  if (name.endsWith('.js')) return 'text/javascript';
  return name.endsWith('.css') ? 'text/css' : 'text/html';
}
