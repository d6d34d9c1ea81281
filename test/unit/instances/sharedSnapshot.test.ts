import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { SnapshotFile } from '../../../src/instances/sharedSnapshot';
import { emptySnapshot, type Snapshot } from '../../../src/instances/snapshot';
import { stateFolder } from './stateFolder';

const state = stateFolder();

function counted(snapshot: Snapshot): Snapshot {
  return { ...snapshot, listedAt: snapshot.listedAt + 1 };
}

function never(): Promise<void> {
  return new Promise(() => undefined);
}

describe('the snapshot file', () => {
  test('changes of many windows at the same moment all count', async () => {
    const windows = Array.from({ length: 6 }, () => new SnapshotFile(state.folder, 'a', state.log));
    await Promise.all(windows.flatMap((window) => [1, 2, 3].map(() => window.change(counted))));
    expect((await new SnapshotFile(state.folder, 'a', state.log).read()).listedAt).toBe(18);
    expect((await readdir(state.folder)).sort()).toEqual(['snapshot-a.json']);
  });

  test('changes go on while another window asks', async () => {
    const asker = new SnapshotFile(state.folder, 'a', state.log);
    const other = new SnapshotFile(state.folder, 'a', state.log);
    const asked = asker.tryAsking(async () => {
      await other.change(counted);
      expect(await other.tryAsking(never)).toBe(false);
    });
    expect(await asked).toBe(true);
    expect((await asker.read()).listedAt).toBe(1);
  });

  test('a window that waits for its turn to ask gets it', async () => {
    const order: string[] = [];
    const one = new SnapshotFile(state.folder, 'a', state.log);
    const two = new SnapshotFile(state.folder, 'a', state.log);
    let second: Promise<void> | undefined;
    await one.asking(async () => {
      second = two.asking(() => Promise.resolve(void order.push('second')));
      await one.change(counted);
      order.push('first');
    });
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  describe('that a list confirmed', () => {
    const listed = (snapshot: Snapshot): Snapshot => ({ ...snapshot, listedAt: 1_000 });
    let one: SnapshotFile;
    let two: SnapshotFile;

    beforeEach(async () => {
      one = new SnapshotFile(state.folder, 'a', state.log);
      two = new SnapshotFile(state.folder, 'a', state.log);
      await one.change(listed);
    });

    test('says so to other windows without being written', async () => {
      const text = await readFile(state.file('snapshot-a.json'), 'utf8');
      const heard = vi.fn();
      const watcher = two.watch(heard);
      let at = 2_000;
      await vi.waitFor(async () => {
        at += 1;
        expect(await one.confirm(await one.read(), at)).toMatchObject({ confirmedAt: at });
        expect(heard.mock.calls.length).toBeGreaterThan(1);
      });
      watcher.dispose();
      expect(await two.read()).toMatchObject({ listedAt: 1_000, confirmedAt: at });
      expect(await two.read()).toBe(await two.read());
      expect(await readFile(state.file('snapshot-a.json'), 'utf8')).toBe(text);
    });

    test('stays confirmed by what another window changes, until there is another list', async () => {
      await one.confirm(await one.read(), 2_000);
      expect(await two.change((before) => ({ ...before, gone: ['b'] }))).toMatchObject({
        confirmedAt: 2_000,
      });
      expect(await one.read()).toMatchObject({ gone: ['b'], confirmedAt: 2_000 });
      await two.change((before) => ({ ...before, listedAt: 1_500 }));
      expect((await one.read()).confirmedAt).toBeUndefined();
    });

    test('is not confirmed once it is lost', async () => {
      await one.confirm(await one.read(), 2_000);
      await writeFile(state.file('snapshot-a.json'), '{');
      expect((await two.read()).confirmedAt).toBeUndefined();
      await rm(state.file('snapshot-a.json'), { force: true });
      expect(await one.read()).toEqual(emptySnapshot('a'));
    });

    test('can’t be told where nothing can be written', async () => {
      const folder = new SnapshotFile(`${state.folder}/missing`, 'a', state.log);
      await writeFile(`${state.folder}/missing`, '');
      expect(await folder.confirm(await one.read(), 2_000)).toBeUndefined();
    });
  });

  test('another window is notified of a change', async () => {
    const heard = vi.fn();
    const watcher = new SnapshotFile(state.folder, 'a', state.log).watch(heard);
    const writer = new SnapshotFile(state.folder, 'a', state.log);
    await vi.waitFor(async () => {
      await writer.change(counted);
      expect(heard).toHaveBeenCalled();
    });
    watcher.dispose();
  });

  test.each([
    ['cut off', '{"version":1,"acc'],
    ['of another form', '{"version":7}'],
    ['of another account', JSON.stringify(emptySnapshot('b'))],
  ])('one that is %s is started over', async (_name, text) => {
    await writeFile(state.file('snapshot-a.json'), text);
    const snapshot = new SnapshotFile(state.folder, 'a', state.log);
    expect(await snapshot.read()).toEqual(emptySnapshot('a'));
    await snapshot.change(counted);
    expect((await snapshot.read()).listedAt).toBe(1);
  });

  test('one that can’t be read is an error, not an empty account', async () => {
    await mkdir(state.file('snapshot-a.json'));
    const snapshot = new SnapshotFile(state.folder, 'a', state.log);
    await expect(snapshot.read()).rejects.toThrow('EISDIR');
    await expect(snapshot.change(counted)).rejects.toThrow('EISDIR');
  });

  test('work is aborted when its window loses the right to ask', async () => {
    const snapshot = new SnapshotFile(state.folder, 'a', state.log);
    const done = snapshot.tryAsking(async (signal) => {
      // Another window found the lock stale, as after a sleep.
      await rm(state.file('snapshot-a.json.asking.lock'), { recursive: true });
      await vi.waitFor(() => expect(signal.aborted).toBe(true), { timeout: 10_000 });
    });
    expect(await done).toBe(true);
  });
});
