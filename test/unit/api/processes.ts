import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** One line that the probe printed. */
export interface ProbeLine {
  readonly call: string;
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error?: { readonly code?: string; readonly message: string };
}

export interface ProbeRun {
  readonly lines: readonly ProbeLine[];
  readonly output: string;
  readonly status: number | null;
}

/** Runs the probe as a person would; `stdin` is what is typed. */
export async function runProbe(
  args: readonly string[],
  options: { token?: string; stdin?: string } = {},
): Promise<ProbeRun> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/probe/probe.ts', ...args], {
    cwd: root,
    env: { ...process.env, TENSORDOCK_TOKEN: options.token },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(options.stdin ?? '');
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as ProbeLine);
  return { lines, output: stdout + stderr, status };
}

/** A mock that checks each request against a contract; `log` tells what it found. */
export interface Mock {
  readonly url: string;
  log(): string;
  stop(): Promise<void>;
}

export async function startMock(contract: string): Promise<Mock> {
  const port = await freePort();
  const program = fileURLToPath(
    new URL('../../../node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url),
  );
  const child = spawn(process.execPath, [
    program,
    ...['mock', '--errors', '--host', '127.0.0.1', '--port', String(port), contract],
  ]);
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      log += chunk.toString();
      if (log.includes('is listening')) resolve();
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The mock ended: ${log}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    log: () => log,
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill();
      }),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
