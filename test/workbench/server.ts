import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Workbench } from './install';

/** How to start a server. */
export interface ServerOptions {
  /** User settings, as in settings.json. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to this process's environment; the extension host sees it. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * `development` takes extensions and tests from the page's address but forgets secrets on reload; `installed` takes
   * them from .vsix files only and keeps secrets.
   */
  readonly mode?: 'development' | 'installed';
  /** Folders of unpacked extensions, which are copied to where installed ones live. */
  readonly extensions?: readonly string[];
  /** Extension packages to install first, in mode `installed`. */
  readonly vsix?: readonly string[];
  /** For a page that runs a test suite: it tells its end, and shows neither dialogs nor notifications. */
  readonly suite?: boolean;
  /** VS Code's display language: extensions come in it, VS Code itself stays English. The default is English. */
  readonly language?: string;
  /** Milliseconds until the server has to answer. */
  readonly readyWithin?: number;
}

/** A running VS Code server on loopback. */
export interface WorkbenchServer {
  /** `127.0.0.1:PORT`, which is also the remote authority of its pages. */
  readonly authority: string;
  /** What a page has to say to be let in, so that no other user of this computer gets a terminal. */
  readonly connectionToken: string | undefined;
  /** Its temporary folder, with settings, logs and stored data; removed by `stop`. */
  readonly folder: string;
  /** Where VS Code and extensions keep what they store: settings, globalStorage, logs. */
  readonly dataFolder: string;
  /** What the server printed so far. */
  output(): string;
  /** Ends all windows at once, as a crash does; what was started detached from them stays. */
  kill(): void;
  /** Ends the whole process tree and removes the folder. */
  stop(): Promise<void>;
}

/** Quiet, and the same on every version: nothing opens, asks or calls home by itself. */
const quietSettings: Readonly<Record<string, unknown>> = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.reduceMotion': 'on',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Starts a server and resolves when it answers; its data is in a new temporary folder. */
export async function startServer(
  workbench: Workbench,
  options: ServerOptions = {},
): Promise<WorkbenchServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'td-workbench-'));
  const extensionsFolder = path.join(folder, 'extensions');
  const mode = options.mode ?? 'development';
  const dataRoot = path.join(folder, 'server');
  const dataFolder = mode === 'development' ? path.join(dataRoot, 'data') : dataRoot;
  let child: ChildProcess | undefined;
  let output = '';
  const stop = async (): Promise<void> => {
    if (child) await endTree(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await mkdir(path.join(dataFolder, 'User'), { recursive: true });
    await writeFile(
      path.join(dataFolder, 'User/settings.json'),
      JSON.stringify({ ...quietSettings, ...options.settings }, undefined, 2),
    );
    for (const extension of options.extensions ?? []) {
      await cp(extension, path.join(extensionsFolder, path.basename(extension)), { recursive: true });
    }
    if (options.language !== undefined) await addLanguage(dataFolder, options.language);
    const env = environment(workbench, options.env ?? {});
    const folders = ['--extensions-dir', extensionsFolder];
    if (mode === 'installed') {
      folders.push('--user-data-dir', dataRoot);
      for (const file of options.vsix ?? []) {
        await finish(
          launch(workbench, env, [workbench.entry, ...folders, '--install-extension', file, '--force']),
        );
      }
    }
    const authority = `127.0.0.1:${String(await freePort())}`;
    const connectionToken = mode === 'development' ? randomUUID() : undefined;
    const port = authority.slice(authority.indexOf(':') + 1);
    child = launch(
      workbench,
      env,
      mode === 'development'
        ? [
            path.join(workbench.server, 'out/server-main.js'),
            ...['--host', '127.0.0.1', '--port', port],
            ...['--connection-token', connectionToken ?? ''],
            ...['--accept-server-license-terms', '--server-data-dir', dataRoot, ...folders],
            ...(options.suite ? ['--enable-smoke-test-driver'] : []),
            ...(options.language === undefined ? [] : ['--locale', options.language]),
          ]
        : [
            workbench.entry,
            ...['--auth', 'none', '--bind-addr', authority, ...folders],
            ...['--disable-telemetry', '--disable-update-check'],
          ],
    );
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    await answers(child, `http://${authority}/`, options.readyWithin ?? 90_000, () => output);
    const { pid } = child;
    const kill = (): void => {
      if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    };
    return {
      authority,
      connectionToken,
      folder,
      dataFolder,
      output: () => output,
      kill,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What an installed language pack leaves behind, for one that translates nothing of VS Code itself. */
async function addLanguage(dataFolder: string, language: string): Promise<void> {
  const file = path.join(dataFolder, 'language.json');
  await writeFile(file, JSON.stringify({ contents: {} }));
  await writeFile(
    path.join(dataFolder, 'languagepacks.json'),
    JSON.stringify({
      [language]: {
        hash: '0',
        label: language,
        // VS Code looks for a language pack to download where none is named.
        extensions: [{ extensionIdentifier: { id: 'test.language' }, version: '1.0.0' }],
        translations: { vscode: file },
      },
    }),
  );
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function environment(workbench: Workbench, added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  // What an outer VS Code, vitest or npm set for their own children would be taken for this server's.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|VITEST|npm_|NODE_OPTIONS$|NODE_ENV$|CODE_SERVER)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    PATH: `${path.dirname(workbench.node)}${path.delimiter}${process.env.PATH ?? ''}`,
    // No extension gallery: tests and demo ask nobody outside.
    EXTENSIONS_GALLERY: '{}',
    ...added,
  };
}

function launch(workbench: Workbench, env: NodeJS.ProcessEnv, args: readonly string[]): ChildProcess {
  // A process group of its own, so that everything it started can be ended with it.
  return spawn(workbench.node, args, {
    cwd: workbench.server,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finish(child: ChildProcess): Promise<void> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`Installing an extension into the workbench failed:\n${output}`);
}

async function answers(
  child: ChildProcess,
  url: string,
  within: number,
  output: () => string,
): Promise<void> {
  const end = Date.now() + within;
  let unstartable: Error | undefined;
  child.once('error', (error) => (unstartable = error));
  while (Date.now() < end) {
    if (unstartable) throw unstartable;
    if (child.exitCode !== null) {
      throw new Error(`The VS Code server ended with ${String(child.exitCode)} at its start:\n${output()}`);
    }
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
      await response.arrayBuffer();
      // 403: it wants its token.
      if (response.ok || response.status === 403) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`The VS Code server did not answer within ${within / 1000} s:\n${output()}`);
}

async function endTree(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const closed = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  signalGroup(pid, 'SIGTERM');
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 3000).unref())]);
  // Extension hosts and terminals that did not go with the server.
  signalGroup(pid, 'SIGKILL');
  await closed;
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // The group is gone already.
  }
}
