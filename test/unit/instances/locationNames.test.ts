import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { LocationNames } from '../../../src/instances/locationNames';
import type { Fault } from '../../simulator/faults';
import { Person, type Window } from './windows';

const minute = 60_000;
const path = '/api/v2/locations';
let person: Person;
let names: LocationNames | undefined;

beforeEach(() => {
  person = new Person({ wire: { listItems: 'full' } });
});
afterEach(() => {
  names?.dispose();
  person.close();
});

/** A window that shows a running instance, with a location ID; `fault` hits the first requests for locations. */
async function openAtLocation(
  fault?: Fault,
  times = 1,
): Promise<{ window: Window; locationId: string; known: LocationNames }> {
  const [location] = await person.outcome((await person.open()).api.listLocations());
  const locationId = location?.id ?? '';
  const { id } = person.addInstance('box');
  const window = await person.open({ visible: false });
  await window.store.refresh();
  if (fault) person.service.faults.add({ path, times, fault });
  const instance = { id, name: 'box', state: 'running', statusText: 'running', locationId } as const;
  const row = {
    accountId: 'account-1',
    instance,
    state: 'running',
    unlisted: false,
    detailed: true,
  } as const;
  const { store } = window;
  names = new LocationNames({
    store: {
      rows: () => [row],
      onDidChange: store.onDidChange,
      get status() {
        return store.status;
      },
      get session() {
        return store.session;
      },
    },
    clock: person.clock,
    random: () => 0.5,
    log: silentLogger,
  });
  return { window, locationId, known: names };
}

const requests = (): number => person.count('GET', '/locations');

test('a location is known by its ID, and the locations are requested once', async () => {
  const { window, locationId, known } = await openAtLocation();
  await person.until(() => known.of(locationId) !== undefined);
  expect(known.of(locationId)?.city).toBeTruthy();
  expect(known.of('__proto__')).toBeUndefined();
  const before = requests();
  await window.store.refresh();
  await person.clock.advance(60 * minute);
  expect(requests()).toBe(before);
});

test('a failure is retried, and views are notified when names are known', async () => {
  const { locationId, known } = await openAtLocation({ kind: 'html', status: 502 }, 9);
  let heard = 0;
  known.onDidChange(() => (heard += 1));
  await person.clock.advance(5_000);
  expect(known.of(locationId)).toBeUndefined();
  await person.until(() => known.of(locationId) !== undefined, 10 * minute);
  expect(heard).toBe(1);
});

test('a service without a list of locations is asked once', async () => {
  const body = { error: 'Not found' };
  await openAtLocation({ kind: 'status', status: 404, body }, 100);
  await person.clock.advance(1_000);
  const before = requests();
  await person.clock.advance(24 * 60 * minute);
  expect(requests()).toBe(before);
});

test('a service that keeps failing is polled less and less, and left alone in the end', async () => {
  await openAtLocation({ kind: 'html', status: 502 }, 1_000);
  const before = requests();
  await person.clock.advance(60 * minute);
  const first = requests() - before;
  await person.clock.advance(60 * minute);
  expect(requests() - before - first).toBeLessThan(first);
  await person.clock.advance(24 * 60 * minute);
  const end = requests();
  await person.clock.advance(24 * 60 * minute);
  expect(requests()).toBe(end);
});

test('nothing is requested while no instance has a location ID', async () => {
  const window = await person.open();
  names = new LocationNames({
    store: window.store,
    clock: person.clock,
    random: () => 0.5,
    log: silentLogger,
  });
  await person.clock.advance(minute);
  expect(requests()).toBe(0);
});
