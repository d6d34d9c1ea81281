import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { TensorDockClient } from '../../src/api/client';
import { silentLogger as log } from '../../src/base/logger';
import { Ledger } from '../../src/cost/ledger';
import { SnapshotFile, type SharedSnapshot } from '../../src/instances/sharedSnapshot';
import { InstanceStore } from '../../src/instances/store';
import { ManualClock } from '../simulator/clock';
import { MemorySnapshot } from '../unit/instances/memory';
import { manyItems } from './data';
import { compare, exactly, type Row } from './measure';

const count = 1_000;
const refreshes = 10_000;

/** A window that polls, and what it is answered. */
interface Polling {
  answer: string;
  /** Resolves when the answer is taken. */
  refresh(): Promise<void>;
  end(): Promise<void>;
}

/** What a poll costs with 1,000 rows, and whether many of them leave anything in memory. */
export async function poll(): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-bench-'));
  try {
    return [...(await time(folder)), ...(await memory(folder))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function time(folder: string): Promise<readonly Row[]> {
  const polling = await startPolling(folder, new SnapshotFile(folder, 'bench', log));
  let round = 0;
  const beside = {
    ...{ subject: async () => polling.refresh(), ownWork: true, warmUp: 50 },
    baselineTitle: 'parsing the same answer and writing it',
    baseline: () => JSON.stringify(JSON.parse(polling.answer)),
  };
  try {
    return [
      await compare({
        title: 'A poll of 1,000 rows, nothing changed: own work',
        ...beside,
        goal: 'under 5 ms',
      }),
      await compare({
        title: 'A poll of 1,000 rows, 10 of them changed: own work',
        ...beside,
        prepare: () => (polling.answer = answerOf(++round % 2 === 0 ? 'running' : 'stopping')),
      }),
    ];
  } finally {
    await polling.end();
  }
}

/** What is kept of a refresh would be there ten thousand times. The snapshot isn't a file, as that takes minutes. */
async function memory(folder: string): Promise<readonly Row[]> {
  const { gc } = globalThis;
  if (!gc) return [];
  const polling = await startPolling(folder, new MemorySnapshot('bench'));
  const used = (): number => {
    gc();
    return process.memoryUsage().heapUsed / 1_000_000;
  };
  try {
    for (let warmUp = 0; warmUp < refreshes / 10; warmUp++) await polling.refresh();
    const before = used();
    for (let each = 0; each < refreshes; each++) await polling.refresh();
    const grown = Math.max(0, used() - before);
    return [
      {
        title: `Heap that ${refreshes} refreshes of ${count} instances leave`,
        unit: 'MB',
        ours: exactly(grown),
        goal: 'flat to 1 MB',
      },
    ];
  } finally {
    await polling.end();
  }
}

async function startPolling(folder: string, shared: SharedSnapshot): Promise<Polling> {
  const clock = new ManualClock();
  const store = new InstanceStore({
    ...{ clock, log },
    random: Math.random,
    need: () => ({ visible: false, focused: false, intervalMs: 30_000 }),
    onScreen: () => new Set(),
  });
  const ledger = new Ledger({ clock, log, folder, store });
  const polling = {
    answer: answerOf('running'),
    refresh: async (): Promise<void> => {
      await clock.advance(1_000);
      await store.refresh();
      // Its clock is not the disk's.
      await ledger.settled();
      // What nothing refers to anymore is let go of between two tasks.
      await setImmediate();
    },
    end: async (): Promise<void> => {
      await ledger.flush();
      ledger.dispose();
      store.dispose();
    },
  };
  const api = new TensorDockClient({
    origin: 'http://127.0.0.1',
    getToken: async () => 'token',
    fetch: async () => ({ status: 200, headers: { get: () => null }, body: stream(polling.answer) }),
    clock,
  });
  await store.setSession({ accountId: 'bench', api, shared });
  await polling.refresh();
  return polling;
}

/** In chunks, as it comes over the network. */
async function* stream(answer: string): AsyncIterable<string> {
  for (let at = 0; at < answer.length; at += 65_536) yield answer.slice(at, at + 65_536);
}

/** Ten of the instances have this state. */
function answerOf(status: string): string {
  const items = manyItems(count).map((item, index) => (index % 100 === 1 ? { ...item, status } : item));
  return JSON.stringify({ data: items });
}
