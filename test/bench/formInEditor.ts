import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { startSimulator } from '../simulator/server';
import { commandTitle } from '../ui/commandTitle';
import { openWorkbench } from '../ui/openWorkbench';
import type { WorkbenchPage } from '../ui/workbenchPage';
import { comparedRow, type Row } from './measure';

const [models, places] = [60, 40];

/** The create form in a real VS Code, from the command to its list, beside a webview that has its rows from the beginning. */
export async function formInEditor(rounds: number): Promise<Row> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-bench-'));
  const simulator = await startSimulator({ seed: 'demo', delays: 'quick', rateLimit: false });
  const answer = { kind: 'body', body: catalogue(), contentType: 'application/json' } as const;
  simulator.faults.add({ method: 'GET', path: /\/locations$/, times: Infinity, fault: answer });
  const workbench = await openWorkbench({
    extensions: [path.join(import.meta.dirname, 'extensions/stillPage')],
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
    },
    env: { TENSORDOCK_BENCH_ROWS: `${models}` },
  });
  try {
    const { window } = workbench;
    await window.signIn(simulator.token);
    await window.rows.first().waitFor();
    const [form, still]: [number[], number[]] = [[], []];
    // The first rounds load the extensions and fill caches.
    const warmUp = 2;
    for (let round = -warmUp; round < rounds; round++) {
      const times = [
        await untilRows(window, commandTitle('tensordock.createInstance')),
        await untilRows(window, 'Bench: Open a Still Page'),
      ] as const;
      if (round < 0) continue;
      form.push(times[0]);
      still.push(times[1]);
    }
    const title = `The create form in VS Code until its list of ${models} GPU models at ${places} locations`;
    const baselineTitle = 'a static webview of as many rows';
    return comparedRow({ title, baselineTitle, goal: 'at most 1.3 ×' }, form, still);
  } finally {
    await workbench.close();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds from Enter in the Command Palette until all rows are shown. */
async function untilRows(window: WorkbenchPage, title: string): Promise<number> {
  await window.runCommand('View: Close All Editors');
  await window.page.locator('iframe.webview').waitFor({ state: 'detached' });
  await window.page.keyboard.press('F1');
  await window.quickInput.locator('input').first().fill(`>${title}`);
  await window.quickInput.locator('.monaco-list-row.focused', { hasText: title }).waitFor();
  const begun = performance.now();
  await window.page.keyboard.press('Enter');
  while (!(await showsRows(window.page))) {
    if (performance.now() - begun > 30_000) throw new Error(`“${title}” showed no rows.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - begun;
}

/** Whether all rows are laid out at this moment. What waits for an element looks a tenth of a second apart. */
async function showsRows(page: Page): Promise<boolean> {
  const isLaidOut = `document.getElementsByName('gpu')[${models - 1}]?.getBoundingClientRect().height > 0`;
  const frames = page.frames().filter((frame) => frame.parentFrame() !== null);
  // A frame that is loading has nothing yet.
  const shown = frames.map(async (frame) => frame.evaluate<boolean>(isLaidOut).catch(() => false));
  return (await Promise.all(shown)).includes(true);
}

/** `GET /locations` as the service answers it. */
function catalogue(): string {
  const gpus = (at: number): unknown[] =>
    Array.from({ length: models }, (_, model) => ({
      ...{ v0Name: `rtx-${model}`, displayName: `GeForce RTX ${4000 + model * 10} 24GB` },
      ...{ max_count: 8, price_per_hr: 0.2 + model / 100 + at / 1_000 },
      resources: { max_vcpus: 64, max_ram_gb: 256, max_storage_gb: 4_000 },
      pricing: { per_vcpu_hr: 0.003, per_gb_ram_hr: 0.002, per_gb_storage_hr: 0.00005 },
    }));
  const locations = Array.from({ length: places }, (_, at) => ({
    ...{
      id: `place-${at}`,
      city: `City ${at}`,
      stateprovince: '',
      country: `Country ${at % 12}`,
      tier: at % 5,
    },
    gpus: gpus(at),
  }));
  return JSON.stringify({ data: { locations } });
}
