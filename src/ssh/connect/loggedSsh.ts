import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { abortReason } from '../../base/abort';
import { startBoundProcess } from './boundProcess';
import { killTree } from './run';

/** A log that grows beyond this is a server's doing; the connection is ended. */
export const maxLogBytes = 1024 * 1024;
const pollMs = 200;

/** How a connection of ours ended. */
export interface LoggedResult {
  /** What `ssh` itself wrote, at most 1 MiB. A server's banner is not in it. */
  readonly log: string;
  /** 255 for an error of `ssh`; `null` if it was killed. */
  readonly exitCode: number | null;
  /** It took longer than it was given, or its server made it write without end. */
  readonly timedOut: boolean;
}

export interface LoggedOptions {
  /** All of the environment. */
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds of the real clock. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A private folder for the log of one `ssh`; `remove` takes it away. */
export async function logFolder(): Promise<{ readonly file: string; remove(): Promise<void> }> {
  // mkdtemp makes it for its owner alone.
  const folder = await mkdtemp(path.join(tmpdir(), 'tensordock-log-'));
  return { file: path.join(folder, 'log'), remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Runs `ssh` with `-E FILE -v`, so that its own words can be told from what a server sent, which goes to standard
 * error. Rejects with the signal's reason, or the system's error if no process can be started. The process never
 * outlives us.
 */
export async function runLogged(
  ssh: string,
  args: readonly string[],
  { environment, timeoutMs, signal }: LoggedOptions,
): Promise<LoggedResult> {
  if (signal?.aborted) throw abortReason(signal);
  const log = await logFolder();
  try {
    const child = startBoundProcess(ssh, ['-E', log.file, '-v', ...args], environment);
    child.stdout?.resume();
    child.stderr?.resume();
    let timedOut = false;
    const stop = (): void => {
      timedOut = true;
      killTree(child);
    };
    const onAbort = (): void => killTree(child);
    const deadline = setTimeout(stop, timeoutMs);
    const watch = setInterval(() => {
      void sizeOf(log.file).then((size) => (size > maxLogBytes ? stop() : undefined));
    }, pollMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const exitCode = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
        if (signal?.aborted) onAbort();
      });
      if (signal?.aborted) throw abortReason(signal);
      return { log: await readStart(log.file), exitCode, timedOut };
    } finally {
      clearTimeout(deadline);
      clearInterval(watch);
      signal?.removeEventListener('abort', onAbort);
    }
  } finally {
    await log.remove();
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readStart(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const buffer = Buffer.alloc(maxLogBytes);
    const { bytesRead } = await handle.read(buffer, 0, maxLogBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
