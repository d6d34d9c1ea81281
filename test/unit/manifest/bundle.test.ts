import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { textsOf } from '../../../src/vscode/texts';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../../..');
/** Bytes of what is loaded at VS Code's start, with the first instance that is looked after, and of the package. */
const most = { start: 5_000, main: 215_000, packed: 400 * 1024 };
const sourceMap = v.object({ sources: v.array(v.string()) });

/** A copy of the project in which the real build runs, so that `dist` of the project stays what it is. */
let copy: string;
const dist = (name: string): string => path.join(copy, 'dist', name);

async function build(...flags: readonly string[]): Promise<void> {
  await run(process.execPath, ['esbuild.js', ...flags], { cwd: copy });
}

/** The modules in these bundles, as `folder/file`. */
async function sourcesOf(...names: readonly string[]): Promise<ReadonlySet<string>> {
  const all = await Promise.all(
    names.map(
      async (name) => v.parse(sourceMap, JSON.parse(await readFile(dist(`${name}.map`), 'utf8'))).sources,
    ),
  );
  return new Set(
    all.flat().map((source) => path.basename(path.dirname(source)) + '/' + path.basename(source)),
  );
}

/** Loads a bundle with something in place of VS Code, and prints which files that loaded. */
const loading = `
  const Module = require('node:module');
  const load = Module._load;
  const anything = new Proxy(class {}, { get: (_, key) => (key === 'prototype' ? {} : anything) });
  const vscode = new Proxy({ env: { language: 'en' } }, { get: (known, key) => known[key] ?? anything });
  Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));
  require(process.argv[1]);
  console.log(JSON.stringify(Object.keys(require.cache)));
`;

/** A bundle, and the ones that it loads at once; those of an `import()` come later. */
async function loadedWith(name: string): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, ['-e', loading, dist(name)]);
  return v.parse(v.array(v.string()), JSON.parse(stdout)).map((file) => path.basename(file));
}

async function sizeOf(names: Iterable<string>): Promise<number> {
  const sizes = await Promise.all([...names].map(async (name) => (await stat(dist(name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function bundles(): Promise<readonly string[]> {
  return (await readdir(path.join(copy, 'dist'))).filter((name) => name.endsWith('.js'));
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
    const main = await sourcesOf(...(await bundles()).filter((name) => name !== 'extension.js'));
    expect([...start]).toContain('src/extension.ts');
    expect([...main]).toContain('src/main.ts');
    // VS Code's API itself is in both.
    const both = [...start].filter((source) => main.has(source) && !source.includes('vscode-once'));
    expect(both).toEqual([]);
  });

  test('load forms, YAML, HTTP, commands, SSH files, and the work of operations when they are used', async () => {
    const atOnce = [...(await sourcesOf(...(await loadedWith('main.js'))))].join('\n');
    expect(atOnce).toContain('src/main.ts');
    expect(atOnce).toContain('views/statusBar.ts');
    const later = [
      /^forms\/createPanel\.ts$/m,
      /^base\/yaml\.ts$/m,
      /^commands\/table\.ts$/m,
      /^tools\/table\.ts$/m,
      /^src\/body\.js$/m,
      /^api\/client\.ts$/m,
      /^connect\/tunnel\.ts$/m,
      /^config\/sshHosts\.ts$/m,
      /^proper-lockfile\/index\.js$/m,
      /^operations\/work\.ts$/m,
      /^keys\/keyGeneration\.ts$/m,
    ];
    const all = [...(await sourcesOf(...(await bundles())))].join('\n');
    for (const each of later) {
      expect(all).toMatch(each);
      expect(atOnce).not.toMatch(each);
    }
  });

  describe('as released', () => {
    beforeAll(async () => build('--production'), 60_000);

    test('begin with a small file', async () => {
      expect(await sizeOf(['extension.js'])).toBeLessThan(most.start);
      expect(await sizeOf(await loadedWith('main.js'))).toBeLessThan(most.main);
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
      const pages = await readdir(path.join(root, 'src/views/webview'), { withFileTypes: true });
      const built = await readdir(path.join(copy, 'dist/webview'));
      expect(built).toEqual(
        expect.arrayContaining(
          pages
            .filter((entry) => entry.isFile() && /\.(ts|css)$/.test(entry.name))
            .map((entry) => entry.name.replace(/\.ts$/, '.js')),
        ),
      );
      const webview = built.map((name) => `dist/webview/${name}`);
      const files = stdout.trim().split('\n').sort();
      const manifest = await readFile(path.join(copy, 'package.json'), 'utf8');
      expect(files).toEqual(
        [
          ...['CHANGELOG.md', 'LICENSE', 'README.md'],
          ...(await readdir(copy)).filter((name) => /^package\.(nls\.(.+\.)?)?json$/.test(name)),
          ...new Set(manifest.match(/\b(media|skills)\/[^"]+/g)),
          ...(await readdir(path.join(copy, 'media/walkthrough')))
            .filter((name) => /\.nls\.(.+)\.md$/.test(name))
            .map((name) => `media/walkthrough/${name}`),
          ...(await bundles()).map((name) => `dist/${name}`),
          'dist/THIRD_PARTY_NOTICES.txt',
          'dist/texts.br',
          ...webview,
        ].sort(),
      );
    });

    test('say everything in each language', async () => {
      onTestFinished(() => l10n.config({ contents: {} }));
      const files = (await readdir(path.join(root, 'l10n'))).filter((name) => name !== 'bundle.l10n.json');
      expect(files).not.toEqual([]);
      for (const file of files) {
        const language = /^bundle\.l10n\.(.+)\.json$/.exec(file)?.[1] ?? file;
        const translated: unknown = JSON.parse(await readFile(path.join(root, 'l10n', file), 'utf8'));
        expect(textsOf(language, dist('')).bundle).toEqual(translated);
      }
      for (const english of ['en', 'fr']) expect(textsOf(english, dist('')).bundle).toBeUndefined();
      // VS Code would be asked for texts that it doesn't have.
      for (const name of await bundles())
        expect(await readFile(dist(name), 'utf8'), name).not.toMatch(/\.l10n\b/);
    });

    test('come with the license of each package that is in them, and with an SBOM', async () => {
      const notices = await readFile(dist('THIRD_PARTY_NOTICES.txt'), 'utf8');
      const { components } = v.parse(
        v.object({
          components: v.array(
            v.object({
              group: v.optional(v.string()),
              name: v.string(),
              version: v.string(),
              purl: v.string(),
            }),
          ),
        }),
        JSON.parse(await readFile(dist('sbom.cdx.json'), 'utf8')),
      );
      const titles = [...notices.matchAll(/^=+\n(\S+ \S+)\n=+\n\n(?=[^=])/gm)].map(([, title]) => title);
      const named = components.map(
        ({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name} ${version}`,
      );
      expect(titles.sort()).toEqual(named.sort());
      const { devDependencies } = v.parse(
        v.object({ devDependencies: v.record(v.string(), v.string()) }),
        JSON.parse(await readFile(path.join(copy, 'package.json'), 'utf8')),
      );
      const contributing = await readFile(path.join(root, 'CONTRIBUTING.md'), 'utf8');
      const own = named.map((each) => each.replace(/ .*/, '')).filter((name) => name in devDependencies);
      expect(own).toContain('node-fetch');
      for (const name of own) expect(contributing, name).toMatch(new RegExp(`^\\| \`${name}\``, 'm'));
    });

    test('are packed small and without a warning', async () => {
      const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
      const file = path.join(copy, 'test.vsix');
      const { stdout, stderr } = await run(
        process.execPath,
        [vsce, 'package', '--no-dependencies', '--out', file],
        { cwd: copy },
      );
      expect(stdout).toContain('Packaged');
      expect(stdout + stderr).not.toMatch(/warning/i);
      expect((await stat(file)).size).toBeLessThanOrEqual(most.packed);
    }, 30_000);
  });

  test('are packed without their maps where they were built to be debugged', async () => {
    await build();
    const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
    const { stdout } = await run(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: copy });
    expect(stdout).toContain('dist/main.js');
    expect(stdout.split('\n').filter((file) => file.endsWith('.map'))).toEqual([]);
  });
});
