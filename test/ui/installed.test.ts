import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { projectRoot } from '../workbench/install';
import { openWorkbench } from './openWorkbench';

const run = promisify(execFile);
const vsce = path.join(projectRoot, 'node_modules/@vscode/vsce/vsce');

let folder: string;
let simulator: Simulator;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'td-installed-'));
  await mkdir(folder, { recursive: true });
  simulator = await startSimulator({ seed: 'demo', delays: 'quick' });
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

test('the package holds only what an installed extension needs', async () => {
  const { stdout } = await run(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: projectRoot });
  const files = stdout.trim().split('\n');
  expect(files).toEqual(
    expect.arrayContaining(['package.json', 'LICENSE', 'dist/extension.js', 'dist/main.js']),
  );
  const unexpected = files.filter(
    (file) =>
      !/^(package(\.nls(\.[\w-]+)?)?\.json|README\.md|CHANGELOG\.md|SECURITY\.md|LICENSE|l10n\/.+\.json|media\/.+|dist\/[\w-]+\.js|dist\/webview\/.+)$/.test(
        file,
      ),
  );
  expect(unexpected).toEqual([]);
});

test('an installed extension stays signed in over a reload', async () => {
  const vsix = path.join(folder, 'tensordock.vsix');
  const flags = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    vsix,
  ];
  await run(process.execPath, [vsce, 'package', ...flags], { cwd: projectRoot });
  const workbench = await openWorkbench({
    mode: 'installed',
    vsix: [vsix],
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
    },
  });
  try {
    const { window } = workbench;
    await window.signIn(simulator.token);
    await window.row('gpu-dev-4090').waitFor();
    await window.reload();
    await window.openView('TensorDock');
    await window.row('gpu-dev-4090').waitFor();
  } finally {
    await workbench.close();
  }
});
