import { silentLogger } from '../../../src/base/logger';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Emitter } from '../../../src/base/emitter';
import { LocationNames } from '../../../src/instances/locationNames';
import type { InstanceStore, StoreChange } from '../../../src/instances/store';
import { Person } from './windows';

const nothing: StoreChange = { added: [], removed: [], changed: [], status: true };
let person: Person;

beforeEach(() => {
  person = new Person({});
});
afterEach(() => person.close());

/** A store of one row whose location is told, with the simulated service behind it. */
async function storeAt(locationId: string | undefined): Promise<{
  readonly store: Pick<InstanceStore, 'api' | 'rows' | 'status' | 'onDidChange'>;
  readonly changes: Emitter<StoreChange>;
}> {
  const changes = new Emitter<StoreChange>();
  const window = await person.open();
  const instance = { id: 'a', name: 'a', state: 'running', statusText: 'running', locationId } as const;
  const row = { instance, state: 'running', unlisted: false, detailed: true } as const;
  const status = { accountId: 'account-1', listedAt: 1 };
  return { store: { api: window.api, rows: () => [row], status, onDidChange: changes.event }, changes };
}

test('tells where a location is, asked for once', async () => {
  const { api } = await person.open();
  const [known] = await person.outcome(api.listLocations());
  const before = person.count('GET', '/locations');
  const { store, changes } = await storeAt(known?.id);
  const names = new LocationNames(store, silentLogger);
  changes.fire(nothing);
  changes.fire(nothing);
  await person.until(() => names.of(known?.id ?? '') !== undefined);
  expect(names.of(known?.id ?? '')?.city).toBe(known?.city);
  expect(person.count('GET', '/locations') - before).toBe(1);
  names.dispose();
});

test('asks for nothing where no location was told', async () => {
  const { store, changes } = await storeAt(undefined);
  const names = new LocationNames(store, silentLogger);
  changes.fire(nothing);
  await person.clock.advance(1_000);
  expect(person.count('GET', '/locations')).toBe(0);
  names.dispose();
});
