import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { projectRoot } from '../workbench/install';

/** Bundles the suite, one file per test file; resolves to the file for `extensionTestsPath`. */
export async function bundleSuite(): Promise<string> {
  const outdir = path.join(projectRoot, 'test-output/vscode');
  const suite = path.join(projectRoot, 'test/vscode/suite');
  const tests = (await readdir(suite)).filter((name) => name.endsWith('.test.ts'));
  await rm(outdir, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: [
      path.join(projectRoot, 'test/vscode/index.ts'),
      ...tests.map((name) => path.join(suite, name)),
    ],
    outbase: path.join(projectRoot, 'test/vscode'),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return path.join(outdir, 'index.js');
}
