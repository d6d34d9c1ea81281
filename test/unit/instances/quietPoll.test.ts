import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Instance } from '../../../src/api/types';
import { Ledger } from '../../../src/cost/ledger';
import { SnapshotFile } from '../../../src/instances/sharedSnapshot';
import { InstanceStore, type StoreChange } from '../../../src/instances/store';
import { ManualClock } from '../../simulator/clock';
import { stateFolder } from './stateFolder';

/** Files that were written, and files whose text was read. */
const files = vi.hoisted(() => ({ written: [] as string[], read: [] as string[] }));

vi.mock('write-file-atomic', async (original) => {
  const real = await original<{ default: (file: string, ...rest: unknown[]) => unknown }>();
  return {
    default: (file: string, ...rest: unknown[]): unknown => {
      files.written.push(file);
      return real.default(file, ...rest);
    },
  };
});
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    open: async (file: string, flags: string) => {
      const handle = await real.open(file, flags);
      const readFile = handle.readFile.bind(handle);
      return Object.assign(handle, {
        readFile: (...args: Parameters<typeof readFile>) => {
          files.read.push(file);
          return readFile(...args);
        },
      });
    },
  };
});

const state = stateFolder();
const clock = new ManualClock();
let list: Instance[];
let store: InstanceStore;
let ledger: Ledger;
let changes: StoreChange[];

function instance(index: number, state: Instance['state'] = 'running'): Instance {
  return {
    id: `instance-${index}`,
    name: `box ${index}`,
    state,
    statusText: state,
    ipAddress: '192.0.2.7',
    portForwards: [{ internalPort: 22, externalPort: 20_000 + index }],
    resources: { vcpuCount: 8, ramGb: 32, storageGb: 200, gpus: [{ model: 'l4-pcie-24gb', count: 1 }] },
    rateHourly: 0.5,
  };
}

beforeEach(async () => {
  list = Array.from({ length: 1_000 }, (_, index) => instance(index));
  const parts = { clock, log: state.log };
  store = new InstanceStore({
    ...parts,
    random: () => 0,
    need: () => ({ visible: false, focused: false, intervalMs: 30_000 }),
    onScreen: () => new Set(),
  });
  ledger = new Ledger({ ...parts, folder: state.folder, store });
  await store.setSession({
    accountId: 'a',
    // Each answer is decoded anew.
    api: {
      listInstances: async () => ({ instances: structuredClone(list), thinIds: [], droppedRows: 0 }),
    } as never,
    shared: new SnapshotFile(state.folder, 'a', state.log),
  });
  await store.refresh();
  await ledger.settled();
  changes = [];
  store.onDidChange((change) => changes.push(change));
  Object.assign(files, { written: [], read: [] });
});
afterEach(async () => {
  await ledger.flush();
  ledger.dispose();
  store.dispose();
});

test('a poll that finds nothing new reads no file, writes none, and changes no row', async () => {
  // An empty file that only tells by its time when that was.
  await clock.advance(1_000);
  await store.refresh();
  expect(files.written).toEqual([state.file('snapshot-a.confirmed')]);
  files.written.length = 0;
  const before = store.rows();
  for (let count = 1; count <= 3; count++) {
    await clock.advance(1_000);
    await store.refresh();
  }
  await ledger.settled();
  expect(changes).toEqual([]);
  expect(files.read).toEqual([]);
  expect(files.written).toEqual([]);
  expect(store.rows()).toBe(before);
  expect(store.status.listedAt).toBe(clock.now());
});

test('a poll that finds ten instances changed says so of those, once', async () => {
  await clock.advance(1_000);
  list = list.map((each, index) => (index % 100 === 0 ? instance(index, 'stopped') : each));
  await store.refresh();
  const changed = list.filter(({ state }) => state === 'stopped').map(({ id }) => id);
  expect(changed).toHaveLength(10);
  expect(changes).toEqual([{ added: [], removed: [], changed, status: false }]);
  expect(files.read).toEqual([]);
});

test('another window reads what one found once', async () => {
  const other = new SnapshotFile(state.folder, 'a', state.log);
  const heard = vi.fn();
  const watch = other.watch(heard);
  await vi.waitFor(() => expect(heard).toHaveBeenCalled());
  await clock.advance(1_000);
  await store.refresh();
  files.read.length = 0;
  await Promise.all([other.read(), other.read()]);
  await other.read();
  watch.dispose();
  expect(files.read.length).toBeLessThanOrEqual(2);
});
