import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BillingStart, BudgetBreach } from '../../../../src/instances/operations/budgetGate';
import type { RunningOperation } from '../../../../src/instances/operations/operations';
import { createRequest, Person, rtx4090, shown, type Window } from '../windows';
import { delay } from '../../../../src/base/clock';
import { hostIds } from '../../../simulator/catalogue';
import { bigger, changesSent, minute, questionsOf, watchEnd } from './support';

const breach: BudgetBreach = { kind: 'hourly', limit: 1, amount: 1.5, isAtLeast: false };

let person: Person;
let window: Window;
let id: string;
let checked: (readonly [BillingStart, readonly BillingStart[]])[];

beforeEach(async () => {
  person = new Person({ delays: { boot: 20_000, stop: 10_000, modify: 8_000 } });
  checked = [];
  person.budget = async (...args) => {
    checked.push(args);
    return Promise.resolve([breach]);
  };
  window = await person.open();
});
afterEach(() => person.close());

async function withInstance(status: 'running' | 'stopped'): Promise<void> {
  id = person.addInstance('box', { status }).id;
  await window.store.refresh();
}

const asked = () => questionsOf(window, 'budget');

async function codeOf({ done }: RunningOperation): Promise<unknown> {
  return person.outcome(
    done.then(
      () => 'done',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    ),
  );
}

interface Path {
  readonly name: string;
  readonly from: 'running' | 'stopped';
  readonly begin: () => Promise<RunningOperation>;
  readonly sent: readonly string[];
}

/** Every way in which something starts to be billed. */
const paths: readonly Path[] = [
  {
    name: 'start',
    from: 'stopped',
    begin: async () => window.operations.begin('start', id),
    sent: ['POST start'],
  },
  {
    name: 'start when available',
    from: 'stopped',
    begin: async () => window.operations.begin('startWhenAvailable', id),
    sent: ['POST start'],
  },
  {
    name: 'restart',
    from: 'running',
    begin: async () => window.operations.begin('restart', id),
    sent: ['POST stop', 'POST start'],
  },
  {
    name: 'modify and start again',
    from: 'running',
    begin: async () => window.operations.modify(id, bigger, true, 0.7),
    sent: ['POST stop', 'PUT modify', 'POST start'],
  },
  {
    name: 'create',
    from: 'stopped',
    begin: async () => window.operations.create(createRequest(), 'key', 0.5),
    sent: ['POST'],
  },
];

describe.each(paths)('beyond a limit: $name', ({ from, begin, sent }) => {
  test('sends nothing before the person agrees, and asks once', async () => {
    await withInstance(from);
    const operation = await begin();
    await person.until(() => asked().length === 1);
    await person.clock.advance(5 * minute);
    expect(changesSent(person)).toEqual([]);
    expect(asked()[0]?.breaches).toEqual([breach]);
    asked()[0]?.proceed();
    expect(await codeOf(operation)).toBe('done');
    expect(changesSent(person)).toEqual(sent);
    expect(asked()).toHaveLength(1);
  });

  test('changes nothing if the person declines, and leaves nothing to go on', async () => {
    await withInstance(from);
    const operation = await begin();
    await person.until(() => asked().length === 1);
    asked()[0]?.discard();
    expect(await codeOf(operation)).toBe('over-budget');
    expect((await operation.outcome).kind).toBe('refused');
    await person.clock.advance(30 * minute);
    expect(changesSent(person)).toEqual([]);
    expect(shown(window, 'box')).toBe(from);
    expect(person.journal.records.size).toBe(0);
  });
});

// A create that wasn't sent ends with its window.
describe.each(paths.filter(({ name }) => name !== 'create'))('beyond a limit: $name', ({ from, begin }) => {
  test('is asked about by the next window if this one closes', async () => {
    await withInstance(from);
    await begin();
    await person.until(() => asked().length === 1);
    window.close();
    window = await person.open();
    await person.until(() => asked().length === 1);
    expect(changesSent(person)).toEqual([]);
  });
});

describe('the check', () => {
  test('gets the rate of what starts: of the row, or of what was ordered', async () => {
    person.budget = async (...args) => {
      checked.push(args);
      return Promise.resolve([]);
    };
    await withInstance('stopped');
    const rateHourly = window.store.row(id)?.instance.rateHourly;
    expect(rateHourly).toBeGreaterThan(0);
    await person.outcome((await window.operations.begin('start', id)).done);
    await person.outcome((await window.operations.create(createRequest(), 'key', 0.5)).accepted);
    expect(checked.map(([start]) => start)).toEqual([
      { instanceId: id, rateHourly },
      { instanceId: undefined, rateHourly: 0.5 },
    ]);
  });

  test('knows of what was let through and isn’t in the list yet, also in another window', async () => {
    person.budget = async (...args) => {
      checked.push(args);
      return Promise.resolve([]);
    };
    await withInstance('stopped');
    const second = person.addInstance('second').id;
    const third = person.addInstance('third').id;
    const other = await person.open();
    await window.store.refresh();
    const begun = await Promise.all([
      window.operations.begin('start', id),
      window.operations.begin('start', second),
    ]);
    await Promise.all(begun.map(async ({ accepted }) => person.outcome(accepted)));
    await person.outcome((await other.operations.begin('start', third)).accepted);
    const others = checked.map(([, each]) => each.map(({ instanceId }) => instanceId));
    expect(others).toEqual([[], [checked[0]?.[0].instanceId], expect.arrayContaining([id, second])]);
  });

  test.each(['unclear', 'searching'])('counts another window’s create that is %s', async (step) => {
    person.budget = async (...args) => {
      checked.push(args);
      return Promise.resolve([]);
    };
    await withInstance('stopped');
    const now = person.clock.now();
    await person.journal.begin({
      version: 1,
      id: 'create',
      accountId: 'account-1',
      kind: 'create',
      name: 'made',
      startedAt: now,
      step,
      searchFrom: now,
      rateHourly: 0.9,
    });
    await person.outcome((await window.operations.begin('start', id)).accepted);
    expect(checked.map(([, others]) => others)).toEqual([[{ instanceId: undefined, rateHourly: 0.9 }]]);
  });

  test('is never passed by a stop, a delete, or a modify that starts nothing', async () => {
    await withInstance('stopped');
    await person.outcome((await window.operations.modify(id, bigger, false)).done);
    await person.outcome((await window.operations.begin('delete', id)).accepted);
    expect(checked).toEqual([]);
  });
});

const daily: BudgetBreach = { kind: 'daily', limit: 5, amount: 6, isAtLeast: false };

describe('a yes', () => {
  async function waitForGpu(): Promise<void> {
    id = person.addInstance('box', { status: 'stopped', holdsGpus: false }).id;
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
    await window.store.refresh();
    const waiting = await window.operations.begin('startWhenAvailable', id);
    waiting.done.catch(() => undefined);
    await person.until(() => asked().length === 1);
    asked()[0]?.proceed();
    await person.until(() => changesSent(person).length >= 2);
  }

  test('holds for the attempts that follow', async () => {
    await waitForGpu();
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 8);
    await person.until(() => shown(window, 'box') === 'running');
    expect(asked()).toHaveLength(1);
  });

  test.each([
    ['another limit', [breach, daily]],
    ['a higher rate', [{ ...breach, amount: 2 }]],
    ['a rate that is no longer known', [{ ...breach, isAtLeast: true }]],
    ['a lower limit', [{ ...breach, limit: 0.5 }]],
  ])('doesn’t hold for %s', async (_, breaches) => {
    await waitForGpu();
    person.budget = async () => Promise.resolve(breaches);
    const sent = changesSent(person).length;
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 8);
    await person.until(() => asked().length === 2);
    await person.clock.advance(20 * minute);
    expect(changesSent(person)).toHaveLength(sent);
  });

  test.each([
    ['daily', new Date(2026, 10, 24, 23, 30), 2],
    ['monthly', new Date(2026, 10, 24, 23, 30), 1],
    ['monthly', new Date(2026, 10, 30, 23, 30), 2],
    ['hourly', new Date(2026, 10, 30, 23, 30), 1],
  ] as const)('to a %s limit at %s is asked for %d times until one o’clock', async (kind, evening, count) => {
    person.budget = async () => Promise.resolve([{ ...breach, kind }]);
    person.clock.jump(evening.getTime() - person.clock.now());
    await waitForGpu();
    await person.clock.advance(90 * minute);
    expect(asked()).toHaveLength(count);
  });

  test('doesn’t hold for the next day', async () => {
    await waitForGpu();
    await person.clock.advance(13 * 60 * minute);
    expect(asked()).toHaveLength(2);
  });
});

describe('what stands between the question and the request', () => {
  test.each([
    ['a limit that was lowered', [{ ...breach, limit: 0.5 }]],
    ['something else that was started', [{ ...breach, amount: 3 }]],
    ['a budget that is spent by now', [breach, daily]],
  ])('%s while the question was open is asked about again', async (_, later) => {
    await withInstance('stopped');
    const start = await window.operations.begin('start', id);
    await person.until(() => asked().length === 1);
    person.budget = async () => Promise.resolve(later);
    asked()[0]?.proceed();
    await person.until(() => asked().length === 2);
    expect(changesSent(person)).toEqual([]);
    expect(asked()[1]?.breaches).toEqual(later);
    asked()[1]?.proceed();
    expect(await codeOf(start)).toBe('done');
    expect(asked()).toHaveLength(2);
  });

  test('a yes after hours, to whether it is still wanted, is checked against what is spent by then', async () => {
    await withInstance('stopped');
    person.budget = async () => Promise.resolve([]);
    await window.operations.begin('startWhenAvailable', id);
    person.world.instance(id).holdsGpus = false;
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
    await person.until(() => changesSent(person).length === 1);
    const late = (): readonly { proceed(): void }[] => questionsOf(window, 'late');
    person.clock.jump(20 * minute);
    await person.until(() => late().length === 1);
    await person.clock.advance(60 * minute);
    person.budget = async () => Promise.resolve([daily]);
    const sent = changesSent(person).length;
    late()[0]?.proceed();
    await person.until(() => asked().length === 1);
    expect(changesSent(person)).toHaveLength(sent);
  });

  test('two windows at the same moment don’t both start what fits only one by one', async () => {
    await withInstance('stopped');
    const second = person.addInstance('second').id;
    const other = await person.open();
    await window.store.refresh();
    person.budget = async (_, others) => {
      // A slow check: both windows are at it.
      await delay(person.clock, 50);
      return others.length > 0 ? [breach] : [];
    };
    const begun = await Promise.all([
      window.operations.begin('start', id),
      other.operations.begin('start', second),
    ]);
    for (const { done } of begun) done.catch(() => undefined);
    await person.clock.advance(5 * minute);
    expect(changesSent(person)).toEqual(['POST start']);
    expect(asked().length + questionsOf(other, 'budget').length).toBe(1);
  });

  test('a start that was saved as sent, and wasn’t, is checked before it is sent', async () => {
    await withInstance('stopped');
    window.close();
    const claim = await person.journal.begin({
      version: 1,
      id: 'killed',
      accountId: 'account-1',
      kind: 'start',
      instanceId: id,
      name: 'box',
      startedAt: person.clock.now(),
      step: 'asking-start',
    });
    await claim?.release();
    window = await person.open();
    await person.until(() => asked().length === 1);
    await person.clock.advance(5 * minute);
    expect(changesSent(person)).toEqual([]);
  });

  test('an operation that waits behind another question can be canceled', async () => {
    await withInstance('stopped');
    const second = person.addInstance('second').id;
    await window.store.refresh();
    person.budget = async ({ instanceId }) => Promise.resolve(instanceId === id ? [breach] : []);
    const first = await window.operations.begin('start', id);
    first.done.catch(() => undefined);
    await person.until(() => asked().length === 1);
    const waiting = await window.operations.begin('start', second);
    const hasEnded = watchEnd(waiting.done);
    await person.clock.advance(1_000);
    waiting.cancel();
    await person.until(hasEnded, minute);
    asked()[0]?.proceed();
    await person.until(() => shown(window, 'box') === 'running');
    expect(changesSent(person)).toEqual(['POST start']);
  });

  test('a modified instance is checked at the rate that the service lists for it', async () => {
    person.budget = async (...args) => {
      checked.push(args);
      return Promise.resolve([]);
    };
    await withInstance('stopped');
    await person.outcome((await window.operations.modify(id, bigger, true, 0.01)).done);
    const listed = window.store.row(id)?.instance.rateHourly;
    expect(listed).toBeGreaterThan(0.01);
    expect(checked.at(-1)?.[0].rateHourly).toBe(listed);
  });

  test('what ran while the computer slept is looked at first', async () => {
    await withInstance('stopped');
    window.need = { ...window.need, visible: false, focused: false };
    person.clock.jump(10 * 60 * minute);
    const slept = person.clock.now();
    let listedAt = 0;
    person.budget = async () => {
      listedAt = window.store.status.listedAt;
      return Promise.resolve([]);
    };
    await person.outcome((await window.operations.begin('start', id)).accepted);
    expect(listedAt).toBeGreaterThanOrEqual(slept);
  });
});
