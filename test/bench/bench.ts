import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { projectRoot } from '../workbench/install';
import { activation } from './activation';
import { rowText, type Row } from './measure';
import { poll } from './poll';
import { sizes } from './sizes';
import { ssh } from './ssh';
import { tree } from './tree';

// `npm run bench`: measures everything in one run, as ratios of two things measured in turn, so that the computer's
// speed and noise cancel out. The result is also in test-output/bench.json.

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    peer: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '9' },
    profile: { type: 'string' },
  },
});

const rounds = Number(values.rounds);
const groups: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  sizes: async () => sizes(values.peer),
  poll,
  tree,
  ssh: async () => ssh(rounds),
  activation: async () => activation({ rounds, peers: values.peer, profileFile: values.profile }),
};

async function main(): Promise<void> {
  const chosen = values.only.length === 0 ? Object.keys(groups) : values.only;
  await promisify(execFile)(process.execPath, ['esbuild.js', '--production'], { cwd: projectRoot });
  const rows: Row[] = [];
  for (const name of chosen) {
    const measure = groups[name];
    if (!measure)
      throw new Error(`There is no group ${name}. Choose from ${Object.keys(groups).join(', ')}.`);
    console.log(`\n${name}`);
    const measured = await measure();
    for (const row of measured) console.log(`  ${rowText(row)}`);
    rows.push(...measured);
  }
  const file = path.join(projectRoot, 'test-output/bench.json');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ node: process.version, rows }, undefined, 2)}\n`);
  console.log(`\nWritten to ${path.relative(process.cwd(), file)}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
