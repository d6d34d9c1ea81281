import { beforeEach, expect, test, vi } from 'vitest';
import type { CapacityWish } from '../../../src/automation/capacityWatch';
import type { CostParts } from '../../../src/commands/costParts';
import type { Services } from '../../../src/commands/services';
import type { Seen } from '../../../src/automation/seenOffers';
import { watchCapacity } from '../../../src/commands/watchCapacity';
import { ManualClock } from '../../simulator/clock';
import { resetWindow, window as shown } from '../fakeVscode';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const rtx4090 = 'geforcertx4090-pcie-24gb';
const added: CapacityWish[] = [];
const clock = new ManualClock();
const warsaw = { id: 'warsaw', city: 'Warsaw', country: 'Poland' };
const berlin = { id: 'berlin', city: 'Berlin', country: 'Germany' };
let listLocations: () => Promise<unknown>;
let seen: Seen;
const services = {
  clock,
  settings: { origin: 'https://dashboard.tensordock.com' },
  store: {
    api: { listLocations: () => listLocations() },
    rows: () => [{ instance: { resources: { gpus: [{ model: 'l40s-pcie-48gb', count: 1 }] } } }],
  },
} as unknown as Services;
const parts = {
  watches: { add: (wish: CapacityWish) => Promise.resolve(void added.push(wish)) },
  seen: { of: () => Promise.resolve(seen) },
} as unknown as CostParts;

beforeEach(() => {
  resetWindow();
  added.length = 0;
  listLocations = () => Promise.resolve([]);
  seen = { models: [], locations: [] };
});

test('waits for what the create form asks for, below the price that is typed', async () => {
  shown.typed = '$0.45';
  shown.answer = 1;
  await watchCapacity(services, parts, { model: rtx4090, count: 2 });
  expect(added).toEqual([{ model: rtx4090, count: 2, maxPriceHourly: 0.45 }]);
  expect(shown.messages.at(-1)).toContain('2 × RTX 4090');
});

test('waits at any price where none is typed, and not at all where a question is closed', async () => {
  shown.typed = '';
  shown.answer = 1;
  await watchCapacity(services, parts, { model: rtx4090 });
  expect(added).toEqual([{ model: rtx4090, count: 1, maxPriceHourly: undefined }]);
  shown.typed = undefined;
  await expect(watchCapacity(services, parts, { model: rtx4090 })).rejects.toThrow();
  expect(added).toHaveLength(1);
});

test('asks for the model where it is given nothing that it understands', async () => {
  await expect(watchCapacity(services, parts, { model: 7 })).rejects.toThrow();
  expect(shown.texts).toContain('Select the GPU model you’re waiting for');
});

test('asks for model, count, price, and time where it is run from the palette', async () => {
  shown.typed = '0,5';
  shown.answer = 0;
  const gpu = { model: rtx4090, displayName: 'RTX 4090', maxCount: 0, priceHourly: 0.4 };
  listLocations = () => Promise.resolve([{ ...warsaw, gpus: [gpu] }]);
  await watchCapacity(services, parts);
  expect(added).toEqual([{ model: rtx4090, count: 1, maxPriceHourly: 0.5 }]);
  expect(shown.texts).toContain('not available · from $0.40/hr');
});

test('offers what was seen before and what instances have, also while the service fails', async () => {
  shown.typed = '';
  shown.answer = 0;
  seen = { models: ['h100-sxm5-80gb'], locations: [] };
  listLocations = () => Promise.reject(new Error('No answer.'));
  await watchCapacity(services, parts);
  expect(added).toMatchObject([{ model: 'h100-sxm5-80gb', count: 1 }]);
  expect(shown.texts).toContain('L40S');
  expect(shown.texts).toContain('not available');
});

test('waits in the countries and locations that are picked, also where nothing is listed now', async () => {
  shown.typed = '';
  shown.answer = 0;
  seen = { models: [], locations: [warsaw, berlin] };
  // Germany, Poland, and then the locations.
  shown.picked = [1, 2];
  await watchCapacity(services, parts, { model: rtx4090 });
  expect(added).toMatchObject([
    { countries: ['Poland'], locations: [{ id: 'berlin', name: 'Berlin, Germany' }] },
  ]);
  expect(shown.messages.at(-1)).toContain('RTX 4090 (Poland, Berlin, Germany)');
  shown.picked = undefined;
  await expect(watchCapacity(services, parts, { model: rtx4090 })).rejects.toThrow();
  expect(added).toHaveLength(1);
});
