import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { startSimulator } from '../simulator/server';
import { openWorkbench } from '../ui/openWorkbench';
import { installWorkbench } from '../workbench/install';
import { comparedRow, type Row } from './measure';

const fixtures = path.join(import.meta.dirname, 'extensions');
const ours = 'vscode-tensordock.tensordock';
const empty = 'tensordock-bench.bench-empty';
const emptyTree = 'tensordock-bench.bench-empty-tree';

const rounds = v.array(
  v.array(
    v.object({ id: v.string(), ownMs: v.number(), doneMs: v.number(), rowsMs: v.optional(v.number()) }),
  ),
);
type Round = v.InferOutput<typeof rounds>[number];

/** What to measure activation with. */
export interface ActivationOptions {
  readonly rounds: number;
  /** Packages of other extensions, to be measured in the same rounds. */
  readonly peers: readonly string[];
  /** Where to write a CPU profile of the last activation; none by default. */
  readonly profileFile?: string;
}

/** How long activation takes in a real VS Code beside an empty extension: with nothing to look after, and with some. */
export async function activation(options: ActivationOptions): Promise<readonly Row[]> {
  const peers = await unpack(options.peers);
  try {
    return [
      ...rowsOf(await measure('idle', options, peers), peers.ids, {
        title: 'Activation, nothing to look after',
        goal: 'at most 1.5 ×',
      }),
      ...rowsOf(await measure('running', options, peers), [], {
        title: 'Activation while an instance is running',
        goal: 'at most 15 ms, rows after 25 ms',
      }),
    ];
  } finally {
    await peers.remove();
  }
}

async function measure(
  kind: 'idle' | 'running',
  options: ActivationOptions,
  peers: Peers,
): Promise<readonly Round[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-bench-'));
  const simulator = await startSimulator({ seed: 'demo', delays: 'quick' });
  const resultFile = path.join(folder, 'rounds.jsonl');
  const world = {
    ids: [ours, empty, emptyTree, ...peers.ids],
    resultFile,
    profileFile: options.profileFile && `${options.profileFile}-${kind}.cpuprofile`,
    showsRows: kind === 'running',
  };
  const workbench = await openWorkbench({
    extensions: [
      ...['meter', 'empty', 'emptyTree'].map((name) => path.join(fixtures, name)),
      ...peers.folders,
    ],
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
    },
    env: {
      TENSORDOCK_BENCH: JSON.stringify(world),
      ...(kind === 'running' && { TENSORDOCK_DEVELOPMENT_TOKEN: simulator.token }),
    },
  });
  const read = async (): Promise<readonly Round[]> =>
    v.parse(
      rounds,
      (await readFile(resultFile, 'utf8').catch(() => '')).split('\n').filter(Boolean).map(parseJson),
    );
  try {
    const { page } = workbench.window;
    if (kind === 'running') {
      await workbench.window.openView('TensorDock');
      await workbench.window.rows.first().waitFor();
      // VS Code restores the view that was open last, and would activate the extension for it.
      await workbench.window.openView('Search');
      await workbench.window.stored('"workbench.view.search"');
    }
    // The first windows sign in, fill caches, and remember that something is running.
    const warmUp = 2;
    const shows = ({ id, rowsMs }: Round[number]): boolean =>
      id === ours && (kind === 'idle' || rowsMs !== undefined);
    const counted = (all: readonly Round[]): readonly Round[] =>
      all.slice(warmUp).filter((round) => round.some(shows));
    for (let count = 1; ; count++) {
      await waitForRound(read, count);
      const good = counted(await read());
      if (good.length === options.rounds) return good;
      if (count > 3 * (options.rounds + warmUp)) throw new Error(`No round of “${kind}” could be counted.`);
      await page.reload();
      await workbench.window.ready();
    }
  } finally {
    await workbench.close();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function waitForRound(read: () => Promise<readonly Round[]>, count: number): Promise<void> {
  const end = Date.now() + 60_000;
  while ((await read()).length < count) {
    if (Date.now() > end)
      throw new Error(`The window ${count} of the activation benchmark reported nothing.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function rowsOf(
  all: readonly Round[],
  peers: readonly string[],
  { title, goal }: { readonly title: string; readonly goal: string },
): readonly Row[] {
  const times = (id: string, part: 'ownMs' | 'doneMs' | 'rowsMs'): readonly number[] =>
    all.map((round) => round.find((each) => each.id === id)?.[part] ?? NaN);
  const baselineTitle = 'an empty extension';
  const baseline = times(empty, 'ownMs');
  const hasRows = times(ours, 'rowsMs').some((time) => !Number.isNaN(time));
  return [
    comparedRow({ title, goal, baselineTitle }, times(ours, 'ownMs'), baseline),
    ...(hasRows
      ? [
          comparedRow(
            { title: `${title}, until rows are known`, baselineTitle: 'activating an empty extension' },
            times(ours, 'rowsMs'),
            times(empty, 'doneMs'),
          ),
        ]
      : [
          comparedRow(
            { title: 'Activation of an empty tree', baselineTitle },
            times(emptyTree, 'ownMs'),
            baseline,
          ),
        ]),
    ...peers.map((id) =>
      comparedRow({ title: `Activation of ${id}`, baselineTitle }, times(id, 'ownMs'), baseline),
    ),
  ];
}

interface Peers {
  readonly ids: readonly string[];
  readonly folders: readonly string[];
  remove(): Promise<void>;
}

/** Unpacks packages the way VS Code does. */
async function unpack(packages: readonly string[]): Promise<Peers> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'tensordock-peers-'));
  const extensions = path.join(root, 'extensions');
  await mkdir(extensions);
  if (packages.length > 0) {
    const { node, server } = await installWorkbench('newest', console.log);
    const args = packages.flatMap((file) => ['--install-extension', path.resolve(file)]);
    const child = spawn(
      node,
      [
        path.join(server, 'out/server-main.js'),
        '--extensions-dir',
        extensions,
        '--server-data-dir',
        root,
        ...args,
      ],
      { stdio: 'inherit' },
    );
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error('Another extension could not be unpacked.');
  }
  const names = (await readdir(extensions, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const folders = names.map(({ name }) => path.join(extensions, name));
  const ids = await Promise.all(
    folders.map(async (folder) => {
      const manifest = v.parse(
        v.object({ publisher: v.string(), name: v.string() }),
        parseJson(await readFile(path.join(folder, 'package.json'), 'utf8')),
      );
      return `${manifest.publisher}.${manifest.name}`;
    }),
  );
  return { ids, folders, remove: async () => rm(root, { recursive: true, force: true }) };
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}
