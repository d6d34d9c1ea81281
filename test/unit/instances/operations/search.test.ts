import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunningOperation } from '../../../../src/instances/operations/operations';
import { createRequest, Person, type Window } from '../windows';
import { minute, watchEnd } from './support';

let person: Person;
let window: Window;

beforeEach(async () => {
  person = new Person();
  // A hidden window polls nothing by itself, so that each list is one of the search.
  window = await person.open({ visible: false, focused: false });
});
afterEach(() => person.close());

/** The service doesn't answer a create, and creates nothing by itself. */
async function unclearCreate(): Promise<RunningOperation> {
  person.service.faults.add({ method: 'POST', fault: { kind: 'drop', when: 'before' } });
  const operation = await window.operations.create(createRequest(), 'key');
  await person.until(() => person.count('POST', '/instances') === 1);
  return operation;
}

function appear(): string {
  return person.addInstance('made', { status: 'running' }).id;
}

function sentAt(): number {
  return person.requests('POST', '/instances')[0]?.time ?? 0;
}

/** Seconds from the create request to each list after it. */
function listTimes(): readonly number[] {
  const lists = person.requests('GET', '/instances').filter(({ time }) => time >= sentAt());
  return lists.map(({ time }) => Math.round((time - sentAt()) / 1_000)).slice(1);
}

function founds(from: Window): RunningOperation[] {
  const found: RunningOperation[] = [];
  from.operations.onDidFind((operation) => found.push(operation));
  return found;
}

describe('the search in the background', () => {
  test('reports an instance that turns up after three minutes, once, and waits until it runs', async () => {
    const operation = await unclearCreate();
    const found = founds(window);
    expect(await person.outcome(operation.outcome)).toMatchObject({ kind: 'unknown' });
    await person.until(() => person.clock.now() - sentAt() >= 3 * minute);
    expect(found).toEqual([]);
    const id = appear();
    await person.outcome(operation.done);
    expect(found.map(({ record }) => record.instanceId)).toEqual([id]);
    expect(window.store.row(id)).toMatchObject({ state: 'running' });
    expect(person.count('POST', '/instances')).toBe(1);
  });

  test('says that the outcome is unknown after two minutes, but has not ended then', async () => {
    const operation = await unclearCreate();
    const isDone = watchEnd(operation.done);
    expect(await person.outcome(operation.outcome)).toMatchObject({
      kind: 'unknown',
      error: { search: { lists: 9, forMs: 2 * minute } },
    });
    expect(isDone()).toBe(false);
    expect(window.operations.pending()).toHaveLength(1);
  });

  test('lists at growing gaps, ends after 15 minutes, and says so', async () => {
    const operation = await unclearCreate();
    await expect(person.outcome(operation.done, 20 * minute)).rejects.toMatchObject({
      message: 'TensorDock didn’t confirm the request. Your list was checked 15 times.',
      search: { lists: 15, forMs: 15 * minute },
    });
    const times = listTimes();
    const late = times.filter((time) => time >= 120);
    expect(late).toEqual([120, 180, 270, 390, 540, 720, 900]);
    await person.clock.advance(30 * minute);
    expect(listTimes()).toEqual(times);
    expect(window.operations.pending()).toEqual([]);
  });

  test('does not report an instance that turns up after it has ended', async () => {
    const operation = await unclearCreate();
    const found = founds(window);
    await expect(person.outcome(operation.done, 20 * minute)).rejects.toThrow('didn’t confirm');
    appear();
    await window.store.refresh();
    await person.clock.advance(5 * minute);
    expect(found).toEqual([]);
  });

  test('counts only good lists', async () => {
    const operation = await unclearCreate();
    person.service.faults.chaos = { chance: 1, of: [{ kind: 'html', status: 502 }] };
    expect(await person.outcome(operation.outcome)).toMatchObject({ kind: 'unknown' });
    const { lists = 0 } = operation.record;
    person.service.faults.chaos = undefined;
    await expect(person.outcome(operation.done, 20 * minute)).rejects.toMatchObject({
      search: { lists: lists + 6 },
    });
    expect(lists).toBeLessThanOrEqual(1);
  });

  test('survives a window reload, and another one after the outcome was unknown', async () => {
    await unclearCreate();
    await person.clock.advance(20_000);
    window.close();
    window = await person.open({ visible: false, focused: false });
    await person.until(() => person.journal.records.get('key')?.step === 'searching');
    window.close();
    await person.clock.advance(minute);
    window = await person.open({ visible: false, focused: false });
    const found = founds(window);
    const id = appear();
    await person.until(() => found.length === 1, 5 * minute);
    expect(found[0]?.record.instanceId).toBe(id);
    await person.until(() => person.journal.records.size === 0);
    expect(person.count('POST', '/instances')).toBe(1);
  });

  test('ends 15 minutes after the request, also when a window was reloaded meanwhile', async () => {
    await unclearCreate();
    await person.clock.advance(5 * minute);
    window.close();
    window = await person.open({ visible: false, focused: false });
    await person.until(() => person.journal.records.size === 0, 20 * minute);
    expect(person.clock.now() - sentAt()).toBeLessThan(16 * minute);
    expect(person.journal.ended.get('key')?.created).toMatchObject({ kind: 'unknown' });
  });

  test('lists once more if no window was open until long after it was to end', async () => {
    await unclearCreate();
    window.close();
    await person.clock.advance(60 * minute);
    const id = appear();
    window = await person.open({ visible: false, focused: false });
    await person.until(() => person.journal.records.size === 0);
    expect(person.journal.ended.get('key')?.created).toMatchObject({ kind: 'adopted', id });
    expect(person.count('POST', '/instances')).toBe(1);
  });

  test('can be canceled, and stops listing then', async () => {
    const operation = await unclearCreate();
    expect(await person.outcome(operation.outcome)).toMatchObject({ kind: 'unknown' });
    operation.cancel();
    await expect(person.outcome(operation.done)).rejects.toMatchObject({ name: 'AbortError' });
    const times = listTimes();
    await person.clock.advance(20 * minute);
    expect(listTimes()).toEqual(times);
  });
});
