import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OperationQuestion, RunningOperation } from '../../../../src/instances/operations/operations';
import { hostIds } from '../../../simulator/catalogue';
import { Person, rtx4090, shown, type Window } from '../windows';
import { bigger } from './support';

let person: Person;
let id: string;
let window: Window;

const minute = 60_000;
const delays = { boot: 20_000, address: 3_000, forwards: 2_000, stop: 10_000, remove: 20_000, modify: 8_000 };

beforeEach(async () => {
  person = new Person({ delays });
  window = await person.open();
});
afterEach(() => person.close());

async function withMachine(status: 'running' | 'stopped'): Promise<void> {
  id = person.addInstance('box', { status }).id;
  await window.store.refresh();
}

function questions(from: Window): OperationQuestion[] {
  const asked: OperationQuestion[] = [];
  from.operations.onDidAsk((question) => asked.push(question));
  return asked;
}

function discard(question: OperationQuestion | undefined): void {
  if (question?.kind !== 'late') throw new Error('Nothing late was asked about');
  question.discard();
}

interface Kind {
  readonly from: 'running' | 'stopped';
  readonly begin: (window: Window) => Promise<RunningOperation>;
  /** What is noted on the way. */
  readonly steps: readonly string[];
  /** How often each changing call is to arrive. */
  readonly calls: Readonly<Record<string, number>>;
  readonly ends: string | undefined;
}

const kinds: Readonly<Record<string, Kind>> = {
  start: {
    from: 'stopped',
    begin: ({ operations }) => operations.begin('start', id),
    steps: ['asking-start', 'starting'],
    calls: { 'POST start': 1 },
    ends: 'running',
  },
  stop: {
    from: 'running',
    begin: ({ operations }) => operations.begin('stop', id),
    steps: ['asking-stop', 'stopping'],
    calls: { 'POST stop': 1 },
    ends: 'stopped',
  },
  restart: {
    from: 'running',
    begin: ({ operations }) => operations.begin('restart', id),
    steps: ['asking-stop', 'stopping', 'start', 'asking-start', 'starting'],
    calls: { 'POST stop': 1, 'POST start': 1 },
    ends: 'running',
  },
  delete: {
    from: 'running',
    begin: ({ operations }) => operations.begin('delete', id),
    steps: ['asking-delete', 'deleting'],
    calls: { DELETE: 1 },
    ends: undefined,
  },
  'modify of a running one': {
    from: 'running',
    begin: ({ operations }) => operations.modify(id, bigger, true),
    steps: ['asking-stop', 'stopping', 'changing', 'modified', 'start', 'asking-start', 'starting'],
    calls: { 'POST stop': 1, 'PUT modify': 1, 'POST start': 1 },
    ends: 'running',
  },
  'modify of a stopped one': {
    from: 'stopped',
    begin: ({ operations }) => operations.modify(id, bigger, false),
    steps: ['changing', 'modified'],
    calls: { 'PUT modify': 1 },
    ends: 'stopped',
  },
  startWhenAvailable: {
    from: 'stopped',
    begin: ({ operations }) => operations.begin('startWhenAvailable', id),
    steps: ['asking-start', 'starting'],
    calls: { 'POST start': 1 },
    ends: 'running',
  },
};

function calls(): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { method, path } of person.service.requests) {
    if (method === 'GET') continue;
    const action = path.split('/')[5];
    const name = action === undefined ? method : `${method} ${action}`;
    counted[name] = (counted[name] ?? 0) + 1;
  }
  return counted;
}

async function expectEnd(kind: Kind, watching: Window): Promise<void> {
  await person.until(() => person.journal.records.size === 0, 10 * minute);
  await person.until(() => shown(watching, 'box') === kind.ends, 2 * minute);
  expect(calls()).toEqual(kind.calls);
  if (kind.begin.toString().includes('modify')) {
    expect(person.world.instance(id).sizes).toMatchObject({ vcpus: 16, ramGb: 64, storageGb: 300 });
  }
}

describe.each(Object.entries(kinds))('%s', (_name, kind) => {
  test('does what is wanted once, and reports its progress', async () => {
    await withMachine(kind.from);
    const operation = await kind.begin(window);
    const told = new Set<string>();
    operation.onDidReport((message) => told.add(message));
    await person.outcome(operation.accepted, 2 * minute);
    await person.outcome(operation.done, 10 * minute);
    expect(person.journal.steps.map((step) => step.split(' ')[1])).toEqual(kind.steps);
    expect(told.size).toBeGreaterThan(0);
    await expectEnd(kind, window);
  });

  test('a double click does it once', async () => {
    await withMachine(kind.from);
    const [one, two] = await Promise.all([kind.begin(window), kind.begin(window)]);
    expect(one).toBe(two);
    await expectEnd(kind, window);
  });

  test('two windows that ask for it at the same moment do it once', async () => {
    await withMachine(kind.from);
    const other = await person.open();
    const begun = await Promise.allSettled([kind.begin(window), kind.begin(other)]);
    expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expectEnd(kind, window);
  });

  test.each(kind.steps)('is taken up when its window closes at %s', async (step) => {
    await withMachine(kind.from);
    const other = await person.open({ visible: false, focused: false });
    person.journal.onNote = (record) => {
      if (record.step === step) window.close();
    };
    await kind.begin(window);
    await expectEnd(kind, other);
  });

  test.each(kind.steps)('is carried on when its claim went stale at %s', async (step) => {
    await withMachine(kind.from);
    const other = await person.open();
    let lost = false;
    person.journal.onNote = (record) => {
      if (record.step !== step || lost) return;
      lost = true;
      person.journal.loseClaims();
    };
    await kind.begin(window);
    await expectEnd(kind, other);
    expect(lost).toBe(true);
  });

  test.each(Object.keys(kind.calls))('is not asked twice when its window closes during %s', async (call) => {
    await withMachine(kind.from);
    const other = await person.open({ visible: false });
    person.world.settings.delays = { ...person.world.settings.delays, latency: 1_500 };
    await kind.begin(window);
    await person.until(() => calls()[call] === 1);
    window.close();
    await expectEnd(kind, other);
  });

  test.each(Object.keys(kind.calls))('an unclear answer to %s is settled by looking', async (call) => {
    await withMachine(kind.from);
    const [method = '', action = ''] = call.split(' ');
    person.service.faults.add({
      method,
      path: new RegExp(`${action}$`),
      fault: { kind: 'drop', when: 'after' },
    });
    await kind.begin(window);
    await expectEnd(kind, window);
  });
});

describe('what can be asked for while something is under way', () => {
  test('a stop ends a start, and a start cannot begin during a stop', async () => {
    await withMachine('stopped');
    const start = await window.operations.begin('start', id);
    await person.outcome(start.accepted);
    const stop = await window.operations.begin('stop', id);
    await expect(start.done).rejects.toThrow('Cancelled');
    await expect(window.operations.begin('start', id)).rejects.toThrow('busy');
    await person.outcome(stop.done);
    expect(shown(window, 'box')).toBe('stopped');
  });

  test('a delete ends another window’s wait for a GPU', async () => {
    await withMachine('stopped');
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
    person.world.instance(id).holdsGpus = false;
    const other = await person.open();
    const waiting = await other.operations.begin('startWhenAvailable', id);
    await person.clock.advance(2 * minute);
    const remove = await window.operations.begin('delete', id);
    await expect(person.outcome(waiting.done)).rejects.toThrow('Cancelled');
    await person.outcome(remove.done);
    expect(window.store.row(id)).toBeUndefined();
    const asked = person.count('POST', '/start');
    await person.clock.advance(5 * minute);
    expect(person.count('POST', '/start')).toBe(asked);
  });

  test('what another window carries on can be cancelled', async () => {
    await withMachine('stopped');
    const other = await person.open();
    const start = await other.operations.begin('start', id);
    await person.outcome(start.accepted);
    const [pending] = window.operations.pending();
    await window.operations.cancel(pending?.id ?? '');
    await expect(person.outcome(start.done)).rejects.toThrow('Cancelled');
    await person.until(() => window.operations.pending().length === 0);
  });

  test('where nothing can be noted, nothing is begun, and the next attempt works', async () => {
    await withMachine('stopped');
    const begin = person.journal.begin.bind(person.journal);
    person.journal.begin = () => Promise.reject(new Error('No space left on the device'));
    const both = await Promise.allSettled([
      window.operations.begin('start', id),
      window.operations.begin('start', id).then((operation) => operation.done),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    person.journal.begin = begin;
    await person.outcome((await window.operations.begin('start', id)).done);
    expect(calls()).toEqual({ 'POST start': 1 });
  });
});

describe('what does not go well', () => {
  test('a restart that finds no GPU says that it is stopped now', async () => {
    await withMachine('running');
    person.world.settings.stopEndsIn = 'stoppeddisassociated';
    const restart = await window.operations.begin('restart', id);
    person.world.onDidChange(({ status }) => {
      if (status === 'stoppeddisassociated') person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
    });
    await expect(person.outcome(restart.done)).rejects.toThrow(
      /was stopped, but couldn’t be started again.*GPU isn’t available/s,
    );
  });

  test('a change that is refused after the stop says that it is stopped now', async () => {
    await withMachine('running');
    const modify = await window.operations.modify(id, { ...bigger, vcpuCount: 4_000 }, true);
    await expect(person.outcome(modify.done)).rejects.toThrow(
      'The instance was stopped, but couldn’t be modified',
    );
    expect(calls()).toEqual({ 'POST stop': 1, 'PUT modify': 1 });
  });

  test('a wait for a GPU asks about once a minute and ends when one is free', async () => {
    await withMachine('stopped');
    person.world.instance(id).holdsGpus = false;
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
    const waiting = await window.operations.begin('startWhenAvailable', id);
    await person.clock.advance(10 * minute + 5_000);
    const asked = person.count('POST', '/start');
    expect(asked).toBeGreaterThanOrEqual(7);
    expect(asked).toBeLessThanOrEqual(11);
    expect(waiting.message).toContain(`Attempts: ${asked}.`);
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.outcome(waiting.done);
    expect(shown(window, 'box')).toBe('running');
    expect(person.count('POST', '/start')).toBe(asked + 1);
  });

  test('an instance that stops by itself right after its start is reported as not started', async () => {
    await withMachine('stopped');
    person.world.settings.flakiness = 1;
    person.world.settings.delays = { ...person.world.settings.delays, boot: 150_000 };
    const start = await window.operations.begin('start', id);
    person.world.onDidChange((instance) => {
      if (instance.status === 'running') person.world.stopByItself(id, 'error');
    });
    await expect(person.outcome(start.done)).rejects.toThrow('didn’t start');
  });

  test('a stop that is refused ends with the service’s words, and leaves nothing noted', async () => {
    await withMachine('running');
    person.service.faults.add({
      method: 'POST',
      fault: { kind: 'error-in-200', status: 400, error: 'Host is under maintenance' },
    });
    const stop = await window.operations.begin('stop', id);
    await expect(person.outcome(stop.accepted)).rejects.toThrow('Host is under maintenance');
    expect(person.journal.records.size).toBe(0);
  });
});

describe('accounts', () => {
  test('what belongs to another account rests until that account is back', async () => {
    await withMachine('running');
    const restart = await window.operations.begin('restart', id);
    await person.outcome(restart.accepted);
    await window.store.setSession(undefined);
    await expect(person.outcome(restart.done)).rejects.toThrow('You switched accounts');
    await person.clock.advance(5 * minute);
    expect(calls()).toEqual({ 'POST stop': 1 });
    await window.store.setSession({ accountId: 'account-1', api: window.api, shared: person.shared });
    await person.until(() => person.world.instance(id).status === 'running');
    await person.until(() => person.journal.records.size === 0);
    expect(calls()).toEqual({ 'POST stop': 1, 'POST start': 1 });
  });

  test('a restart that was left for more than a day starts nothing by itself, but asks', async () => {
    await withMachine('running');
    const restart = await window.operations.begin('restart', id);
    await person.outcome(restart.accepted);
    await window.store.setSession(undefined);
    await expect(person.outcome(restart.done)).rejects.toThrow('You switched accounts');
    await person.clock.advance(25 * 60 * minute);
    const asked = questions(window);
    await window.store.setSession({ accountId: 'account-1', api: window.api, shared: person.shared });
    await person.until(() => asked.length === 1);
    await person.clock.advance(5 * minute);
    expect(calls()).toEqual({ 'POST stop': 1 });
    discard(asked[0]);
    await person.until(() => person.journal.records.size === 0);
    await person.clock.advance(5 * minute);
    expect(calls()).toEqual({ 'POST stop': 1 });
    expect(person.world.instance(id).status).toMatch(/^stopped/);
  });

  test('nothing is started if no one is signed in', async () => {
    await withMachine('stopped');
    await window.store.setSession(undefined);
    await expect(window.operations.begin('start', id)).rejects.toThrow('Sign in');
  });
});
