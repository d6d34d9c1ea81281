import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { systemClock, type Clock } from '../../../../src/base/clock';
import { makeKey, type SshServer } from './servers';

export type Key = ReturnType<typeof makeKey>;

/** No agent: what happens must not depend on whose computer this is. */
export const env = { SSH_AUTH_SOCK: undefined };

/** What a test file of SSH connections works with. */
export interface SshScene {
  /** A folder that is removed after the last test. */
  readonly folder: string;
  readonly user: Key;
  readonly stranger: Key;
  readonly host: Key;
  readonly otherHost: Key;
  /** Awaits a server, which is stopped after the test. */
  readonly started: (server: Promise<SshServer>) => Promise<SshServer>;
  /** Stops a server before that. */
  readonly stop: (server: SshServer) => Promise<void>;
}

/** Call this once, at the top of a test file. */
export function setUpSsh(): SshScene {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'td-ssh-'));
  const running = new Set<SshServer>();
  afterEach(async () => {
    const servers = [...running];
    running.clear();
    await Promise.all(servers.map((server) => server.stop()));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    folder,
    user: makeKey(folder, 'user'),
    stranger: makeKey(folder, 'stranger'),
    host: makeKey(folder, 'host'),
    otherHost: makeKey(folder, 'other-host'),
    started: async (server) => {
      const result = await server;
      running.add(result);
      return result;
    },
    stop: async (server) => {
      running.delete(server);
      await server.stop();
    },
  };
}

/** A real agent without keys. */
export async function startAgent(
  folder: string,
): Promise<{ readonly socket: string; readonly stop: () => void }> {
  const socket = path.join(folder, 'agent.sock');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  return { socket, stop: () => void child.kill() };
}

/** The real time, but pauses of seconds pass at once and count in full. */
export function hastyClock(): Clock {
  let skipped = 0;
  return {
    now: () => Date.now() + skipped,
    after: (ms, callback) => {
      // Limits for one look stay real; a pause between two does not have to be lived through.
      if (ms >= 15_000) return systemClock.after(ms, callback);
      const timer = setTimeout(() => {
        skipped += ms;
        callback();
      }, 1);
      return { dispose: () => clearTimeout(timer) };
    },
  };
}
