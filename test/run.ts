import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import type { Tally } from './vscode/stage';
import { browserExecutable } from './workbench/browser';
import { canRunWorkbench, installWorkbench, projectRoot } from './workbench/install';

interface Part {
  readonly name: string;
  /** Runs it; `print` collects its output, so that parts that run side by side don't mix theirs. */
  run(print: (text: string) => void): Promise<Tally>;
}

const outputFolder = path.join(projectRoot, 'test-output');
const bin = (name: string): string => path.join(projectRoot, 'node_modules', name);

/** How many parts run at a time: one more than two cores, since most of a browser test is waiting. */
const lanes = 3;

/** Everything else needs the bundles. */
const first: readonly Part[] = [check('build', ['esbuild.js'])];

/** In the order in which they begin: the long ones first, so that no lane waits for one at the end. */
const sideBySide: readonly Part[] = [
  vitest('unit', ['--project', 'unit', '--project', 'unit-replacing', '--maxWorkers', '2']),
  vscode('newest'),
  check('types-and-lint', [bin('tsx/dist/cli.mjs'), 'test/lint.ts']),
  check('format', [bin('prettier/bin/prettier.cjs'), '--check', '.']),
  check('secrets', [bin('secretlint/bin/secretlint.js'), '--maskSecrets', '**/*']),
  vscode('oldest'),
  ...uiFiles().map(ui),
];

const last: readonly Part[] = [{ name: 'left-over-processes', run: leftOverProcesses }];

/** A part that only passes or fails counts as one. */
function check(name: string, args: readonly string[]): Part {
  return {
    name,
    async run(print) {
      return (await node(args, print)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    },
  };
}

function node(args: readonly string[], print: (text: string) => void): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => print(text));
    }
    child.once('error', reject);
    child.once('close', resolve);
  });
}

const report = v.object({
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  numPendingTests: v.number(),
  testResults: v.array(
    v.object({
      assertionResults: v.array(
        v.object({ status: v.string(), fullName: v.string(), failureMessages: v.array(v.string()) }),
      ),
    }),
  ),
});

/** Tests that passed on their second try, with why they failed first. */
const secondTries: string[] = [];

function vitest(name: string, args: readonly string[]): Part {
  return {
    name,
    async run(print) {
      const file = path.join(outputFolder, `${name}.json`);
      await mkdir(outputFolder, { recursive: true });
      await rm(file, { force: true });
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const code = await node([bin('vitest/vitest.mjs'), 'run', ...args, ...reporters], print);
      const counts = v.parse(report, JSON.parse(await readFile(file, 'utf8')));
      if (counts.numPendingTests > 0) {
        print(`${counts.numPendingTests} left out because a program isn't installed.\n`);
      }
      for (const { status, fullName, failureMessages } of counts.testResults.flatMap(
        (file) => file.assertionResults,
      )) {
        const [reason] = failureMessages;
        if (status === 'passed' && reason !== undefined) secondTries.push(`${name}: ${fullName}\n${reason}`);
      }
      // A file that couldn't be loaded, or an error outside any test, fails the run but no test.
      const failed = code === 0 ? counts.numFailedTests : Math.max(1, counts.numFailedTests);
      return { passed: counts.numPassedTests, failed };
    },
  };
}

/** Every browser test file, by name without its ending; the long ones first. */
function uiFiles(): readonly string[] {
  const long = ['forms', 'connect', 'installed', 'manyWindows', 'costs'];
  const all = readdirSync(path.join(projectRoot, 'test/ui'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => name.slice(0, -'.test.ts'.length));
  return [...long.filter((name) => all.includes(name)), ...all.filter((name) => !long.includes(name))];
}

/** The browser tests of one file. */
function ui(file: string): Part {
  const part = vitest(`ui-${file}`, ['--project', 'ui', `test/ui/${file}.test.ts`]);
  return { name: part.name, run: async (print) => (canRunWorkbench() ? part.run(print) : leftOut(print)) };
}

function leftOut(print: (text: string) => void): Tally {
  print('Left out: the browser tests need Linux x64.\n');
  return { passed: 0, failed: 0 };
}

/** The suite that runs inside the extension host. */
function vscode(version: 'newest' | 'oldest'): Part {
  return {
    name: `vscode-${version}`,
    async run(print) {
      let output = '';
      const code = await node([bin('tsx/dist/cli.mjs'), 'test/vscode/run.ts', version], (text) => {
        output += text;
        print(text);
      });
      const counts = /^\w+: (\d+) passed, (\d+) failed$/m.exec(output);
      const failed = Number(counts?.[2] ?? 0);
      return { passed: Number(counts?.[1] ?? 0), failed: code === 0 ? failed : Math.max(1, failed) };
    },
  };
}

/** Fails if this run left a process behind: each carries this run's mark in its environment. */
async function leftOverProcesses(print: (text: string) => void): Promise<Tally> {
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
      // It ended in the meantime, or belongs to someone else.
    }
  }
  if (left.length === 0) return { passed: 1, failed: 0 };
  print(`Processes are left over:\n${left.join('\n')}\n`);
  return { passed: 0, failed: 1 };
}

const runMark = 'TENSORDOCK_TEST_RUN';

function has(program: string): boolean {
  const found = spawnSync(program, ['-V'], { stdio: 'ignore' });
  return found.error === undefined;
}

/** What the browser parts run in. It is mostly download, so it goes on beside the first parts; they wait if need be. */
async function installPrograms(): Promise<void> {
  if (!canRunWorkbench()) return;
  await installWorkbench('newest');
  await installWorkbench('oldest');
  await browserExecutable();
}

/** Runs `parts`, `width` at a time, and prints each one's output when it has ended. */
async function runParts(
  parts: readonly Part[],
  width: number,
  ended: (name: string, tally: Tally, seconds: number, output: string) => void,
): Promise<void> {
  const waiting = [...parts];
  const lane = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const started = performance.now();
      let output = '';
      let tally: Tally;
      try {
        tally = await part.run((text) => (output += text));
      } catch (error) {
        output += error instanceof Error ? (error.stack ?? error.message) : String(error);
        tally = { passed: 0, failed: 1 };
      }
      const shown = `== ${part.name}\n${output.trimEnd()}`;
      console.log(`\n${shown}`);
      ended(part.name, tally, (performance.now() - started) / 1000, shown);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const all = [...first, ...sideBySide, ...last];
  const chosen = (parts: readonly Part[]): readonly Part[] =>
    parts.filter(
      ({ name }) => values.only?.some((only) => name === only || name.startsWith(`${only}-`)) ?? true,
    );
  if (chosen(all).length === 0) throw new Error(`--only takes: ${all.map(({ name }) => name).join(', ')}`);
  process.env[runMark] = String(process.pid);
  const without = ['/usr/sbin/sshd', 'rsync'].filter((program) => !has(program));
  const summary: string[] = [];
  let passed = 0;
  let failed = 0;
  const failures: string[] = [];
  const ended = (name: string, tally: Tally, seconds: number, output: string): void => {
    summary.push(
      `${name.padEnd(20)} ${String(tally.passed).padStart(5)} passed ${String(tally.failed).padStart(4)} failed ${seconds.toFixed(1).padStart(7)} s`,
    );
    passed += tally.passed;
    failed += tally.failed;
    if (tally.failed > 0) failures.push(output);
  };
  const started = performance.now();
  await runParts(chosen(first), 1, ended);
  const needsPrograms = chosen(sideBySide).some(({ name }) => /^(vscode|ui)-/.test(name));
  // A failure shows again, with its reason, in the part that needs the program.
  const installed = needsPrograms ? installPrograms().catch(() => undefined) : undefined;
  await runParts(chosen(sideBySide), lanes, ended);
  await installed;
  await runParts(chosen(last), 1, ended);
  // Again, where it's looked for.
  for (const output of failures) console.log(`\n${output}`);
  console.log(`\n${summary.join('\n')}`);
  for (const program of without) {
    console.log(`Done without ${path.basename(program)}, which isn't installed here.`);
  }
  process.exitCode = failed > 0 ? 1 : 0;
  console.log(`Second tries: ${secondTries.length}`);
  for (const each of secondTries) console.log(each);
  console.log(`${passed} passed, ${failed} failed in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
