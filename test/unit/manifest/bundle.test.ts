import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../../..');
const most = { start: 10_000, main: 1_500_000 };
const sourceMap = v.object({ sources: v.array(v.string()) });

/** A copy of the project in which the real build runs, so that `dist` of the project stays what it is. */
let copy: string;
const dist = (name: string): string => path.join(copy, 'dist', name);

async function build(...flags: readonly string[]): Promise<void> {
  await run(process.execPath, ['esbuild.js', ...flags], { cwd: copy });
}

async function sourcesOf(name: string): Promise<ReadonlySet<string>> {
  const { sources } = v.parse(sourceMap, JSON.parse(await readFile(dist(`${name}.map`), 'utf8')));
  return new Set(sources.map((source) => path.basename(path.dirname(source)) + '/' + path.basename(source)));
}

beforeAll(async () => {
  copy = await mkdtemp(path.join(os.tmpdir(), 'tensordock-bundle-'));
  const left = new Set(['.git', 'dist', 'node_modules', 'src', 'test', 'test-output', '.vscode-test']);
  for (const name of await readdir(root)) {
    if (!left.has(name)) await cp(path.join(root, name), path.join(copy, name), { recursive: true });
  }
  for (const name of ['node_modules', 'src']) {
    await symlink(path.join(root, name), path.join(copy, name), 'junction');
  }
}, 60_000);

afterAll(async () => rm(copy, { recursive: true, force: true }));

describe('the bundles', () => {
  test('share no module, so that a class is one class', async () => {
    await build();
    const start = await sourcesOf('extension.js');
    const main = await sourcesOf('main.js');
    expect([...start]).toContain('src/extension.ts');
    expect([...main]).toContain('src/main.ts');
    expect([...start].filter((source) => main.has(source))).toEqual([]);
  });

  describe('as released', () => {
    beforeAll(async () => build('--production'), 60_000);

    test('begin with a small file', async () => {
      expect((await stat(dist('extension.js'))).size).toBeLessThan(most.start);
      expect((await stat(dist('main.js'))).size).toBeLessThan(most.main);
      expect(await readFile(dist('extension.js'), 'utf8')).toContain('require("./main.js")');
    });

    test('evaluate no text as code', async () => {
      const names = (await readdir(path.join(copy, 'dist'), { recursive: true })).filter((name) =>
        name.endsWith('.js'),
      );
      expect(names).toEqual(expect.arrayContaining(['extension.js', 'main.js']));
      expect(names.length).toBeGreaterThan(2);
      for (const name of names) {
        const code = await readFile(dist(name), 'utf8');
        expect(code.match(/\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(\s*["'`]/g), name).toBeNull();
      }
    });

    test('are packed with what a person reads and sees, and nothing else', async () => {
      const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
      const { stdout } = await run(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: copy });
      const built = await readdir(path.join(root, 'src/views/webview'), { withFileTypes: true });
      const webview = built
        .filter((entry) => entry.isFile() && /\.(ts|css)$/.test(entry.name))
        .map((entry) => `dist/webview/${entry.name.replace(/\.ts$/, '.js')}`);
      const files = stdout.trim().split('\n').sort();
      expect(files.filter((file) => !file.startsWith('media/'))).toEqual(
        [
          ...['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json', 'package.nls.json'],
          ...['dist/extension.js', 'dist/main.js'],
          ...webview,
        ].sort(),
      );
      expect(files).toEqual(expect.arrayContaining(['media/icon.png', 'media/tensordock.svg']));
    });
  });

  test('are packed without their maps where they were built to be debugged', async () => {
    await build();
    const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
    const { stdout } = await run(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: copy });
    expect(stdout).toContain('dist/main.js');
    expect(stdout.split('\n').filter((file) => file.endsWith('.map'))).toEqual([]);
  });
});
