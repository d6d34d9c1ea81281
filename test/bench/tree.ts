import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { Row } from './measure';
import type { treeWork } from './treeWork';

/** Bundles what uses VS Code's API with a stand-in for it, as the extension is bundled, and measures it. */
export async function tree(): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-bench-'));
  try {
    const outfile = path.join(folder, 'tree.js');
    await build({
      ...{ bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' },
      entryPoints: [path.join(import.meta.dirname, 'treeWork.ts')],
      alias: { vscode: path.join(import.meta.dirname, 'vscode.ts') },
    });
    const loaded = createRequire(import.meta.url)(outfile) as { readonly treeWork: typeof treeWork };
    return await loaded.treeWork();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
