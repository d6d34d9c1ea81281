import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import lockfile from 'proper-lockfile';
import { describe, expect, test, vi } from 'vitest';
import { FileJournal } from '../../../../src/instances/operations/fileJournal';
import type { OperationRecord } from '../../../../src/instances/operations/journal';
import { stateFolder } from '../stateFolder';

const state = stateFolder();

describe('the notes of operations', () => {
  const record: OperationRecord = {
    version: 1,
    id: 'op-1',
    accountId: 'a',
    kind: 'restart',
    instanceId: 'i',
    name: 'box',
    startedAt: 1,
    step: 'begin',
  };

  test('an operation is one window’s at a time, from the moment in which it is noted', async () => {
    const one = new FileJournal(state.folder, state.log);
    const two = new FileJournal(state.folder, state.log);
    const claims: Promise<unknown>[] = [];
    const watcher = two.watch(() => {
      claims.push(two.list().then((records) => Promise.all(records.map(({ id }) => two.claim(id)))));
    });
    for (let index = 0; index < 20; index += 1) {
      expect(await one.begin({ ...record, id: `op-${index}` })).toBeDefined();
    }
    await vi.waitFor(() => expect(claims.length).toBeGreaterThan(20));
    watcher.dispose();
    const taken = (await Promise.all(claims)).flat();
    expect(taken.length).toBeGreaterThan(20);
    expect(taken.filter((claim) => claim !== undefined)).toEqual([]);
  });

  test('what one window does exclusively, another one waits for', async () => {
    const steps: string[] = [];
    const [one, other] = [new FileJournal(state.folder, state.log), new FileJournal(state.folder, state.log)];
    await Promise.all([
      one.exclusively(async () => {
        steps.push('one begins');
        await readdir(state.folder);
        steps.push('one ends');
      }),
      other.exclusively(async () => {
        steps.push('other begins');
        await readdir(state.folder);
        steps.push('other ends');
      }),
    ]);
    expect(['one,one,other,other', 'other,other,one,one']).toContain(
      steps.map((step) => step.split(' ')[0]).join(),
    );
    expect((await readdir(state.folder)).filter((name) => name.includes('all'))).toEqual([]);
  });

  test('what was noted last is what another window finds', async () => {
    const one = new FileJournal(state.folder, state.log);
    const claim = await one.begin(record);
    await claim?.note({ ...record, step: 'stopping' });
    await claim?.release();
    expect((await new FileJournal(state.folder, state.log).claim('op-1'))?.record.step).toBe('stopping');
  });

  test('one that ended leaves nothing, or what is to be remembered', async () => {
    const journal = new FileJournal(state.folder, state.log);
    await (await journal.begin(record))?.finish();
    expect(await readdir(state.folder)).toEqual([]);
    const made: OperationRecord = { ...record, kind: 'create', created: { kind: 'created', id: 'new' } };
    await (await journal.begin(made))?.finish(made);
    expect(await journal.list()).toEqual([]);
    expect(await journal.begin(made)).toBeUndefined();
    expect(await journal.past('op-1')).toEqual(made);
  });

  test('a cancel reaches the window that carries it on', async () => {
    const claim = await new FileJournal(state.folder, state.log).begin(record);
    await new FileJournal(state.folder, state.log).cancel('op-1');
    await vi.waitFor(() => expect(claim?.signal.aborted).toBe(true), { timeout: 10_000 });
    await expect(claim?.note(record)).rejects.toThrow('Cancelled');
    await claim?.finish();
    expect(await readdir(state.folder)).toEqual([]);
  });

  test('nothing is noted after a cancel, or after another window has finished it', async () => {
    const claim = await new FileJournal(state.folder, state.log).begin(record);
    await new FileJournal(state.folder, state.log).cancel('op-1');
    await expect(claim?.note({ ...record, step: 'asking-start' })).rejects.toThrow('Cancelled');
    const second = await new FileJournal(state.folder, state.log).begin({ ...record, id: 'op-2' });
    await rm(state.file('op-2.json'));
    await expect(second?.note({ ...record, id: 'op-2' })).rejects.toThrow('ended elsewhere');
    expect(second?.signal.aborted).toBe(true);
    await claim?.finish();
    await second?.finish();
    expect(await readdir(state.folder)).toEqual([]);
  });

  test('where the state.folder can’t be written, an operation works in memory, and that is said once', async () => {
    await writeFile(state.file('occupied'), '');
    const onUnwritable = vi.fn();
    const journal = new FileJournal(state.file('occupied/operations'), state.log, onUnwritable);
    const changed = vi.fn();
    const watcher = journal.watch(changed);
    const claim = await journal.begin(record);
    await journal.begin({ ...record, id: 'op-2' });
    await claim?.note({ ...record, step: 'stopping' });
    expect(await journal.list()).toMatchObject([{ step: 'stopping' }, { id: 'op-2' }]);
    expect(await journal.begin(record)).toBeUndefined();
    await journal.cancel('op-1');
    expect(claim?.signal.aborted).toBe(true);
    await claim?.finish();
    expect(await journal.list()).toHaveLength(1);
    expect(changed).toHaveBeenCalled();
    expect(onUnwritable).toHaveBeenCalledTimes(1);
    watcher.dispose();
  });

  test('a cancel of one that lost its window is there when it is taken up', async () => {
    const journal = new FileJournal(state.folder, state.log);
    await (await journal.begin(record))?.release();
    await journal.cancel('op-1');
    expect((await journal.claim('op-1'))?.signal.aborted).toBe(true);
  });

  test('a window that lost its claim does not end what another carries on', async () => {
    const one = new FileJournal(state.folder, state.log);
    const claim = await one.begin(record);
    // The lock grew stale, and another window has it now.
    await rm(state.file('op-1.json.lock'), { recursive: true });
    await vi.waitFor(() => expect(claim?.signal.aborted).toBe(true), { timeout: 10_000 });
    const other = await new FileJournal(state.folder, state.log).claim('op-1');
    await claim?.finish();
    await expect(claim?.note(record)).rejects.toThrow();
    expect(other?.record).toEqual(record);
    expect(await one.list()).toEqual([record]);
    expect(await lockfile.check(state.file('op-1.json'), { realpath: false, stale: 5_000 })).toBe(true);
    await other?.finish();
  });

  test('a record that can’t be read is skipped and reported', async () => {
    const journal = new FileJournal(state.folder, state.log);
    await (await journal.begin(record))?.release();
    await writeFile(state.file('broken.json'), '{"version":');
    expect(await journal.list()).toEqual([record]);
    expect(state.log.lines.join()).toContain('broken.json can’t be read');
    expect(await readFile(state.file('broken.json'), 'utf8')).toBe('{"version":');
  });
});
