import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { openWorkbench, type OpenWorkbench } from './openWorkbench';
import type { WorkbenchPage } from './workbenchPage';

const intervalMs = 5_000;
/** At least two; each takes a browser's page and about 10 seconds of processor time. */
const windowCount = Number(process.env.WINDOWS ?? 4);
/** What one window asks for in 25 seconds. */
const watchedLists = 5;

/** A window, and the process in which its extensions run. */
interface OpenWindow {
  readonly page: WorkbenchPage;
  readonly host: number;
}

let folder: string;
let simulator: Simulator;
let workbench: OpenWorkbench;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-windows-'));
  simulator = await startSimulator({ seed: { many: 12 }, delays: { latency: 300 } });
  workbench = await openWorkbench({
    env: { TENSORDOCK_DEVELOPMENT_TOKEN: simulator.token },
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
      'tensordock.refreshInterval': intervalMs / 1000,
    },
  });
});

afterEach(async () => {
  await workbench.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

test(
  `${windowCount} windows ask as often as one, and half of them closed abruptly leave the others fresh`,
  { timeout: 600_000 },
  async () => {
    const instance = simulator.world.all()[0];
    if (!instance) throw new Error('There is no instance');

    const windows: OpenWindow[] = [];
    for (let index = 0; index < windowCount; index += 1) {
      const page = index === 0 ? workbench.window : await workbench.openWindow();
      await page.openView('TensorDock');
      await page.row(instance.name).waitFor({ timeout: 60_000 });
      const host = (await extensionHosts()).find((pid) => windows.every((each) => each.host !== pid));
      if (host === undefined) throw new Error('The window has no extension host');
      windows.push({ page, host });
    }

    const watched = await nextLists(watchedLists);
    const [first = 0, last = 0] = [watched[0], watched.at(-1)];
    // No list comes before it is due, so that one window could not have made fewer; a timer may be early by little.
    expect(shortestGap(watched)).toBeGreaterThan(intervalMs - 500);
    const others = simulator.requests.filter(
      ({ time, path: asked }) => time >= first && time <= last && asked !== listPath,
    );
    expect(others.length).toBeLessThanOrEqual(2);
    expect(mostInAMinute()).toBeLessThanOrEqual(60);

    // At a moment at which some window asks, and holds the lock.
    await nextLists(1);
    const closed = windows.splice(0, Math.floor(windowCount / 2));
    for (const { host } of closed) process.kill(host, 'SIGKILL');
    await Promise.all(closed.map(async ({ page }) => page.page.close({ runBeforeUnload: false })));

    simulator.world.rename(instance.id, 'renamed-meanwhile');
    for (const { page } of windows) {
      // One interval until it is asked for, one that the killed may cost, and what a busy computer needs.
      await page.row('renamed-meanwhile').waitFor({ timeout: 4 * intervalMs });
    }

    expect(shortestGap(await nextLists(3))).toBeGreaterThan(intervalMs - 500);
    expect(mostInAMinute()).toBeLessThanOrEqual(60);
    expect(simulator.requests.every(({ status }) => status !== 429)).toBe(true);
  },
);

const listPath = '/api/v2/instances';

function lists(): readonly number[] {
  return simulator.requests.filter(({ path: asked }) => asked === listPath).map(({ time }) => time);
}

/** The times of the next so many lists, once they were asked for. */
async function nextLists(count: number): Promise<readonly number[]> {
  const before = lists().length;
  await expect
    .poll(() => lists().length, { timeout: count * 4 * intervalMs, interval: 20 })
    .toBeGreaterThanOrEqual(before + count);
  return lists().slice(before, before + count);
}

function shortestGap(times: readonly number[]): number {
  return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
}

/** The most requests in any minute since the first window was opened. */
function mostInAMinute(): number {
  const times = simulator.requests.map(({ time }) => time);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));
}

/** The processes in which this server's extensions run: they carry this run's token in their environment. */
async function extensionHosts(): Promise<readonly number[]> {
  const hosts: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = async (name: string): Promise<string> =>
      readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
    const ours = (await read('environ')).includes(simulator.token);
    if (ours && (await read('cmdline')).includes('--type=extensionHost')) hosts.push(Number(pid));
  }
  return hosts;
}
