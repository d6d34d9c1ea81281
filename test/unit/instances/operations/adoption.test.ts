import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunningOperation } from '../../../../src/instances/operations/operations';
import type { InstanceDescription } from '../../../simulator/world';
import { createRequest, Person, rtx4090, type Window } from '../windows';
import { minute, questionsOf } from './support';

let person: Person;
let window: Window;

const sizes = { vcpus: 8, ramGb: 32, storageGb: 200, gpus: [{ model: rtx4090, count: 1 }] };

/** What an instance that isn't the one that was asked for may differ in. */
const different: Readonly<Record<string, Partial<InstanceDescription>>> = {
  'another GPU model': { sizes: { ...sizes, gpus: [{ model: 'l40-pcie-48gb', count: 1 }] } },
  'another GPU count': { sizes: { ...sizes, gpus: [{ model: rtx4090, count: 2 }] } },
  'no GPU': { sizes: { ...sizes, gpus: [] } },
  'other RAM': { sizes: { ...sizes, ramGb: 64 } },
  'other vCPUs': { sizes: { ...sizes, vcpus: 4 } },
  'other storage': { sizes: { ...sizes, storageGb: 250 } },
  'another image': { image: 'windows10' },
};

beforeEach(async () => {
  // Only this dialect says which image an instance has.
  person = new Person({ dialect: 'specified' });
  window = await person.open();
  await window.store.refresh();
  await person.clock.advance(1_000);
});
afterEach(() => person.close());

/** The service doesn't answer a create, and creates nothing by itself. */
async function unclearCreate(): Promise<RunningOperation> {
  person.service.faults.add({ method: 'POST', fault: { kind: 'drop', when: 'before' } });
  const operation = await window.operations.create(createRequest(), 'key');
  await person.until(() => person.count('POST', '/instances') === 1);
  return operation;
}

function appear(description: Partial<InstanceDescription> = {}): string {
  return person.addInstance('made', { status: 'running', ...description }).id;
}

describe('after an unclear create', () => {
  test('the only new instance that matches in everything is adopted', async () => {
    const operation = await unclearCreate();
    const id = appear();
    expect(await person.outcome(operation.outcome)).toMatchObject({
      kind: 'done',
      value: { id, search: {} },
    });
    await person.outcome(operation.done);
    expect(operation.record.instanceId).toBe(id);
    expect(questionsOf(window, 'candidates')).toEqual([]);
  });

  test.each(Object.entries(different))('one with %s is asked about and not adopted', async (_name, other) => {
    const operation = await unclearCreate();
    const id = appear(other);
    expect(await person.outcome(operation.outcome)).toMatchObject({
      kind: 'unknown',
      error: { candidates: [{ id }] },
    });
    expect(
      questionsOf(window, 'candidates').map(({ candidates }) => candidates.map((each) => each.id)),
    ).toEqual([[id]]);
    await expect(person.outcome(operation.done, 20 * minute)).rejects.toThrow('didn’t confirm');
    expect(operation.record.instanceId).toBeUndefined();
    expect(questionsOf(window, 'candidates')).toHaveLength(1);
  });

  test.each(Object.entries(different))(
    'one with %s does not hide the one that matches',
    async (_name, other) => {
      const operation = await unclearCreate();
      appear(other);
      const id = appear();
      expect(await person.outcome(operation.outcome)).toMatchObject({ kind: 'done', value: { id } });
    },
  );

  test('two that match are both asked about, and the one that is chosen is adopted', async () => {
    const operation = await unclearCreate();
    const ids = [appear(), appear()];
    expect(await person.outcome(operation.outcome)).toMatchObject({ kind: 'unknown' });
    expect(questionsOf(window, 'candidates').map(({ candidates }) => candidates.map(({ id }) => id))).toEqual(
      [ids],
    );
    questionsOf(window, 'candidates')[0]?.operation.choose(ids[1] ?? '');
    await person.outcome(operation.done);
    expect(operation.record.instanceId).toBe(ids[1]);
  });

  test('an instance that is not a candidate can’t be chosen', async () => {
    const old = appear({ name: 'another' });
    const operation = await unclearCreate();
    appear();
    appear();
    expect(await person.outcome(operation.outcome)).toMatchObject({ kind: 'unknown' });
    operation.choose(old);
    await expect(person.outcome(operation.done, 20 * minute)).rejects.toThrow('didn’t confirm');
    expect(operation.record.instanceId).toBeUndefined();
  });

  test('one that was there before is never adopted, though it matches in everything', async () => {
    appear();
    await window.store.refresh();
    await person.clock.advance(1_000);
    const operation = await unclearCreate();
    expect(await person.outcome(operation.outcome)).toMatchObject({
      kind: 'unknown',
      error: { candidates: [] },
    });
    await expect(person.outcome(operation.done, 20 * minute)).rejects.toThrow('didn’t confirm');
    expect(questionsOf(window, 'candidates')).toEqual([]);
  });

  test('one that was there before, but hadn’t been listed yet, is not adopted', async () => {
    appear();
    const operation = await unclearCreate();
    expect(await person.outcome(operation.outcome)).toMatchObject({
      kind: 'unknown',
      error: { candidates: [] },
    });
  });

  test('one of another name is neither adopted nor asked about', async () => {
    const operation = await unclearCreate();
    appear({ name: 'made-2' });
    expect(await person.outcome(operation.outcome)).toMatchObject({
      kind: 'unknown',
      error: { candidates: [] },
    });
  });

  test('two unclear creates of the same name don’t adopt the same instance', async () => {
    const one = await unclearCreate();
    person.service.faults.add({ method: 'POST', fault: { kind: 'drop', when: 'before' } });
    const two = await window.operations.create(createRequest(), 'key-2');
    await person.until(() => person.count('POST', '/instances') === 2);
    const id = appear();
    const ends = await Promise.all([person.outcome(one.outcome), person.outcome(two.outcome)]);
    expect(ends.filter(({ kind }) => kind === 'done')).toMatchObject([{ value: { id } }]);
    expect(ends.filter(({ kind }) => kind === 'unknown')).toHaveLength(1);
  });
});
