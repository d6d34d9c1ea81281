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

// Results are ratios of two things measured alternately in one run, so the computer's speed and noise cancel out.

const root = path.resolve(import.meta.dirname, '../..');
const rounds = 15;

interface Comparison {
  readonly title: string;
  readonly subject: () => unknown;
  readonly baseline: () => unknown;
  readonly baselineTitle: string;
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

async function compare({ title, subject, baseline, baselineTitle }: Comparison): Promise<void> {
  const [mine = NaN, other = NaN] = await median([subject, baseline]);
  const ratio = (mine / other).toFixed(2);
  console.log(`${title}: ${ratio} × ${baselineTitle} (${mine.toFixed(2)} ms vs. ${other.toFixed(2)} ms)`);
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
  const baselineTitle = 'an empty module, including Node’s own start';
  await compare({
    title: 'Loading extension.js',
    subject: load(path.join(root, 'dist/extension.js')),
    baseline: load(empty),
    baselineTitle,
  });
  await compare({
    title: 'Loading main.js',
    subject: load(path.join(root, 'dist/main.js')),
    baseline: load(empty),
    baselineTitle,
  });

  const items = Array.from({ length: 1000 }, (_, index) => ({
    type: 'virtualmachine',
    id: `instance-${index}`,
    name: `instance ${index}`,
    status: 'running',
    ipAddress: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    portForwards: [{ internal_port: 22, external_port: 20_000 + index }],
    resources: { vcpu_count: 8, ram_gb: 32, storage_gb: 200, gpus: { 'l4-pcie-24gb': { count: 1 } } },
    rateHourly: 0.3,
  }));
  const text = JSON.stringify({ data: items });
  await compare({
    title: 'Decoding a list of 1,000 instances',
    subject: () => decodeInstances(JSON.parse(text)),
    baseline: (): unknown => JSON.parse(text),
    baselineTitle: 'JSON.parse of the same text',
  });

  const instances = decodeInstances(JSON.parse(text))?.instances ?? [];
  const first = mergeList(emptySnapshot('bench'), instances, [], 1);
  await compare({
    title: 'Merging a list of 1,000 instances without changes',
    subject: () => mergeList(first, instances, [], 2),
    baseline: () => JSON.stringify(first),
    baselineTitle: 'JSON.stringify of the snapshot',
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
    title: 'Following a snapshot of 1,000 instances without changes in the SSH hosts',
    subject: async () => hosts.sync('bench', instances, options),
    baseline: async () => {
      port++;
      const [one, ...rest] = instances;
      const moved = one && { ...one, portForwards: [{ internalPort: 22, externalPort: port }] };
      await hosts.sync('bench', moved ? [moved, ...rest] : rest, options);
    },
    baselineTitle: 'one changed port, with lock, write, and fsync',
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
