import { silentLogger, type Logger } from '../../../src/base/logger';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { RateLimitedError, ServiceError } from '../../../src/api/errors';
import type { Location } from '../../../src/api/types';
import {
  CapacityWatches,
  deadlineOf,
  offersFor,
  type CapacityFound,
} from '../../../src/automation/capacityWatch';
import { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, newFolder, own, StandInStore } from '../cost/support';

const rtx4090 = 'geforcertx4090-pcie-24gb';

function location(id: string, model: string, priceHourly?: number, maxCount?: number): Location {
  return { id, gpus: [{ model, displayName: model, priceHourly, maxCount, prices: {} }] };
}

/** The locations that the service lists, for all windows. */
class Service {
  locations: Location[] = [];
  failure: Error | undefined;
  asked = 0;

  readonly listLocations = async (): Promise<Location[]> => {
    this.asked++;
    if (this.failure) throw this.failure;
    return this.locations;
  };
}

interface Window {
  readonly store: StandInStore;
  readonly watches: CapacityWatches;
  readonly found: CapacityFound[];
}

function newWindow(folder: string, clock: ManualClock, service: Service, log: Logger = silentLogger): Window {
  const store = new StandInStore();
  store.listLocations = service.listLocations;
  const watches = own(new CapacityWatches({ folder, clock, log, store, random: () => 0 }));
  const found: CapacityFound[] = [];
  watches.onDidFind((one) => found.push(one));
  return { store, watches, found };
}

async function pass(clock: ManualClock, ms: number, ...windows: Window[]): Promise<void> {
  for (let left = ms; left > 0; left -= minute / 2) {
    await clock.advance(Math.min(left, minute / 2));
    for (const { watches } of windows) await watches.settled();
  }
}

async function setUp(): Promise<{ folder: string; clock: ManualClock; service: Service; window: Window }> {
  const folder = await newFolder();
  const clock = new ManualClock(monday);
  const service = new Service();
  return { folder, clock, service, window: newWindow(folder, clock, service) };
}

describe('a watch for a GPU', () => {
  it('reports once that it is available, in one of two windows, and ends', async () => {
    const { folder, clock, service, window: one } = await setUp();
    const other = newWindow(folder, clock, service);
    await one.watches.add({ model: rtx4090 });
    await vi.waitFor(() => expect(other.watches.list()).toHaveLength(1), 5_000);
    await pass(clock, 10 * minute, one, other);
    expect([...one.found, ...other.found]).toEqual([]);
    // Once a minute for both together, and once at the beginning.
    expect(service.asked).toBeGreaterThanOrEqual(9);
    expect(service.asked).toBeLessThanOrEqual(11);

    service.locations = [location('far', rtx4090, 0.5), location('near', rtx4090, 0.4), location('no', 'l4')];
    await pass(clock, 2 * minute, one, other);
    const found = [...one.found, ...other.found];
    expect(found).toHaveLength(1);
    expect(found[0]?.watch.model).toBe(rtx4090);
    expect(found[0]?.offers.map((offer) => offer.location.id)).toEqual(['near', 'far']);
    await vi.waitFor(() => expect([...one.watches.list(), ...other.watches.list()]).toEqual([]), 5_000);

    const { asked } = service;
    await pass(clock, hour, one, other);
    expect(service.asked).toBe(asked);
    expect([...one.found, ...other.found]).toHaveLength(1);
  });

  it('sends no request while there is none, or no one is signed in', async () => {
    const { clock, service, window } = await setUp();
    await pass(clock, 10 * minute, window);
    expect(service.asked).toBe(0);
    await window.watches.add({ model: rtx4090 });
    window.store.signIn(undefined);
    await pass(clock, minute, window);
    const { asked } = service;
    await pass(clock, 10 * minute, window);
    expect(service.asked).toBe(asked);
    window.store.signIn('account-1');
    await pass(clock, 2 * minute, window);
    expect(service.asked).toBeGreaterThan(asked);
  });

  it('asks at once', async () => {
    const { clock, service, window } = await setUp();
    service.locations = [location('here', rtx4090, 0.4)];
    await window.watches.add({ model: 'GeForceRTX4090-PCIe-24GB' });
    await pass(clock, 1, window);
    expect(window.found).toHaveLength(1);
  });

  it('survives a reload', async () => {
    const { folder, clock, service, window } = await setUp();
    await window.watches.add({ model: rtx4090 });
    window.watches.dispose();
    service.locations = [location('here', rtx4090, 0.4)];
    const after = newWindow(folder, clock, service);
    await vi.waitFor(() => expect(after.watches.list()).toHaveLength(1), 5_000);
    await pass(clock, 2 * minute, after);
    expect(after.found).toHaveLength(1);
    expect(window.found).toEqual([]);
  });

  it('can be cancelled from another window', async () => {
    const { folder, clock, service, window } = await setUp();
    const { id } = await window.watches.add({ model: rtx4090 });
    await pass(clock, 1, window);
    await newWindow(folder, clock, service).watches.cancel(id);
    await vi.waitFor(() => expect(window.watches.list()).toEqual([]), 5_000);
    const { asked } = service;
    service.locations = [location('here', rtx4090, 0.4)];
    await pass(clock, 10 * minute, window);
    expect(service.asked).toBe(asked);
    expect(window.found).toEqual([]);
  });

  it('is the same for the same wish', async () => {
    const { window } = await setUp();
    const first = await window.watches.add({ model: rtx4090, maxPriceHourly: 1 });
    const second = await window.watches.add({ model: rtx4090.toUpperCase(), count: 1, maxPriceHourly: 1 });
    expect(second.id).toBe(first.id);
    await window.watches.add({ model: rtx4090 });
    expect(window.watches.list()).toHaveLength(2);
    await window.watches.add({ model: rtx4090, countries: ['Poland', 'Spain'] });
    await window.watches.add({ model: rtx4090, countries: ['spain', 'Poland'], locations: [] });
    expect(window.watches.list()).toHaveLength(3);
  });

  it('shares its requests with other watches, each for its own country or location', async () => {
    const { clock, service, window } = await setUp();
    const berlin = { id: 'berlin', name: 'Berlin, Germany' };
    await window.watches.add({ model: rtx4090, countries: ['Germany'] });
    await window.watches.add({ model: rtx4090, locations: [berlin] });
    await window.watches.add({ model: rtx4090, countries: ['Poland'] });
    await window.watches.add({ model: 'l4-pcie-24gb' });
    await pass(clock, 10 * minute, window);
    expect(service.asked).toBeLessThanOrEqual(11);
    service.locations = [{ ...location('berlin', rtx4090, 0.4), country: 'Germany' }];
    await pass(clock, 2 * minute, window);
    expect(window.found.map(({ offers }) => offers[0]?.location.id)).toEqual(['berlin', 'berlin']);
    expect(window.watches.list().map(({ model, countries }) => [model, countries])).toEqual([
      [rtx4090, ['Poland']],
      ['l4-pcie-24gb', undefined],
    ]);
  });

  it('can be renewed after its end, for the account that it was for', async () => {
    const { clock, window } = await setUp();
    const watch = await window.watches.add({ model: rtx4090, countries: ['Poland'] }, monday + hour);
    clock.jump(2 * hour);
    await pass(clock, minute, window);
    window.store.signIn('account-2');
    await window.watches.renew(watch);
    expect(window.watches.list()).toEqual([]);
    window.store.signIn('account-1');
    expect(window.watches.list()).toMatchObject([
      { model: rtx4090, countries: ['Poland'], until: undefined },
    ]);
    expect(window.watches.list().map(deadlineOf)).toEqual([clock.now() + 24 * hour]);
  });

  it('is refused if no one is signed in, or there are too many', async () => {
    const { window } = await setUp();
    for (let number = 0; number < 20; number++) await window.watches.add({ model: `gpu-${number}` });
    await expect(window.watches.add({ model: 'one more' })).rejects.toThrow('Cancel one first');
    window.store.signIn(undefined);
    await expect(window.watches.add({ model: rtx4090 })).rejects.toThrow('You aren’t signed in');
  });
});

describe('a service that fails', () => {
  it('is polled less and less often, and stays watched', async () => {
    const { clock, service, window } = await setUp();
    service.failure = new ServiceError('service-down', 'No answer.');
    await window.watches.add({ model: rtx4090 });
    await pass(clock, hour, window);
    expect(service.asked).toBeLessThanOrEqual(8);
    service.failure = undefined;
    service.locations = [location('here', rtx4090, 0.4)];
    await pass(clock, 16 * minute, window);
    expect(window.found).toHaveLength(1);
  });

  it('is not asked before the time it named', async () => {
    const { clock, service, window } = await setUp();
    service.failure = new RateLimitedError('Too many requests.', 30 * minute);
    await window.watches.add({ model: rtx4090 });
    await pass(clock, 29 * minute, window);
    // A second wish does not break into that time.
    await window.watches.add({ model: 'l4-pcie-24gb' });
    await pass(clock, minute / 2, window);
    expect(service.asked).toBe(1);
    await pass(clock, 2 * minute, window);
    expect(service.asked).toBe(2);
  });
});

it('is patient where its file cannot be used', async () => {
  const folder = path.join(await newFolder(), 'storage');
  const clock = new ManualClock(monday);
  const service = new Service();
  const warn = vi.fn();
  const window = newWindow(folder, clock, service, { ...silentLogger, warn });
  await window.watches.add({ model: rtx4090 });
  // At once, so that nobody looks in between.
  renameSync(folder, `${folder}.away`);
  writeFileSync(folder, '');
  for (let seconds = 0; seconds < 90; seconds++) await pass(clock, 1_000, window);
  expect(service.asked).toBe(0);
  expect(warn).toHaveBeenCalled();
  expect(warn.mock.calls.length).toBeLessThan(10);
});

describe('what is an offer', () => {
  const places = [
    location('dear', rtx4090, 0.6, 8),
    { ...location('cheap', rtx4090, 0.3, 1), country: 'Poland' },
    { ...location('unpriced', rtx4090), country: 'Poland' },
    location('none left', rtx4090, 0.1, 0),
  ];

  it.each([
    [{ model: rtx4090 }, ['cheap', 'dear', 'unpriced']],
    [{ model: rtx4090, maxPriceHourly: 0.5 }, ['cheap']],
    [{ model: rtx4090, count: 2 }, ['dear', 'unpriced']],
    [{ model: rtx4090, locations: [{ id: 'dear', name: 'Berlin' }] }, ['dear']],
    [{ model: rtx4090, countries: ['poland'] }, ['cheap', 'unpriced']],
    [
      { model: rtx4090, countries: ['Poland'], locations: [{ id: 'dear', name: 'Berlin' }], count: 2 },
      ['dear', 'unpriced'],
    ],
    [{ model: rtx4090, countries: ['Poland'], maxPriceHourly: 0.2 }, []],
    [{ model: rtx4090, countries: ['Atlantis'] }, []],
    [{ model: rtx4090, countries: [], locations: [] }, ['cheap', 'dear', 'unpriced']],
    [{ model: 'geforcertx4090' }, []],
    [{ model: rtx4090, locations: [{ id: 'elsewhere', name: '' }] }, []],
  ])('%j', (wish, expected) => {
    expect(offersFor(wish, places).map((offer) => offer.location.id)).toEqual(expected);
  });
});

describe('the deadline of a watch', () => {
  it('ends it and is reported once, in one of two windows', async () => {
    const { folder, clock, service, window: one } = await setUp();
    const other = newWindow(folder, clock, service);
    const expired: string[] = [];
    for (const { watches } of [one, other]) watches.onDidExpire(({ model }) => expired.push(model));
    await one.watches.add({ model: rtx4090 }, monday + hour);
    await vi.waitFor(() => expect(other.watches.list()).toHaveLength(1), 5_000);
    await pass(clock, hour + minute, one, other);
    expect(expired).toEqual([rtx4090]);
    await vi.waitFor(() => expect([...one.watches.list(), ...other.watches.list()]).toEqual([]), 5_000);
    const { asked } = service;
    service.locations = [location('near', rtx4090, 0.4)];
    await pass(clock, 10 * minute, one, other);
    expect(service.asked).toBe(asked);
    expect([...one.found, ...other.found]).toEqual([]);
  });

  it('holds after a sleep that was longer, without another request', async () => {
    const { clock, service, window } = await setUp();
    const expired = vi.fn();
    window.watches.onDidExpire(expired);
    await window.watches.add({ model: rtx4090 }, monday + hour);
    await pass(clock, minute, window);
    const { asked } = service;
    service.locations = [location('near', rtx4090, 0.4)];
    clock.jump(3 * hour);
    await pass(clock, minute, window);
    expect(expired).toHaveBeenCalledOnce();
    expect(window.found).toEqual([]);
    expect(service.asked).toBe(asked);
  });

  it('is in 24 hours unless the person says otherwise', async () => {
    const { window } = await setUp();
    expect(deadlineOf(await window.watches.add({ model: rtx4090 }))).toBe(monday + 24 * hour);
    expect(deadlineOf(await window.watches.add({ model: rtx4090 }, monday + 90 * hour))).toBe(
      monday + 90 * hour,
    );
    expect(window.watches.list()).toHaveLength(1);
  });
});

it('waits as long as the service says, 30 days included', async () => {
  const { clock, service, window } = await setUp();
  service.failure = new RateLimitedError('Too many requests.', 30 * 24 * hour);
  await window.watches.add({ model: rtx4090 }, monday + 60 * 24 * hour);
  await pass(clock, minute, window);
  expect(service.asked).toBe(1);
  for (let days = 0; days < 29; days++) {
    clock.jump(24 * hour);
    await pass(clock, minute, window);
  }
  expect(service.asked).toBe(1);
  clock.jump(24 * hour);
  await pass(clock, minute, window);
  expect(service.asked).toBe(2);
});

it('requests nothing where the account changes right after the claim', async () => {
  const { clock, service, window } = await setUp();
  window.store.sessionOf = () => undefined;
  await window.watches.add({ model: rtx4090 });
  await pass(clock, 5 * minute, window);
  expect(service.asked).toBe(0);
  expect(window.watches.list()).toHaveLength(1);
});
