import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { WorkbenchServer } from '../workbench/server';
import type { WorkbenchPage } from './workbenchPage';

const logLines = 60;

/** If the running test failed, prints what its windows show and what the extension logged last. */
export async function tellFailure(windows: readonly WorkbenchPage[], server: WorkbenchServer): Promise<void> {
  // A script outside the test runner cannot load it.
  if (process.env.VITEST === undefined) return;
  const { TestRunner } = await import('vitest');
  const test = TestRunner.getCurrentTest();
  if (test?.result?.state !== 'fail') return;
  const name = test.name.replace(/[^\w]+/g, '-').slice(0, 60);
  for (const [index, window] of windows.entries()) {
    const shown = await window.shown().catch((error: unknown) => String(error));
    const file = await window.screenshot(`failed-${name}-${index}`).catch((error: unknown) => String(error));
    console.log(`“${test.name}” failed; window ${index} shows (${file}):\n${shown}`);
  }
  // A server that never had a window has no folder.
  const files = await readdir(server.dataFolder, { recursive: true }).catch(() => []);
  for (const log of files.filter((file) => path.basename(file) === 'TensorDock.log')) {
    const lines = (await readFile(path.join(server.dataFolder, log), 'utf8')).trimEnd().split('\n');
    console.log([log, ...lines.slice(-logLines)].join('\n'));
  }
}
