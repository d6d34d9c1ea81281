import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseSnapshot } from '../../../src/instances/snapshot';
import { startSimulator, type Simulator } from '../../simulator/server';

const intervalMs = 5_000;
const kills = 6;
const listPath = '/api/v2/instances';

let folder: string;
let program: string;
let simulator: Simulator;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tensordock-windows-'));
  program = path.join(folder, 'window.cjs');
  const entry = path.join(import.meta.dirname, 'windowProcess.ts');
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile: program });
  simulator = await startSimulator({
    seed: { many: 20 },
    wire: { listItems: 'full' },
    delays: { latency: 400 },
  });
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** When lists were asked for. */
function lists(): readonly number[] {
  return simulator.requests.filter((request) => request.path === listPath).map(({ time }) => time);
}

test(
  'twelve processes ask as often as one, also when six are killed, some while they ask',
  { timeout: 180_000 },
  async () => {
    const seen = new Set<ChildProcess>();
    let whileAsking = 0;
    let killed = 0;
    const kill = (child: ChildProcess): void => {
      if (killed >= kills || !child.kill('SIGKILL')) return;
      killed += 1;
      children.splice(children.indexOf(child), 1);
    };
    for (let index = 0; index < 12; index += 1) {
      const child = spawn(process.execPath, [program, simulator.url, folder, String(intervalMs)], {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { TOKEN: simulator.token },
      });
      children.push(child);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('rows 20')) seen.add(child);
        // Half of the kills hit the one that holds the lock, in the middle of its request.
        if (
          text.includes('asking') &&
          seen.size === 12 &&
          whileAsking < kills / 2 &&
          lists().length % 2 === 1
        ) {
          whileAsking += 1;
          setTimeout(() => kill(child), 100);
        }
      });
    }
    await vi.waitFor(() => expect(seen.size).toBe(12), { timeout: 30_000, interval: 100 });
    const began = lists().length;
    for (let index = 0; index < kills / 2; index += 1) {
      setTimeout(
        () => {
          const child = children[randomInt(children.length)];
          if (child) kill(child);
        },
        randomInt(6 * intervalMs),
      );
    }
    await vi.waitFor(() => expect(killed).toBe(kills), { timeout: 100_000, interval: 100 });
    const after = lists().length;
    await vi.waitFor(() => expect(lists().length).toBeGreaterThanOrEqual(after + 3), {
      timeout: 30_000,
      interval: 100,
    });

    const times = lists();
    const duration = (times.at(-1) ?? 0) - (times[began - 1] ?? 0);
    expect(times.length - began).toBeLessThanOrEqual(Math.ceil(duration / intervalMs) + kills / 2 + 1);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // The interval itself, and one more; the rest is what a busy computer needs.
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * intervalMs + 3_000);
    expect(simulator.requests.every(({ status }) => status !== 429)).toBe(true);
    const text = await readFile(path.join(folder, 'snapshot-account-1.json'), 'utf8');
    expect(parseSnapshot(text, 'account-1')?.rows).toHaveLength(20);
    expect(text).not.toContain(simulator.token);
  },
);
