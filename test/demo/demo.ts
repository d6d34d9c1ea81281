import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { workbenchAddress } from '../workbench/address';
import { canRunWorkbench, installWorkbench, projectRoot } from '../workbench/install';
import { startServer } from '../workbench/server';
import { findDesktop, hasRemoteSsh, launchDesktop, openInBrowser } from './programs';
import { setDemo, type DemoSetting } from './setting';

/** Opens the view and the walkthrough. */
const guide = path.join(projectRoot, 'test/demo/guide');
/** Shows the window that Remote-SSH would open. */
const remoteSshStandIn = path.join(projectRoot, 'test/demo/remote-ssh');

const usage = `npm run demo [-- --browser] [--no-open] [--inspect PORT] [--desktop FILE]
  --browser       in a browser, also where a desktop VS Code is installed
  --no-open       print the address only
  --desktop FILE  the desktop VS Code to use
  --inspect PORT  let a debugger attach to its extension host there`;

interface Choices {
  readonly browser: boolean;
  readonly open: boolean;
  readonly desktop: string | undefined;
  readonly inspect: string | undefined;
}

async function main(): Promise<void> {
  const choices = parseChoices();
  const desktop = choices.browser ? undefined : (choices.desktop ?? findDesktop());
  if (desktop === undefined && !canRunWorkbench()) {
    throw new Error('The demo needs a desktop VS Code here; in a browser it runs on Linux x64 only.');
  }
  // Closed in the opposite order, whatever ends the demo.
  const closing: (() => Promise<void>)[] = [];
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  try {
    console.log(
      'Building the extension and starting a simulated TensorDock. No account is needed, nothing is charged.',
    );
    await build();
    const demo = await setDemo();
    closing.push(() => demo.close());
    console.log(`The simulator answers at ${demo.simulator.url}.`);
    if (desktop === undefined) {
      await inBrowser(demo, choices, closing);
      await stopped;
    } else {
      await Promise.race([stopped, inDesktop(desktop, demo, choices)]);
    }
  } finally {
    console.log('\nStopping and cleaning up.');
    for (const close of closing.reverse()) await close();
  }
}

async function inBrowser(
  demo: DemoSetting,
  choices: Choices,
  closing: (() => Promise<void>)[],
): Promise<void> {
  const workbench = await installWorkbench('newest', console.log);
  const server = await startServer(workbench, {
    settings: demo.settings,
    env: demo.env,
    extensions: [guide, remoteSshStandIn],
  });
  closing.push(() => server.stop());
  const address = workbenchAddress(server, { extension: projectRoot });
  const opened = choices.open && (await openInBrowser(address));
  console.log(
    `${opened ? 'VS Code opens in your browser, or open' : 'Open this in a browser on this computer:'} ${address}\n` +
      'TensorDock is signed in, and a walkthrough is open beside it. Ctrl-C here stops all of it.',
  );
}

async function inDesktop(desktop: string, demo: DemoSetting, choices: Choices): Promise<void> {
  const userData = path.join(demo.folder, 'vscode');
  await mkdir(path.join(userData, 'User'), { recursive: true });
  await writeFile(path.join(userData, 'User/settings.json'), JSON.stringify(demo.settings, undefined, 2));
  const args = [
    `--user-data-dir=${userData}`,
    ...[projectRoot, guide, ...(hasRemoteSsh() ? [] : [remoteSshStandIn])].map(
      (folder) => `--extensionDevelopmentPath=${folder}`,
    ),
    '--new-window',
    '--wait',
  ];
  if (choices.inspect !== undefined) args.push(`--inspect-extensions=${choices.inspect}`);
  const child = launchDesktop(desktop, args, demo.env);
  console.log(
    'A VS Code of its own opens with TensorDock, signed in, and a walkthrough. Close it or press Ctrl-C here.',
  );
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
    process.once('exit', () => void child.kill());
  });
}

async function build(): Promise<void> {
  const child = spawn(process.execPath, ['esbuild.js'], {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`The extension does not build:\n${output}`);
}

function parseChoices(): Choices {
  const { values } = parseArgs({
    options: {
      browser: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      desktop: { type: 'string' },
      inspect: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const { browser, desktop, inspect } = values;
  return { browser, open: !values['no-open'], desktop, inspect };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
