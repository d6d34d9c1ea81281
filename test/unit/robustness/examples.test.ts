import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NoCapacityError, OutcomeUnknownError } from '../../../src/api/errors';
import { runningRate } from '../../../src/cost/billing';
import type { RunningOperation } from '../../../src/instances/operations/operations';
import { hostIds } from '../../simulator/catalogue';
import type { Fault } from '../../simulator/faults';
import { bigger, delays, changesSent, minute, questionsOf } from '../instances/operations/support';
import { createRequest, Person, rtx4090, shown, type Window } from '../instances/windows';

/** Moments in which it was once said what wasn't so, or done what nobody wanted. */

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

function spoil(method: string, fault: Fault, times = 1): void {
  person.service.faults.add({ method, times, fault });
}

/** What the end of an operation is told to be, once it is. */
async function endOf({ done }: RunningOperation, withinMs?: number): Promise<unknown> {
  const end = done.then(
    () => 'done',
    (error: unknown) => error,
  );
  return person.outcome(end, withinMs);
}

describe('a claim that another window took after sleep', () => {
  test('leaves the first window following the other’s progress, to the same end', async () => {
    await withInstance('running');
    const other = await person.open();
    const begun: RunningOperation[] = [];
    other.operations.onDidBegin((operation) => begun.push(operation));
    const restart = await window.operations.begin('restart', id);
    await person.outcome(restart.accepted);
    person.clock.jump(5 * minute);
    // The other window wakes up first.
    const claim = person.journal.claim.bind(person.journal);
    person.journal.claim = async (each) =>
      begun.length > 0 || !restart.isElsewhere ? claim(each) : undefined;
    person.journal.loseClaims();
    await person.until(() => begun.length === 1);
    expect(restart).toMatchObject({ isElsewhere: true, message: 'Another window is continuing this.' });
    expect(begun[0]).toMatchObject({ isContinued: true, isElsewhere: false });
    expect(await endOf(restart)).toBe('done');
    expect(await person.outcome(restart.outcome)).toMatchObject({ kind: 'done', value: { id } });
    expect(changesSent(person)).toEqual(['POST stop', 'POST start']);
  });
});

test('what is canceled right before the account is left, or the window closes, is not continued', async () => {
  person.world.settings.delays = { ...person.world.settings.delays, latency: 5_000 };
  id = person.addInstance('box', { status: 'running' }).id;
  await person.outcome(window.store.refresh());
  spoil('POST', { kind: 'drop', when: 'before' });
  const stop = await window.operations.begin('stop', id);
  // It checks the instance when it's canceled.
  await person.until(() => person.requests('GET').some(({ path }) => path.endsWith(id)));
  stop.cancel();
  await window.store.setSession(undefined);
  await person.clock.advance(minute);
  window = await person.open();
  await person.clock.advance(5 * minute);
  expect(changesSent(person)).toEqual(['POST stop']);
  expect(person.journal.records.size).toBe(0);
});

test('a question about what is late is asked by the next window too, whatever its clock says', async () => {
  await withInstance('running');
  const restart = await window.operations.begin('restart', id);
  await person.outcome(restart.accepted);
  person.clock.jump(12 * minute);
  await person.until(() => questionsOf(window, 'late').length === 1);
  window.close();
  person.clock.set(-12 * minute);
  window = await person.open();
  await person.until(() => questionsOf(window, 'late').length === 1);
  expect(changesSent(person)).toEqual(['POST stop']);
});

test('a no to a question that was asked again meanwhile counts', async () => {
  await withInstance('running');
  const restart = await window.operations.begin('restart', id);
  await person.outcome(restart.accepted);
  person.clock.jump(20 * minute);
  await person.until(() => questionsOf(window, 'late').length === 1);
  person.journal.loseClaims();
  await person.until(() => questionsOf(window, 'late').length === 2);
  questionsOf(window, 'late')[0]?.discard();
  await person.until(() => person.journal.records.size === 0);
  questionsOf(window, 'late')[1]?.proceed();
  await person.clock.advance(5 * minute);
  expect(changesSent(person)).toEqual(['POST stop']);
});

describe('an account that is switched after something was sent', () => {
  test('leaves a create unknown, and it is recognized when the account is back', async () => {
    person.world.settings.delays = { ...person.world.settings.delays, create: 10_000 };
    const create = await window.operations.create(createRequest(), 'key');
    await person.until(() => person.count('POST', '/instances') === 1);
    await window.store.setSession(undefined);
    expect(await person.outcome(create.outcome)).toMatchObject({ kind: 'unknown' });
    await person.clock.advance(minute);
    await window.store.setSession({ accountId: 'account-1', api: window.api, shared: person.shared });
    await person.until(() => person.journal.records.size === 0);
    expect(shown(window, 'made')).toBe('running');
    expect(person.count('POST', '/instances')).toBe(1);
  });

  test('leaves a stop unknown, whatever became of it', async () => {
    await withInstance('running');
    const stop = await window.operations.begin('stop', id);
    await person.until(() => person.count('POST', '/stop') === 1);
    await window.store.setSession(undefined);
    expect(await person.outcome(stop.outcome)).toMatchObject({ kind: 'unknown' });
  });
});

test('a restart that slept for more than 30 minutes is asked about, and not called too slow', async () => {
  await withInstance('running');
  const restart = await window.operations.begin('restart', id);
  await person.outcome(restart.accepted);
  person.clock.jump(45 * minute);
  await person.until(() => questionsOf(window, 'late').length === 1);
  expect(changesSent(person)).toEqual(['POST stop']);
  questionsOf(window, 'late')[0]?.proceed();
  expect(await endOf(restart)).toBe('done');
});

describe('what is left to other windows by one that closes', () => {
  test('is nothing if another window is stopping the instance already', async () => {
    await withInstance('running');
    const other = await person.open();
    const stop = await other.operations.begin('stop', id);
    await window.operations.leaveNote('stop', id);
    window.close();
    expect(await endOf(stop)).toBe('done');
    await person.clock.advance(5 * minute);
    expect(changesSent(person)).toEqual(['POST stop']);
  });

  test.each(['stop', 'restart'] as const)('is refused during a modify: %s', async (kind) => {
    await withInstance('running');
    const modify = await window.operations.modify(id, bigger, true);
    await person.outcome(modify.accepted);
    const other = await person.open();
    await expect(other.operations.leaveNote(kind, id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(window.operations.begin(kind, id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await endOf(modify)).toBe('done');
    await person.clock.advance(5 * minute);
    expect(changesSent(person)).toEqual(['POST stop', 'PUT modify', 'POST start']);
    expect(shown(window, 'box')).toBe('running');
  });
});

describe('a wish that differs from the one under way', () => {
  test('is not taken for done: a modify to other values has to wait', async () => {
    await withInstance('stopped');
    const first = await window.operations.modify(id, bigger, false);
    const smaller = { ...bigger, vcpuCount: 8 };
    await expect(window.operations.modify(id, smaller, false)).rejects.toMatchObject({ code: 'conflict' });
    expect(await window.operations.modify(id, { ...bigger }, false)).toBe(first);
    expect(await endOf(first)).toBe('done');
  });

  test('a wait for a GPU with another deadline replaces the one before', async () => {
    await withInstance('stopped');
    person.world.instance(id).holdsGpus = false;
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
    const now = person.clock.now();
    const short = await window.operations.begin('startWhenAvailable', id, now + 5 * minute);
    await person.clock.advance(minute);
    const long = await window.operations.begin('startWhenAvailable', id, now + 20 * minute);
    expect(await endOf(short)).toMatchObject({ name: 'AbortError' });
    await person.clock.advance(10 * minute);
    expect(window.operations.pending()).toMatchObject([{ until: now + 20 * minute }]);
    expect(await endOf(long, 15 * minute)).toBeInstanceOf(NoCapacityError);
  });
});

describe('done means seen to be done', () => {
  test('a modify that was accepted is not done while the instance has its old resources', async () => {
    await withInstance('stopped');
    spoil('PUT', { kind: 'status', status: 200, body: { data: { message: 'OK' } } });
    const modify = await window.operations.modify(id, bigger, true);
    expect(await endOf(modify)).toMatchObject({
      message: expect.stringContaining('old resources') as unknown,
    });
    expect(changesSent(person)).toEqual(['PUT modify']);
  });

  test('a modify whose start finds no GPU says that the instance was modified', async () => {
    await withInstance('stopped');
    spoil('POST', { kind: 'error-in-200', error: 'No available GPUs' });
    const modify = await window.operations.modify(id, bigger, true);
    expect(await endOf(modify)).toMatchObject({
      message: expect.stringMatching(/was modified, but couldn’t be started.*isn’t available/) as unknown,
    });
    expect(await person.outcome(modify.outcome)).not.toMatchObject({ kind: 'refused' });
  });

  test('a stop that had no effect is not done because a booting instance looks stopped for a moment', async () => {
    person.world.settings.delays = { ...person.world.settings.delays, blinkAfter: 4_000, blink: 12_000 };
    await withInstance('stopped');
    const start = await window.operations.begin('start', id);
    await person.outcome(start.accepted);
    spoil('POST', { kind: 'status', status: 200, body: {} });
    const stop = await window.operations.begin('stop', id);
    expect(await endOf(stop, 60 * minute)).toMatchObject({
      message: expect.stringContaining('didn’t stop') as unknown,
    });
    expect(person.world.instance(id).status).toBe('running');
  });

  test('a gateway’s page with a 404 proves no deletion', async () => {
    await withInstance('running');
    spoil('DELETE', { kind: 'drop', when: 'before' });
    spoil('GET', { kind: 'html', status: 404 }, 40);
    const remove = await window.operations.begin('delete', id);
    expect(await endOf(remove)).toBeInstanceOf(OutcomeUnknownError);
    expect(window.gone).toEqual([]);
    expect(person.world.instance(id).status).toBe('running');
  });

  test('an unclear answer to a change that is sent again is settled by looking once more', async () => {
    await withInstance('running');
    spoil('POST', { kind: 'drop', when: 'before' });
    spoil('POST', { kind: 'drop', when: 'after' });
    const stop = await window.operations.begin('stop', id);
    expect(await endOf(stop)).toBe('done');
    expect(changesSent(person)).toEqual(['POST stop', 'POST stop']);
  });

  test('a create that is answered by a 503 about capacity is unknown, and no second one is sent', async () => {
    spoil('POST', {
      kind: 'status',
      status: 503,
      body: { error: 'No available nodes found' },
      handled: true,
    });
    const create = await window.operations.create(createRequest(), 'key');
    expect(await person.outcome(create.outcome)).toMatchObject({ kind: 'done', value: { search: {} } });
    expect(changesSent(person)).toEqual(['POST']);
    expect(person.world.all()).toHaveLength(1);
  });
});

test('a Retry-After of 30 days is one start request, and the wait ends at its own deadline', async () => {
  await withInstance('stopped');
  spoil('POST', { kind: 'rate-limited', retryAfter: String(30 * 24 * 3_600) }, 1_000);
  const until = person.clock.now() + 20 * minute;
  const waiting = await window.operations.begin('startWhenAvailable', id, until);
  expect(await endOf(waiting, 25 * minute)).toMatchObject({ code: 'rate-limited' });
  expect(changesSent(person)).toEqual(['POST start']);
});

test('a stopped instance that is being modified costs nothing as running', async () => {
  await withInstance('stopped');
  const modify = await window.operations.modify(id, bigger, false);
  const rates = new Set<number>();
  window.store.onDidChange(() => rates.add(runningRate(window.store.rows()).running));
  expect(await endOf(modify)).toBe('done');
  expect([...rates]).toEqual([0]);
});
