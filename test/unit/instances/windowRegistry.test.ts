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

/** Advances the clock until the condition holds. */
async function until(holds: () => boolean): Promise<void> {
  await expect
    .poll(async () => {
      await clock.advance(5_000);
      for (const each of open) await each.settled();
      return holds();
    })
    .toBe(true);
}

test('each window knows where the others are connected, and when they no longer are', async () => {
  const [one, two] = [window('one'), window('two')];
  const told: string[] = [];
  two.onDidChange((ids) => told.push(...ids));
  await one.set('instance');
  expect(one.here).toBe('instance');
  expect(one.isElsewhere('instance')).toBe(false);
  await until(() => two.isElsewhere('instance'));
  expect(told).toEqual(['instance']);

  await one.set('another');
  await until(() => two.isElsewhere('another'));
  expect(two.isElsewhere('instance')).toBe(false);

  one.dispose();
  await until(() => !two.isElsewhere('another'));
});

test('an instance with two windows is left when the last one leaves', async () => {
  const [one, two, three] = [window('one'), window('two'), window('three')];
  await one.set('instance');
  await two.set('instance');
  await until(() => three.isElsewhere('instance') && one.isElsewhere('instance'));
  await one.set(undefined);
  await until(() => !two.isElsewhere('instance'));
  expect(three.isElsewhere('instance')).toBe(true);
});

test('a window that was killed is forgotten, and its file is removed', async () => {
  const killed = new WindowRegistry({
    folder,
    sessionId: 'killed',
    clock: new ManualClock(clock.now()),
    log: silentLogger,
  });
  await killed.set('instance');
  const left = window('left');
  await until(() => left.isElsewhere('instance'));
  await until(() => !left.isElsewhere('instance'));
  expect(await readdir(folder)).toEqual([]);
});
