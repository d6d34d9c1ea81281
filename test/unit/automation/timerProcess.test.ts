import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { StopTimers } from '../../../src/automation/stopTimers';
import { TimerFile, type TimerNote } from '../../../src/automation/timerFile';
import { ScheduleFile } from '../../../src/automation/scheduleFile';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { AccountIds } from '../../../src/instances/accountIds';
import { Accounts } from '../../../src/instances/accounts';
import { startSimulator, type Simulator } from '../../simulator/server';
import { MemorySecrets } from '../instances/memory';
import { stoppedInstance } from '../instances/windows';

const token = 'sentinel-b41d7a90-timer';
const nextToken = 'sentinel-c52e8ba1-timer';
const log = silentLogger;

let programs: string;
let folder: string;
let simulator: Simulator;
let secrets: MemorySecrets;
let accounts: Accounts;
let instanceId: string;
const windows: ChildProcess[] = [];

beforeAll(async () => {
  programs = await mkdtemp(path.join(os.tmpdir(), 'tensordock-programs-'));
  const entries = [path.resolve('src/stopTimer.ts'), path.join(import.meta.dirname, 'timerWindow.ts')];
  for (const entry of entries) {
    const outfile = path.join(programs, `${path.basename(entry, '.ts')}.js`);
    await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile });
  }
});
afterAll(async () => rm(programs, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-timer-'));
  simulator = await startSimulator({ tokens: [token, nextToken] });
  const instance = simulator.world.add({ ...stoppedInstance('alpha'), status: 'running' });
  simulator.world.bringUp(instance.id);
  instanceId = instance.id;
  secrets = new MemorySecrets();
  accounts = new Accounts(secrets, new AccountIds({ secrets, folder, log }), log);
  await signIn(token);
});
afterEach(async () => {
  for (const window of windows.splice(0)) window.kill('SIGKILL');
  for (const pid of await pids()) process.kill(pid, 'SIGKILL');
  accounts.dispose();
  await simulator.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function signIn(given: string): Promise<void> {
  const { id } = await accounts.identify(simulator.url, given, [instanceId]);
  await accounts.add({ id, origin: simulator.url, label: 'mine', token: given });
}

/** A window that schedules a stop and starts a background timer for it; resolves with the schedule's ID. */
async function openWindow(): Promise<string> {
  const window = spawn(process.execPath, [path.join(programs, 'timerWindow.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {},
  });
  windows.push(window);
  const order = {
    origin: simulator.url,
    token,
    folder,
    program: path.join(programs, 'stopTimer.js'),
    secrets: Object.fromEntries(secrets.values),
    instanceId,
    inMs: 600_000,
  };
  window.stdin.end(JSON.stringify(order));
  return new Promise((resolve, reject) => {
    window.stdout.setEncoding('utf8').on('data', (line: string) => {
      resolve(/^started (\S+)/.exec(line)?.[1] ?? '');
    });
    window.on('exit', () => reject(new Error('The window ended.')));
  });
}

/** Kills all windows, as a crash of VS Code does, and waits until they're gone. */
async function killWindows(): Promise<void> {
  for (const window of windows.splice(0)) {
    const gone = new Promise((resolve) => window.once('close', resolve));
    window.removeAllListeners('exit').kill('SIGKILL');
    await gone;
  }
}

/** The processes of the timers that are there. */
async function pids(): Promise<readonly number[]> {
  const { timers } = await new TimerFile(folder, log).read();
  const alive: number[] = [];
  for (const { pid } of timers) if (pid !== undefined && (await isAlive(pid))) alive.push(pid);
  return alive;
}

/** One that has ended may stay in the list until the system's first process takes note of it. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (/^\d+ \(.*\) Z/.test(stat)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The time of the stop has come. */
async function makeDue(): Promise<void> {
  await new ScheduleFile(folder, log).change((all) => all.map((one) => ({ ...one, at: Date.now() })));
}

async function ended(pid: number | undefined): Promise<void> {
  expect(pid).toBeDefined();
  await vi.waitFor(async () => expect(await isAlive(pid ?? 0)).toBe(false), {
    timeout: 10_000,
    interval: 50,
  });
}

const stops = (): number => simulator.requests.filter(({ path: each }) => each.endsWith('/stop')).length;

/** The window that the person opens next; the notes it reports. */
function nextWindow(): { readonly notes: readonly TimerNote[]; readonly timers: StopTimers } {
  const notes: TimerNote[] = [];
  const account = accounts.signedIn(simulator.url).then(({ active }) => active);
  let accountId: string | undefined;
  const timers = new StopTimers({
    folder,
    clock: systemClock,
    log,
    accounts,
    origin: () => simulator.url,
    accountIds: () => (accountId === undefined ? [] : [accountId]),
    program: path.join(programs, 'stopTimer.js'),
  });
  timers.onDidAct((note) => notes.push(note));
  void account.then((active) => {
    accountId = active?.id;
    timers.update();
  });
  return { notes, timers };
}

/** Everything that other programs of this computer can see of a process, and every file that's there. */
async function visible(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-eww', '-o', 'args']);
  const proc = `/proc/${pid}`;
  const seen = existsSync(proc)
    ? await Promise.all(['environ', 'cmdline'].map(async (name) => readFile(path.join(proc, name), 'utf8')))
    : [];
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) =>
    file.isFile(),
  );
  const texts = await Promise.all(
    files.map(async (file) => readFile(path.join(file.parentPath, file.name), 'utf8').catch(() => '')),
  );
  return [stdout, ...seen, ...texts, ...files.map(({ name }) => name)].join('\n');
}

describe('a background timer', () => {
  test('stops the instance once, with every window killed, and the next window says so once', async () => {
    // Each window starts a timer; the later one replaces the other.
    await Promise.all([openWindow(), openWindow()]);
    await killWindows();
    const all = await pids();
    expect(all.length).toBeGreaterThan(0);
    expect(stops()).toBe(0);
    await makeDue();
    for (const pid of all) await ended(pid);
    expect(simulator.world.instance(instanceId).status).toBe('stopped');
    expect(stops()).toBe(1);
    const opened = [nextWindow(), nextWindow()];
    await vi.waitFor(() => expect(opened.flatMap(({ notes }) => notes)).toHaveLength(1), 5_000);
    expect(opened.flatMap(({ notes }) => notes)).toMatchObject([{ name: 'alpha', end: 'stopped' }]);
    for (const { timers } of opened) {
      await timers.settled();
      timers.dispose();
    }
  });

  test('has its token in memory only: no process list, environment, or file shows it', async () => {
    await openWindow();
    await killWindows();
    const [pid = 0] = await pids();
    const seen = await visible(pid);
    expect(seen).toContain('stopTimer.js');
    expect(seen).not.toContain(token);
    expect(seen).not.toContain(Buffer.from(token).toString('base64'));
  });

  test('ends at once and does nothing after a cancel', async () => {
    const id = await openWindow();
    await killWindows();
    const [pid] = await pids();
    const schedules = new ScheduleFile(folder, log);
    await schedules.change((all) => all.filter((one) => one.id !== id));
    await ended(pid);
    expect(stops()).toBe(0);
    expect(simulator.world.instance(instanceId).status).toBe('running');
  });

  test.runIf(process.platform === 'linux')(
    'isn’t taken for another program that got its number after a restart of the computer',
    async () => {
      const id = await openWindow();
      await killWindows();
      const [pid] = await pids();
      const { timers } = nextWindow();
      timers.update();
      await timers.settled();
      expect(timers.has(id)).toBe(true);
      process.kill(pid ?? 0, 'SIGKILL');
      await ended(pid);
      const file = new TimerFile(folder, log);
      const other = spawn('sleep', ['60'], { stdio: 'ignore' });
      windows.push(other);
      await file.change((all) => all.map((timer) => ({ ...timer, pid: other.pid })));
      timers.update();
      await timers.settled();
      expect((await file.read()).timers).toEqual([]);
      timers.update();
      await timers.settled();
      expect(timers.has(id)).toBe(false);
      timers.dispose();
    },
  );

  test.each([
    ['the person signs out', async (id: string) => accounts.remove(simulator.url, id)],
    ['the account gets another token', async () => signIn(nextToken)],
  ])('ends at once when %s', async (_when, act) => {
    await openWindow();
    await killWindows();
    const [pid] = await pids();
    const { timers } = nextWindow();
    const { active: account } = await accounts.signedIn(simulator.url);
    await act(account?.id ?? '');
    await ended(pid);
    expect(stops()).toBe(0);
    await timers.settled();
    timers.dispose();
  });
});
