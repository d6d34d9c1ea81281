import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OperationRecord, PlainKind } from '../../../../src/instances/operations/journal';
import type { OperationQuestion } from '../../../../src/instances/operations/operations';
import { Person, rtx4090, shown, type Window } from '../windows';
import { bigger, delays, changesSent, minute, questionsOf, watchEnd } from './support';

let person: Person;
let window: Window;
let id: string;

beforeEach(async () => {
  person = new Person({ delays });
  window = await person.open();
});
afterEach(() => person.close());

async function withInstance(status: 'running' | 'stopped'): Promise<void> {
  id = person.addInstance('box', { status }).id;
  await window.store.refresh();
  await person.clock.advance(1_000);
}

/** The questions of the window that is open now. */
const asked = (): readonly Extract<OperationQuestion, { kind: 'late' }>[] => questionsOf(window, 'late');

interface Kind {
  readonly kind: PlainKind | 'modify';
  readonly from: 'running' | 'stopped';
  readonly sent: readonly string[];
  readonly ends: string | undefined;
}

const kinds: readonly Kind[] = [
  { kind: 'stop', from: 'running', sent: ['POST stop'], ends: 'stopped' },
  { kind: 'delete', from: 'running', sent: ['DELETE'], ends: undefined },
  { kind: 'start', from: 'stopped', sent: ['POST start'], ends: 'running' },
  { kind: 'restart', from: 'running', sent: ['POST stop', 'POST start'], ends: 'running' },
  { kind: 'startWhenAvailable', from: 'stopped', sent: ['POST start'], ends: 'running' },
  { kind: 'modify', from: 'stopped', sent: ['PUT modify'], ends: 'stopped' },
];

/** The window is gone right after it saved the operation, before anything was sent. */
async function saveAndKill({ kind }: Kind): Promise<void> {
  window.close();
  const record: OperationRecord = {
    version: 1,
    id: 'saved',
    accountId: 'account-1',
    kind,
    instanceId: id,
    name: 'box',
    startedAt: person.clock.now(),
    step: 'begin',
    ...(kind === 'modify' ? { modify: bigger, startAfter: false } : {}),
  };
  const claim = await person.journal.begin(record);
  await claim?.release();
}

/** The next window opens so much later. */
async function openAfter(ms: number, each: Kind): Promise<void> {
  await withInstance(each.from);
  await saveAndKill(each);
  await person.clock.advance(ms);
  window = await person.open();
}

describe.each(kinds)('a $kind that was saved and not begun', (each) => {
  test('is not sent after 11 minutes, but asked about once', async () => {
    await openAfter(11 * minute, each);
    await person.until(() => asked().length === 1);
    await person.clock.advance(30 * minute);
    expect(changesSent(person)).toEqual([]);
    expect(asked()).toHaveLength(1);
    expect(asked()[0]?.operation.record).toMatchObject({ kind: each.kind, instanceId: id, step: 'begin' });
  });

  test('is done after a yes, once, without another question', async () => {
    await openAfter(11 * minute, each);
    await person.until(() => asked().length === 1);
    const [question] = asked();
    await person.clock.advance(15 * minute);
    question?.proceed();
    await person.outcome(question?.operation.done ?? Promise.reject(new Error('Not asked')));
    expect(changesSent(person)).toEqual(each.sent);
    expect(shown(window, 'box')).toBe(each.ends);
    expect(asked()).toHaveLength(1);
    expect(person.journal.records.size).toBe(0);
  });

  test('is dropped after a no', async () => {
    await openAfter(11 * minute, each);
    await person.until(() => asked().length === 1);
    asked()[0]?.discard();
    await person.until(() => person.journal.records.size === 0);
    await person.clock.advance(30 * minute);
    expect(changesSent(person)).toEqual([]);
    expect(person.world.instance(id).status).toBe(each.from);
    expect(window.operations.pending()).toEqual([]);
  });

  test('is asked about again by the next window if this one closes unanswered', async () => {
    await openAfter(11 * minute, each);
    await person.until(() => asked().length === 1);
    await person.clock.advance(3 * minute);
    window.close();
    window = await person.open();
    await person.until(() => asked().length === 1);
    await person.clock.advance(5 * minute);
    expect(changesSent(person)).toEqual([]);
  });

  test('is done without a question within nine minutes', async () => {
    await openAfter(9 * minute, each);
    await person.until(() => person.journal.records.size === 0);
    expect(changesSent(person)).toEqual(each.sent);
    expect(asked()).toEqual([]);
  });
});

describe('an operation that the computer slept through', () => {
  test('before its second request is asked about, not continued', async () => {
    await withInstance('running');
    const restart = await window.operations.begin('restart', id);
    await person.outcome(restart.accepted);
    person.clock.jump(20 * minute);
    await person.until(() => asked().length === 1);
    await person.clock.advance(5 * minute);
    expect(changesSent(person)).toEqual(['POST stop']);
    asked()[0]?.proceed();
    await person.outcome(restart.done);
    expect(changesSent(person)).toEqual(['POST stop', 'POST start']);
  });

  test('while it waited for a GPU is asked about before the next attempt', async () => {
    await withInstance('stopped');
    person.world.instance(id).holdsGpus = false;
    const { hostnodeId } = person.world.instance(id);
    person.world.capacity.setAvailable(hostnodeId, rtx4090, 0);
    const waiting = await window.operations.begin('startWhenAvailable', id);
    await person.clock.advance(30 * minute);
    expect(asked()).toEqual([]);
    const sent = person.count('POST', '/start');
    person.clock.jump(8 * 60 * minute);
    await person.until(() => asked().length === 1);
    expect(person.count('POST', '/start')).toBe(sent);
    asked()[0]?.discard();
    await expect(person.outcome(waiting.done)).rejects.toMatchObject({ name: 'AbortError' });
    await person.clock.advance(30 * minute);
    expect(person.count('POST', '/start')).toBe(sent);
  });

  test('and a clock set back by an hour makes it asked about, too', async () => {
    await withInstance('running');
    const restart = await window.operations.begin('restart', id);
    await person.outcome(restart.accepted);
    person.clock.jump(-60 * minute);
    await person.until(() => asked().length === 1);
    expect(changesSent(person)).toEqual(['POST stop']);
  });

  test('can be canceled while its question is open', async () => {
    await withInstance('running');
    const restart = await window.operations.begin('restart', id);
    await person.outcome(restart.accepted);
    person.clock.jump(20 * minute);
    await person.until(() => asked().length === 1);
    restart.cancel();
    await expect(person.outcome(restart.done)).rejects.toMatchObject({ name: 'AbortError' });
    asked()[0]?.proceed();
    await person.clock.advance(5 * minute);
    expect(changesSent(person)).toEqual(['POST stop']);
  });
});

test('a window that works on an operation for longer than ten minutes does not ask', async () => {
  person.world.settings.delays = { ...person.world.settings.delays, stop: 15 * minute };
  await withInstance('running');
  const restart = await window.operations.begin('restart', id);
  const isDone = watchEnd(restart.done);
  await person.until(isDone, 30 * minute);
  expect(asked()).toEqual([]);
  expect(changesSent(person)).toEqual(['POST stop', 'POST start']);
});
