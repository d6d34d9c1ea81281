import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { decodeInstances } from '../../src/api/decodeInstance';
import type { Instance } from '../../src/api/types';
import { mergeList } from '../../src/instances/merge';
import { emptySnapshot } from '../../src/instances/snapshot';
import { sshPaths } from '../../src/ssh/config/paths';
import { SshHosts } from '../../src/ssh/config/sshHosts';

// Figures are ratios of two things measured in turn in this run: the machine's speed and noise cancel out.

const root = path.resolve(import.meta.dirname, '../..');
const rounds = 15;

interface Contest {
  readonly title: string;
  readonly subject: () => unknown;
  readonly yardstick: () => unknown;
  readonly yardstickTitle: string;
}

async function median(work: readonly (() => unknown)[]): Promise<readonly number[]> {
  const times = work.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, each] of work.entries()) {
      const started = performance.now();
      await each();
      times[index]?.push(performance.now() - started);
    }
  }
  return times.map((list) => list.toSorted((one, other) => one - other)[Math.floor(rounds / 2)] ?? NaN);
}

async function compare({ title, subject, yardstick, yardstickTitle }: Contest): Promise<void> {
  const [mine = NaN, other = NaN] = await median([subject, yardstick]);
  const ratio = (mine / other).toFixed(2);
  console.log(
    `${title}: ${ratio} × ${yardstickTitle} (${mine.toFixed(2)} ms against ${other.toFixed(2)} ms)`,
  );
}

function load(file: string): () => void {
  const script = `const m = require('node:module'); const load = m._load; const stub = new Proxy(function () {}, {
    get: (t, k) => k === Symbol.toPrimitive ? () => '' : stub, apply: () => stub, construct: () => stub });
    m._load = (id, ...rest) => id === 'vscode' ? stub : load(id, ...rest); require(${JSON.stringify(file)});`;
  return () => {
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-bench-'));
  const empty = path.join(folder, 'empty.js');
  await writeFile(empty, '');
  for (const name of ['extension.js', 'main.js', 'webview/create.js', 'webview/modify.js']) {
    const { size } = await stat(path.join(root, 'dist', name));
    console.log(`dist/${name}: ${(size / 1024).toFixed(1)} KB`);
  }
  const yardstickTitle = 'an empty module, Node’s own start included';
  await compare({
    title: 'Loading extension.js',
    subject: load(path.join(root, 'dist/extension.js')),
    yardstick: load(empty),
    yardstickTitle,
  });
  await compare({
    title: 'Loading main.js',
    subject: load(path.join(root, 'dist/main.js')),
    yardstick: load(empty),
    yardstickTitle,
  });

  const items = Array.from({ length: 1000 }, (_, index) => ({
    type: 'virtualmachine',
    id: `machine-${index}`,
    name: `machine ${index}`,
    status: 'running',
    ipAddress: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    portForwards: [{ internal_port: 22, external_port: 20_000 + index }],
    resources: { vcpu_count: 8, ram_gb: 32, storage_gb: 200, gpus: { 'l4-pcie-24gb': { count: 1 } } },
    rateHourly: 0.3,
  }));
  const text = JSON.stringify({ data: items });
  await compare({
    title: 'Decoding a list of 1000',
    subject: () => decodeInstances(JSON.parse(text)),
    yardstick: (): unknown => JSON.parse(text),
    yardstickTitle: 'JSON.parse of it',
  });

  const instances = decodeInstances(JSON.parse(text))?.instances ?? [];
  const first = mergeList(emptySnapshot('bench'), instances, [], 1);
  await compare({
    title: 'Taking a list of 1000 that changes nothing',
    subject: () => mergeList(first, instances, [], 2),
    yardstick: () => JSON.stringify(first),
    yardstickTitle: 'writing the snapshot as JSON',
  });

  await benchSsh(folder, instances);
  await rm(folder, { recursive: true, force: true });
}

async function benchSsh(folder: string, instances: readonly Instance[]): Promise<void> {
  const paths = sshPaths({ setting: path.join(folder, 'config'), home: folder, platform: process.platform });
  const hosts = new SshHosts(paths, { clock: systemClock, logger: silentLogger });
  const options = { addMissing: true, optionsFor: () => ({ user: 'user' }) };
  await hosts.sync('bench', instances, options);
  let port = 30_000;
  await compare({
    title: 'SSH hosts, 1000 entries: a snapshot that changes nothing',
    subject: async () => hosts.sync('bench', instances, options),
    yardstick: async () => {
      port++;
      const [one, ...rest] = instances;
      const moved = one && { ...one, portForwards: [{ internalPort: 22, externalPort: port }] };
      await hosts.sync('bench', moved ? [moved, ...rest] : rest, options);
    },
    yardstickTitle: 'one changed port, with lock, write and fsync',
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
