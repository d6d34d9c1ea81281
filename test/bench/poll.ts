import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { decodeInstances } from '../../src/api/decodeInstance';
import { silentLogger as log } from '../../src/base/logger';
import { Ledger } from '../../src/cost/ledger';
import { SnapshotFile } from '../../src/instances/sharedSnapshot';
import { InstanceStore } from '../../src/instances/store';
import { ManualClock } from '../simulator/clock';
import { manyItems } from './data';
import { compare, exactly, type Row } from './measure';

/** What grows with each refresh grows by as much in a hundred of them. */
const refreshes = 100;

/** What a poll costs with 1,000 rows, and whether many of them leave anything in memory. */
export async function poll(): Promise<readonly Row[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-bench-'));
  const clock = new ManualClock();
  const store = new InstanceStore({
    ...{ clock, log },
    random: Math.random,
    need: () => ({ visible: false, focused: false, intervalMs: 30_000 }),
    onScreen: () => new Set(),
  });
  const ledger = new Ledger({ clock, log, folder, store });
  let answer = JSON.stringify({ data: manyItems(1_000) });
  await store.setSession({
    accountId: 'bench',
    api: {
      listInstances: async () => ({
        instances: decodeInstances(JSON.parse(answer))?.instances ?? [],
        ...{ thinIds: [], droppedRows: 0 },
      }),
    } as never,
    shared: new SnapshotFile(folder, 'bench', log),
  });
  const refresh = async (): Promise<void> => {
    await clock.advance(1_000);
    await store.refresh();
  };
  await refresh();
  const unchanged = answer;
  let round = 0;
  try {
    const rows = [
      await compare({
        title: 'A poll of 1,000 rows, nothing changed',
        subject: refresh,
        baselineTitle: 'parsing the same answer and writing it',
        baseline: () => JSON.stringify(JSON.parse(answer)),
        goal: 'own work under 5 ms',
      }),
      await compare({
        title: 'A poll of 1,000 rows, 10 of them changed',
        prepare: () => {
          round++;
          answer = JSON.stringify({
            data: manyItems(1_000).map((item, index) =>
              index % 100 === 0 ? { ...item, status: round % 2 === 0 ? 'running' : 'stopping' } : item,
            ),
          });
        },
        subject: refresh,
        baselineTitle: 'parsing the same answer and writing it',
        baseline: () => JSON.stringify(JSON.parse(answer)),
      }),
    ];
    answer = unchanged;
    return [...rows, ...(await memory(refresh))];
  } finally {
    await ledger.flush();
    ledger.dispose();
    store.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

async function memory(refresh: () => Promise<void>): Promise<readonly Row[]> {
  const { gc } = globalThis;
  if (!gc) return [];
  const used = (): number => {
    gc();
    return process.memoryUsage().heapUsed / 1_000_000;
  };
  const count = refreshes;
  for (let warmUp = 0; warmUp < count; warmUp++) await refresh();
  const before = used();
  for (let each = 0; each < count; each++) await refresh();
  const grown = Math.max(0, used() - before);
  return [
    {
      title: `Heap that ${count} refreshes of 1,000 instances leave`,
      unit: 'MB',
      ours: exactly(grown),
      goal: 'flat to 1 MB',
    },
  ];
}
