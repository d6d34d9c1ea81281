import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NoCapacityError } from '../../../../src/api/errors';
import type { RunningOperation } from '../../../../src/instances/operations/operations';
import { hostIds } from '../../../simulator/catalogue';
import type { Fault } from '../../../simulator/faults';
import { createRequest, Person, shown, type Window } from '../windows';

let person: Person;
let window: Window;

const minute = 60_000;
const delays = { create: 12_000, boot: 20_000, address: 3_000, forwards: 2_000 };

beforeEach(async () => {
  person = new Person({ delays });
  person.addInstance('made');
  window = await person.open();
  await window.store.refresh();
  await person.clock.advance(1_000);
});
afterEach(() => person.close());

function creates(): number {
  return person.count('POST', '/instances');
}

function instances(): number {
  return person.world.all().length - 1;
}

async function refusal(operation: RunningOperation): Promise<unknown> {
  const outcome = await person.outcome(operation.outcome);
  if (outcome.kind !== 'refused') throw new Error(`It ended as ${outcome.kind}`);
  return outcome.error;
}

function spoil(fault: Fault): void {
  person.service.faults.add({ method: 'POST', fault });
}

describe('a create with a clear answer', () => {
  test('creates one instance and waits until it runs, even if an older one has the same name', async () => {
    const operation = await window.operations.create(createRequest(), 'key');
    const outcome = await person.outcome(operation.outcome);
    expect(outcome).toEqual({ kind: 'done', value: { id: person.world.all()[1]?.id } });
    await person.outcome(operation.done);
    const ended = (): boolean => window.store.rows()[1]?.pending === undefined;
    await person.until(ended);
    const row = window.store.rows()[1];
    expect(row?.state).toBe('running');
    expect(row?.instance.ipAddress).toBe(person.world.all()[1]?.ipAddress);
    expect([creates(), instances()]).toEqual([1, 1]);
  });

  test('that refuses makes none, says why, and the corrected form may use the same key', async () => {
    spoil({ kind: 'error-in-200', error: 'No available nodes found' });
    const operation = await window.operations.create(createRequest(), 'key');
    expect(await refusal(operation)).toBeInstanceOf(NoCapacityError);
    expect(instances()).toBe(0);
    const again = await window.operations.create(createRequest(), 'key');
    expect(await person.outcome(again.outcome)).toMatchObject({ kind: 'done' });
    expect(instances()).toBe(1);
  });

  test('isn’t sent while the list isn’t available, as a lost instance couldn’t be distinguished from an old one', async () => {
    person.service.faults.add({ times: 3, fault: { kind: 'html', status: 502 } });
    const operation = await window.operations.create(createRequest(), 'key');
    expect(await refusal(operation)).toMatchObject({ code: 'service-down' });
    expect(creates()).toBe(0);
  });
});

const made: Readonly<Record<string, Fault>> = {
  'a timeout after it was made': { kind: 'never', when: 'after' },
  'a connection lost after it was made': { kind: 'drop', when: 'after' },
  'an answer cut off': { kind: 'cut' },
  'an empty answer': { kind: 'empty' },
  'an answer that cannot be read': { kind: 'body', body: '{"data":{"type":"virtualmachine"}}' },
  'a web page as the answer': { kind: 'body', body: '<html>Sign in</html>', contentType: 'text/html' },
  'a gateway’s error though it was made': { kind: 'html', status: 504, handled: true },
};

const notMade: Readonly<Record<string, Fault>> = {
  'a timeout before it was made': { kind: 'never', when: 'before' },
  'a connection lost before it was made': { kind: 'drop', when: 'before' },
  'a gateway’s error': { kind: 'html', status: 502 },
  'a server error': { kind: 'status', status: 500, body: { error: 'unexpected error during deployment' } },
};

describe('a create without a clear answer', () => {
  test.each(Object.entries(made))('%s: the instance is found and kept', async (_name, fault) => {
    spoil(fault);
    const operation = await window.operations.create(createRequest(), 'key');
    const outcome = await person.outcome(operation.outcome, 5 * minute);
    expect(outcome).toMatchObject({ kind: 'done', value: { id: person.world.all()[1]?.id, search: {} } });
    await person.outcome(operation.done);
    expect([creates(), instances()]).toEqual([1, 1]);
  });

  test.each(Object.entries(notMade))('%s: it is looked for, and never sent again', async (_name, fault) => {
    spoil(fault);
    const operation = await window.operations.create(createRequest(), 'key');
    const outcome = await person.outcome(operation.outcome, 10 * minute);
    expect(outcome).toMatchObject({ kind: 'unknown', error: { search: { lists: 9, forMs: 120_000 } } });
    await person.clock.advance(10 * minute);
    expect([creates(), instances()]).toEqual([1, 0]);
  });

  test('twenty that time out after the instance was created, and twenty before: each is reported correctly', async () => {
    const small = {
      resources: { vcpuCount: 2, ramGb: 8, storageGb: 100, gpus: [] },
      placement: { hostnodeId: hostIds.ashburnCpu },
    };
    const told: string[] = [];
    for (let index = 0; index < 40; index += 1) {
      const when = index % 2 === 0 ? 'after' : 'before';
      spoil({ kind: 'never', when });
      const operation = await window.operations.create(
        createRequest({ ...small, name: `m${index}` }),
        `key-${index}`,
      );
      const outcome = await person.outcome(operation.outcome, 10 * minute);
      const mine = person.world.all().find(({ name }) => name === `m${index}`);
      expect(outcome).toMatchObject(
        when === 'after'
          ? { kind: 'done', value: { id: mine?.id, search: {} } }
          : { kind: 'unknown', error: { search: { lists: 9, forMs: 120_000 } } },
      );
      told.push(outcome.kind);
    }
    await person.clock.advance(10 * minute);
    expect([creates(), instances()]).toEqual([40, 20]);
    expect(told.filter((kind) => kind === 'done')).toHaveLength(20);
    expect(told.filter((kind) => kind === 'unknown')).toHaveLength(20);
  });

  test('an instance that is listed only a minute later is found', async () => {
    person.world.settings.delays = { ...person.world.settings.delays, visible: minute };
    spoil({ kind: 'drop', when: 'after' });
    const operation = await window.operations.create(createRequest(), 'key');
    expect(await person.outcome(operation.outcome, 5 * minute)).toMatchObject({
      kind: 'done',
      value: { search: {} },
    });
    expect([creates(), instances()]).toEqual([1, 1]);
  });

  test('of two with the same name, the one whose answer was lost doesn’t adopt the other’s instance', async () => {
    spoil({ kind: 'drop', when: 'before' });
    const lost = await window.operations.create(createRequest(), 'lost');
    await person.until(() => creates() === 1);
    const fine = await window.operations.create(createRequest(), 'fine');
    expect(await person.outcome(fine.outcome)).toMatchObject({ kind: 'done' });
    expect(await person.outcome(lost.outcome, 5 * minute)).toMatchObject({ kind: 'unknown' });
    expect(instances()).toBe(1);
  });
});

describe('the same wish twice', () => {
  test('from one window at the same moment is made once', async () => {
    const [one, two] = await Promise.all([
      window.operations.create(createRequest(), 'key'),
      window.operations.create(createRequest(), 'key'),
    ]);
    expect(one).toBe(two);
    await person.outcome(one.done);
    expect([creates(), instances()]).toEqual([1, 1]);
  });

  test('after it was created reports the same end', async () => {
    const first = await window.operations.create(createRequest(), 'key');
    const outcome = await person.outcome(first.outcome);
    await person.outcome(first.done);
    const other = await person.open();
    const again = await other.operations.create(createRequest(), 'key');
    expect(await person.outcome(again.outcome)).toEqual(outcome);
    expect([creates(), instances()]).toEqual([1, 1]);
  });

  test('from another window meanwhile is refused', async () => {
    const other = await person.open();
    await window.operations.create(createRequest(), 'key');
    await expect(other.operations.create(createRequest(), 'key')).rejects.toThrow(
      'Another window is already creating',
    );
    await person.clock.advance(5 * minute);
    expect([creates(), instances()]).toEqual([1, 1]);
  });

  test('after it was cancelled on its way is not sent again', async () => {
    const first = await window.operations.create(createRequest(), 'key');
    await person.until(() => creates() === 1);
    first.cancel();
    expect(await person.outcome(first.outcome)).toMatchObject({ kind: 'unknown' });
    const again = await window.operations.create(createRequest(), 'key');
    expect(await person.outcome(again.outcome)).toMatchObject({ kind: 'unknown' });
    await person.clock.advance(minute);
    expect([creates(), instances()]).toEqual([1, 1]);
    expect(window.store.rows()).toHaveLength(2);
  });
});

describe('a create whose window closes', () => {
  test('before it was sent makes nothing', async () => {
    const other = await person.open();
    person.journal.onNote = () => window.close();
    await window.operations.create(createRequest(), 'key');
    await person.until(() => person.journal.records.size === 0, 20 * minute);
    expect([creates(), instances()]).toEqual([0, 0]);
    expect(other.store.rows()).toHaveLength(1);
  });

  test('while it was running is found by another window, which reports it', async () => {
    const other = await person.open({ visible: false });
    const begun: (Promise<unknown> | undefined)[] = [];
    other.operations.onDidBegin((operation) => begun.push(operation.outcome));
    await window.operations.create(createRequest(), 'key');
    await person.until(() => creates() === 1);
    window.close();
    await person.until(() => begun.length === 1);
    expect(await person.outcome(begun[0] ?? Promise.resolve())).toMatchObject({
      kind: 'done',
      value: { search: {} },
    });
    await person.until(() => person.journal.records.size === 0);
    expect(other.store.rows()[1]).toMatchObject({ state: 'running' });
    expect([creates(), instances()]).toEqual([1, 1]);
  });

  test('right after the answer is waited for by another window', async () => {
    const other = await person.open({ visible: false });
    person.world.settings.delays = { ...person.world.settings.delays, visible: 20_000 };
    person.journal.onNote = (record) => {
      if (record.step === 'made') window.close();
    };
    await window.operations.create(createRequest(), 'key');
    await person.until(() => shown(other, 'made') !== undefined && other.store.rows().length === 2);
    await person.until(() => person.journal.records.size === 0);
    expect(other.store.rows()[1]).toMatchObject({ state: 'running' });
    expect([creates(), instances()]).toEqual([1, 1]);
  });
});
