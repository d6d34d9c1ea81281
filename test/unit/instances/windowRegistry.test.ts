import { silentLogger } from '../../../src/base/logger';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WindowRegistry } from '../../../src/instances/windowRegistry';
import { ManualClock } from '../../simulator/clock';

let folder: string;
let clock: ManualClock;
const open: WindowRegistry[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-windows-'));
  clock = new ManualClock();
});
afterEach(async () => {
  for (const window of open.splice(0)) window.dispose();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function window(sessionId: string): WindowRegistry {
  const registry = new WindowRegistry({ folder, sessionId, clock, log: silentLogger });
  open.push(registry);
  return registry;
}

/** Turns the clock until it holds. */
async function until(holds: () => boolean): Promise<void> {
  await expect
    .poll(async () => {
      await clock.advance(5_000);
      return holds();
    })
    .toBe(true);
}

test('each window hears where the others are, and where they no longer are', async () => {
  const [one, two] = [window('one'), window('two')];
  const told: string[] = [];
  two.onDidChange((ids) => told.push(...ids));
  await one.set('machine');
  expect(one.here).toBe('machine');
  expect(one.isElsewhere('machine')).toBe(false);
  await until(() => two.isElsewhere('machine'));
  expect(told).toEqual(['machine']);

  await one.set('another');
  await until(() => two.isElsewhere('another'));
  expect(two.isElsewhere('machine')).toBe(false);

  one.dispose();
  await until(() => !two.isElsewhere('another'));
});

test('two windows in one machine: it is left when the last one left', async () => {
  const [one, two, three] = [window('one'), window('two'), window('three')];
  await one.set('machine');
  await two.set('machine');
  await until(() => three.isElsewhere('machine') && one.isElsewhere('machine'));
  await one.set(undefined);
  await until(() => !two.isElsewhere('machine'));
  expect(three.isElsewhere('machine')).toBe(true);
});

test('a window that was killed is forgotten, and its file goes', async () => {
  const killed = new WindowRegistry({
    folder,
    sessionId: 'killed',
    clock: new ManualClock(clock.now()),
    log: silentLogger,
  });
  await killed.set('machine');
  const left = window('left');
  await until(() => left.isElsewhere('machine'));
  await until(() => !left.isElsewhere('machine'));
  expect(await readdir(folder)).toEqual([]);
});
