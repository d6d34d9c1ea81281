import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NoCapacityError, OutcomeUnknownError } from '../../../../src/api/errors';
import { formatDuration } from '../../../../src/base/duration';
import { formatWhen } from '../../../../src/base/when';
import type { RunningOperation } from '../../../../src/instances/operations/operations';
import { attemptText } from '../../../../src/views/activity';
import { hostIds } from '../../../simulator/catalogue';
import { Person, rtx4090, shown, type Window } from '../windows';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const minute = 60_000;
const hour = 60 * minute;

let person: Person;
let window: Window;
let id: string;

beforeEach(async () => {
  person = new Person({ delays: { boot: 20_000 } });
  window = await person.open();
  id = person.addInstance('box', { holdsGpus: false }).id;
  person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
  await window.store.refresh();
});
afterEach(() => person.close());

const attempts = (): number => person.count('POST', '/start');

function begin(forMs?: number): Promise<RunningOperation> {
  const until = forMs === undefined ? undefined : person.clock.now() + forMs;
  return window.operations.begin('startWhenAvailable', id, until);
}

/** How an operation failed, once it did. */
async function failure({ done }: RunningOperation, withinMs?: number): Promise<unknown> {
  return person.outcome(
    done.then(
      () => undefined,
      (error: unknown) => error,
    ),
    withinMs,
  );
}

/** The windows are closed; the next one is opened later. */
async function reopenAfter(ms: number): Promise<Window> {
  window.close();
  await person.clock.advance(0);
  person.clock.jump(ms);
  return person.open();
}

describe('a wait for a GPU with a deadline', () => {
  test('says how often it tried and until when it tries', async () => {
    const until = person.clock.now() + hour;
    const waiting = await begin(hour);
    await person.until(() => waiting.message.includes('Attempts: 3'));
    const now = person.clock.now();
    const record = window.operations.of(id) ?? expect.fail('it waits');
    const gap = (record.nextAt ?? 0) - now;
    expect(waiting.message).toBe(
      `No RTX 4090 is available yet. Attempts: 3. Retrying in ${formatDuration(gap)}, until ${formatWhen(until, now)}.`,
    );
    expect(attemptText(record, now)).toBe(`attempt 3, next in ${formatDuration(gap)}`);
  });

  test('waits longer and longer, never twice the same, and sends the next request when it says', async () => {
    await begin(12 * hour);
    const gaps: number[] = [];
    for (let attempt = 1; attempt <= 30; attempt++) {
      await person.until(() => window.operations.of(id)?.attempts === attempt);
      const { nextAt = 0 } = window.operations.of(id) ?? {};
      const gap = nextAt - person.clock.now();
      gaps.push(gap);
      await person.clock.advance(gap - 1_000);
      expect(attempts()).toBe(attempt);
      await person.until(() => attempts() === attempt + 1, 4_000);
    }
    const mean = (some: readonly number[]): number => some.reduce((sum, gap) => sum + gap, 0) / some.length;
    expect(mean(gaps.slice(10, 20))).toBeGreaterThan(mean(gaps.slice(0, 10)));
    expect(mean(gaps.slice(20))).toBeGreaterThan(mean(gaps.slice(10, 20)));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(45_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5 * minute);
    expect(new Set(gaps).size).toBeGreaterThan(20);
  });

  test('is not hastened by a reload', async () => {
    await begin(hour);
    await person.until(() => window.operations.of(id)?.attempts === 3);
    const { nextAt = 0 } = window.operations.of(id) ?? {};
    for (let reload = 0; reload < 3; reload++) window = await reopenAfter(2_000);
    await person.clock.advance(nextAt - person.clock.now() - 1_000);
    expect(attempts()).toBe(3);
    await person.until(() => attempts() === 4, 5_000);
  });

  test('stays within the requests of a minute with 80 instances', async () => {
    const others = Array.from({ length: 80 }, (_, at) =>
      person.addInstance(`box-${at}`, { holdsGpus: false }),
    );
    await window.store.refresh();
    for (const other of others) {
      await window.operations.begin('startWhenAvailable', other.id, person.clock.now() + hour);
    }
    // The first attempts are the person's own: they asked for 80 at once.
    await person.clock.advance(2 * minute);
    const before = person.service.requests.length;
    await person.clock.advance(4 * minute);
    expect((person.service.requests.length - before) / 4).toBeLessThan(80);
    // Everybody still has a turn: half of them a second one at least.
    expect(attempts()).toBeGreaterThan(120);
  });

  test('ends at the deadline, not before, and says so', async () => {
    const until = person.clock.now() + 10.5 * minute;
    const waiting = await begin(10.5 * minute);
    const error = await failure(waiting, hour);
    expect(person.clock.now()).toBeGreaterThanOrEqual(until);
    expect(person.clock.now()).toBeLessThan(until + minute);
    expect(error).toBeInstanceOf(NoCapacityError);
    expect(String(error)).toContain(`No RTX 4090 became available by ${formatWhen(until, until)}.`);
    const asked = attempts();
    expect(asked).toBeGreaterThanOrEqual(7);
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.clock.advance(hour);
    expect(attempts()).toBe(asked);
    expect(person.journal.records.size).toBe(0);
  });

  test('may be longer than a day', async () => {
    window.need = { ...window.need, visible: false, focused: false };
    await begin(30 * hour);
    await person.clock.advance(29 * hour);
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.until(() => shown(window, 'box') === 'running');
  });

  test('lasts 24 hours if none is given', async () => {
    window.need = { ...window.need, visible: false, focused: false };
    const waiting = await begin();
    const from = person.clock.now();
    await failure(waiting, 25 * hour);
    expect(person.clock.now() - from).toBeGreaterThanOrEqual(24 * hour - minute);
    expect(person.clock.now() - from).toBeLessThan(24 * hour + 2 * minute);
  });

  test('continues after a reload until the same time', async () => {
    const until = person.clock.now() + 30 * minute;
    await begin(30 * minute);
    await person.clock.advance(10 * minute);
    const before = attempts();
    const next = await reopenAfter(5_000);
    await person.until(() => attempts() > before);
    expect(next.operations.of(id)?.until).toBe(until);
    await person.until(() => person.journal.records.size === 0, hour);
    expect(person.clock.now()).toBeGreaterThanOrEqual(until);
    expect(person.clock.now()).toBeLessThan(until + minute);
  });

  test.each(['a sleep', 'a closed window'])(
    'sends no start request after %s past the deadline',
    async (why) => {
      const waiting = await begin(hour);
      await person.clock.advance(5 * minute + 5_000);
      const before = attempts();
      person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
      let questions = 0;
      if (why === 'a sleep') {
        window.operations.onDidAsk(() => (questions += 1));
        person.clock.jump(3 * hour);
        expect(await failure(waiting)).toBeInstanceOf(NoCapacityError);
      } else (await reopenAfter(3 * hour)).operations.onDidAsk(() => (questions += 1));
      await person.until(() => person.journal.records.size === 0);
      await person.clock.advance(10 * minute);
      expect(attempts()).toBe(before);
      expect(questions).toBe(0);
      expect(person.world.instance(id).status).toBe('stopped');
    },
  );

  test('sends nothing if the person says only after the deadline that they still want it', async () => {
    const waiting = await begin(hour);
    await person.clock.advance(5 * minute + 5_000);
    const before = attempts();
    let proceed: (() => void) | undefined;
    window.operations.onDidAsk((question) => {
      if (question.kind === 'late') proceed = question.proceed;
    });
    person.clock.jump(20 * minute);
    await person.until(() => proceed !== undefined);
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.clock.advance(hour);
    proceed?.();
    expect(await failure(waiting)).toBeInstanceOf(NoCapacityError);
    expect(attempts()).toBe(before);
  });

  test('notices at the deadline that the instance was started in another way', async () => {
    const waiting = await begin(hour);
    await person.clock.advance(5 * minute + 5_000);
    const before = attempts();
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    person.world.start('main', id);
    person.clock.jump(3 * hour);
    await person.outcome(waiting.done);
    expect(attempts()).toBe(before);
  });

  test('never says that nothing was started if the last request may have arrived', async () => {
    const waiting = await begin(8 * minute);
    await person.clock.advance(4 * minute + 30_000);
    person.service.faults.add({ path: /instances/, times: 1_000, fault: { kind: 'drop', when: 'after' } });
    expect(await failure(waiting, hour)).toBeInstanceOf(OutcomeUnknownError);
  });
});
