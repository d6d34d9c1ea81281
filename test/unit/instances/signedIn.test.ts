import { beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { Emitter } from '../../../src/base/emitter';
import type { Account, SignedInAccounts } from '../../../src/instances/accounts';
import { type AccountWork, SignedIn } from '../../../src/instances/signedIn';

const origin = 'https://dashboard.example';

function account(id: string, label = id.toUpperCase()): Account {
  return { id, label, origin, token: `token-${id}` };
}

class Work implements AccountWork {
  begun = 0;
  disposed = 0;
  readonly settlements = new Emitter<void>();
  readonly failures = new Emitter<unknown>();
  readonly session = {
    begin: () => void (this.begun += 1),
    settled: () => Promise.resolve(),
    isKnown: true,
    onDidFail: this.failures.event,
    onDidSettle: this.settlements.event,
  };

  constructor(readonly id: string | undefined) {}

  dispose(): Promise<void> {
    this.disposed += 1;
    return Promise.resolve();
  }
}

let stored: SignedInAccounts;
let failure: Error | undefined;
let changes: Emitter<void>;
let opened: Work[];
let signedIn: SignedIn<Work>;

beforeEach(() => {
  stored = { all: [], active: undefined, isTogether: false };
  failure = undefined;
  changes = new Emitter();
  opened = [];
  signedIn = new SignedIn({
    accounts: {
      signedIn: async () => (failure ? Promise.reject(failure) : Promise.resolve(stored)),
      onDidChange: changes.event,
    },
    origin: () => origin,
    open: (id) => {
      const work = new Work(id);
      opened.push(work);
      return work;
    },
    log: silentLogger,
  });
});

async function store(all: readonly Account[], active?: string, isTogether = false): Promise<void> {
  stored = { all, active: all.find(({ id }) => id === active) ?? all[0], isTogether };
  changes.fire();
  await signedIn.settled();
}

const idsOf = (works: readonly Work[]): readonly (string | undefined)[] => works.map(({ id }) => id);

describe('the accounts of a window', () => {
  test('while nobody is signed in, something stands in that works for no account', async () => {
    signedIn.begin();
    await signedIn.settled();
    expect(signedIn.all()).toEqual([]);
    expect(idsOf(signedIn.shown())).toEqual([undefined]);
    expect(opened.map(({ begun }) => begun)).toEqual([0]);
  });

  test('each is looked after, also those that are not shown', async () => {
    signedIn.begin();
    await store([account('a'), account('b')], 'b');
    expect(idsOf(signedIn.all())).toEqual(['a', 'b']);
    expect(signedIn.all().map(({ begun }) => begun)).toEqual([1, 1]);
    expect(idsOf(signedIn.shown())).toEqual(['b']);
    expect([signedIn.isShown('a'), signedIn.isShown('b')]).toEqual([false, true]);
  });

  test('what is shown can be all of them, and each stays the same through switches', async () => {
    signedIn.begin();
    await store([account('a'), account('b')], 'a');
    const before = signedIn.all();
    await store([account('a'), account('b')], 'b', true);
    expect(idsOf(signedIn.shown())).toEqual(['a', 'b']);
    await store([account('a'), account('b')], 'a');
    expect(idsOf(signedIn.shown())).toEqual(['a']);
    expect(signedIn.all()).toEqual(before);
    expect(signedIn.of('b')).toBe(before[1]);
  });

  test('one that is signed out is no longer among them, and is the same when it comes back', async () => {
    signedIn.begin();
    await store([account('a'), account('b')], 'a', true);
    const other = signedIn.of('b');
    await store([account('a')], 'a', true);
    expect(idsOf(signedIn.all())).toEqual(['a']);
    expect(idsOf(signedIn.shown())).toEqual(['a']);
    expect(signedIn.nameOf('b')).toBeUndefined();
    await store([account('a'), account('b')], 'a', true);
    expect(signedIn.of('b')).toBe(other);
    expect(other.begun).toBe(1);
  });

  test('a name is said only where there are several', async () => {
    signedIn.begin();
    await store([account('a', 'Work')], 'a');
    expect(signedIn.nameIfSeveral('a')).toBeUndefined();
    expect(signedIn.nameOf('a')).toBe('Work');
    await store([account('a', 'Work'), account('b', 'Home')], 'a');
    expect(signedIn.nameIfSeveral('a')).toBe('Work');
    expect(signedIn.nameIfSeveral('b')).toBe('Home');
    expect(signedIn.nameIfSeveral('unknown')).toBeUndefined();
  });

  test('if it can’t be found out who is signed in, that is said, and those known stay', async () => {
    const failures: unknown[] = [];
    signedIn.onDidFail((error) => failures.push(error));
    signedIn.begin();
    await store([account('a')], 'a');
    failure = new Error('apiUrl');
    changes.fire();
    await signedIn.settled();
    expect(failures).toEqual([failure]);
    expect(signedIn.isKnown).toBe(false);
    expect(idsOf(signedIn.all())).toEqual(['a']);
    failure = undefined;
    await store([account('a')], 'a');
    expect(signedIn.isKnown).toBe(true);
  });

  test('what one account fails with is said, and not again where it is the same for all', async () => {
    const failures: unknown[] = [];
    signedIn.onDidFail((error) => failures.push(error));
    signedIn.begin();
    await store([account('a'), account('b')], 'a');
    const unreadable = new Error('snapshot');
    signedIn.of('b').failures.fire(unreadable);
    expect(failures).toEqual([unreadable]);
    failure = new Error('apiUrl');
    changes.fire();
    await signedIn.settled();
    signedIn.of('b').failures.fire(failure);
    expect(failures).toEqual([unreadable, failure]);
  });

  test('all of them end with the window', async () => {
    signedIn.begin();
    await store([account('a'), account('b')], 'a');
    await signedIn.dispose();
    expect(opened.map(({ disposed }) => disposed)).toEqual(opened.map(() => 1));
  });
});
