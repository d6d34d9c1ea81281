import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { projectRoot } from '../workbench/install';
import { activation } from './activation';
import { forms } from './forms';
import { rowText, type Row } from './measure';
import { poll } from './poll';
import { withFigures, type Result } from './readme';
import { sizes } from './sizes';
import { ssh } from './ssh';
import { tree } from './tree';

// `npm run bench`: measures everything in one run, as ratios of two things measured in turn, so that the computer's
// speed and noise cancel out. The result is also in test-output/bench.json; `--readme` writes it to the README instead,
// and keeps it beside this file.

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    peer: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '9' },
    profile: { type: 'string' },
    readme: { type: 'boolean', default: false },
  },
});

const rounds = Number(values.rounds);
const groups: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  sizes: async () => sizes(values.peer),
  poll,
  tree,
  ssh: async () => ssh(rounds),
  forms: async () => forms(rounds),
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
  const [cpu] = os.cpus();
  const result: Result = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.cpus().length} cores of ${cpu?.model ?? 'an unknown kind'} with Node.js ${process.version}`,
    rows,
  };
  const file = path.join(projectRoot, values.readme ? 'test/bench/results.json' : 'test-output/bench.json');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nWritten to ${path.relative(process.cwd(), file)}`);
  if (!values.readme) return;
  const readme = path.join(projectRoot, 'README.md');
  await writeFile(readme, withFigures(await readFile(readme, 'utf8'), result));
  await promisify(execFile)('npx', ['prettier', '--write', readme, file], { cwd: projectRoot });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
