import { abortReason } from '../../base/abort';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parse, win32 } from 'node:path';
import { passwordHome } from '../config/paths';

/** How a process is run. Times are milliseconds of the real clock, since a process doesn't follow any other. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  /** The process and its children are killed after this. Default 60 s. */
  readonly timeoutMs?: number;
  /** Written to standard input, which is then closed. The default is an empty standard input. */
  readonly input?: string;
  /** Added to our own environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How much of each stream is kept; the rest is read and dropped. Default 1 MiB. */
  readonly maxOutputBytes?: number;
}

export interface RunResult {
  /** `null` if a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/**
 * Runs a program with an argument list, never through a shell, and resolves when it has ended, with any exit code.
 * Rejects with the signal's reason when aborted, and with Node's error (`ENOENT`, `EACCES`) if the program can't be
 * started. Nothing of it is left running in either case.
 */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { signal, timeoutMs = 60_000, maxOutputBytes = 1 << 20 } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const child = startProcess(file, args, options);
    const stdout = collect(child.stdout, maxOutputBytes);
    const stderr = collect(child.stderr, maxOutputBytes);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killTree(child);
    }, timeoutMs);
    const onAbort = (): void => killTree(child);
    signal?.addEventListener('abort', onAbort, { once: true });
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', () => {
      // A grandchild that keeps our pipes open must not delay "close".
      setImmediate(() => killTree(child));
    });
    child.once('close', (exitCode) =>
      settle(() => {
        if (signal?.aborted) reject(abortReason(signal));
        else resolve({ exitCode, stdout: stdout(), stderr: stderr(), timedOut });
      }),
    );
    // A program may end without reading its input.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/**
 * Starts a program in a process group of its own, so that what it starts (a `ProxyCommand`) can be ended with
 * it, and without a terminal to ask on. It runs in the person's home. It is killed at the latest when this process exits. `exactEnv` replaces our
 * own environment instead of adding to it.
 */
export function startProcess(
  file: string,
  args: readonly string[],
  options: Pick<RunOptions, 'env'> & { readonly exactEnv?: NodeJS.ProcessEnv } = {},
): ChildProcess {
  const child = spawn(file, [...args], {
    cwd: startFolder(),
    env: options.exactEnv ?? { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    shell: false,
    windowsHide: true,
    detached: process.platform !== 'win32',
  });
  if (live.size === 0) process.on('exit', killAll);
  live.add(child);
  const forget = (): void => {
    live.delete(child);
    if (live.size === 0) process.off('exit', killAll);
  };
  child.once('error', forget);
  child.once('close', forget);
  return child;
}

/** Where VS Code was started may be a stranger's folder, whose programs a relative path would find. */
function startFolder(): string {
  const home = passwordHome();
  return existsSync(home) ? home : parse(home).root;
}

/** Kills a process of `startProcess` and everything it started. */
export function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    if (child.exitCode === null && child.signalCode === null) {
      // By its full path: Windows would look in the current folder first.
      const taskkill = win32.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
      spawn(taskkill, ['/pid', child.pid.toString(), '/T', '/F'], { windowsHide: true }).on('error', () =>
        child.kill(),
      );
    }
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

const live = new Set<ChildProcess>();

function killAll(): void {
  for (const child of live) killTree(child);
}

function collect(stream: NodeJS.ReadableStream | null, limit: number): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, Math.max(0, limit - size));
    size += kept.length;
    if (kept.length > 0) chunks.push(kept);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
