import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { runSuite } from './vscode/run';
import type { Tally } from './vscode/stage';
import { canRunWorkbench, projectRoot } from './workbench/install';

interface Part {
  readonly name: string;
  run(): Promise<Tally>;
}

const outputFolder = path.join(projectRoot, 'test-output');
const bin = (name: string): string => path.join(projectRoot, 'node_modules', name);

/** Every part of `npm test`, in order. A part that only passes or fails counts as one. */
const parts: readonly Part[] = [
  check('format', [bin('prettier/bin/prettier.cjs'), '--check', '.']),
  check('lint', [bin('eslint/bin/eslint.js'), '.']),
  check('types', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']),
  check('webview-types', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.webview.json']),
  { name: 'unit', run: () => vitest('unit') },
  check('build', ['esbuild.js']),
  { name: 'vscode-newest', run: () => runSuite('newest') },
  { name: 'vscode-oldest', run: () => runSuite('oldest') },
  { name: 'ui', run: () => vitest('ui') },
  { name: 'left-over-processes', run: leftOverProcesses },
];

function check(name: string, args: readonly string[]): Part {
  return {
    name,
    async run() {
      const code = await node(args);
      return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

function node(args: readonly string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: projectRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', reject);
    child.once('close', resolve);
  });
}

const report = v.object({
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  numPendingTests: v.number(),
});

async function vitest(project: string): Promise<Tally> {
  if (project === 'ui' && !canRunWorkbench()) {
    console.log('Left out: the browser tests need Linux x64.');
    return { passed: 0, failed: 0 };
  }
  const file = path.join(outputFolder, `${project}.json`);
  await mkdir(outputFolder, { recursive: true });
  await rm(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await node([bin('vitest/vitest.mjs'), 'run', '--project', project, ...reporters]);
  try {
    const counts = v.parse(report, JSON.parse(await readFile(file, 'utf8')));
    if (counts.numPendingTests > 0) console.log(`${counts.numPendingTests} left out, for want of a program.`);
    // A file that could not be loaded, or an error outside of any test, fails the run and no test.
    const failed = counts.numFailedTests;
    return { passed: counts.numPassedTests, failed: code === 0 ? failed : Math.max(1, failed) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** Fails where this run has left a process behind: each carries this run's mark in its environment. */
async function leftOverProcesses(): Promise<Tally> {
  if (process.platform !== 'linux') return { passed: 0, failed: 0 };
  const left: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    try {
      const env = await readFile(`/proc/${pid}/environ`, 'utf8');
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
      if (env.split('\0').includes(`${runMark}=${process.pid}`) && !command.includes('esbuild --service')) {
        left.push(`${pid} ${command}`);
      }
    } catch {
      // It has ended meanwhile, or belongs to somebody else.
    }
  }
  if (left.length === 0) return { passed: 1, failed: 0 };
  console.log(`Processes are left over:\n${left.join('\n')}`);
  return { passed: 0, failed: 1 };
}

const runMark = 'TENSORDOCK_TEST_RUN';

function has(program: string): boolean {
  const found = spawnSync(program, ['-V'], { stdio: 'ignore' });
  return found.error === undefined;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const chosen = parts.filter(({ name }) => values.only?.includes(name) ?? true);
  if (chosen.length === 0) throw new Error(`--only takes: ${parts.map(({ name }) => name).join(', ')}`);
  process.env[runMark] = String(process.pid);
  const without = ['/usr/sbin/sshd', 'rsync'].filter((program) => !has(program));
  const summary: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const part of chosen) {
    console.log(`\n== ${part.name}`);
    const started = performance.now();
    let tally: Tally;
    try {
      tally = await part.run();
    } catch (error) {
      console.log(error instanceof Error ? (error.stack ?? error.message) : error);
      tally = { passed: 0, failed: 1 };
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    summary.push(
      `${part.name.padEnd(20)} ${String(tally.passed).padStart(5)} passed ${String(tally.failed).padStart(4)} failed ${seconds.padStart(7)} s`,
    );
    passed += tally.passed;
    failed += tally.failed;
  }
  console.log(`\n${summary.join('\n')}`);
  for (const program of without) {
    console.log(`Done without ${path.basename(program)}, which is not installed here.`);
  }
  process.exitCode = failed > 0 ? 1 : 0;
  console.log(`${passed} passed, ${failed} failed`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
