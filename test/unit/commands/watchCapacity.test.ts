import { beforeEach, expect, test, vi } from 'vitest';
import type { CapacityWish } from '../../../src/automation/capacityWatch';
import type { CostParts } from '../../../src/commands/costParts';
import type { Services } from '../../../src/commands/services';
import { watchCapacity } from '../../../src/commands/watchCapacity';
import { ManualClock } from '../../simulator/clock';
import { resetWindow, window as shown } from '../fakeVscode';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const rtx4090 = 'geforcertx4090-pcie-24gb';
const added: CapacityWish[] = [];
const clock = new ManualClock();
const services = {
  clock,
  store: { api: { listLocations: () => Promise.resolve([]) } },
} as unknown as Services;
const parts = {
  watches: { add: (wish: CapacityWish) => Promise.resolve(void added.push(wish)) },
} as unknown as CostParts;

beforeEach(() => {
  resetWindow();
  added.length = 0;
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
  const locations = [{ gpus: [{ model: rtx4090, displayName: 'RTX 4090', maxCount: 0, priceHourly: 0.4 }] }];
  const palette = {
    clock,
    store: { api: { listLocations: () => Promise.resolve(locations) } },
  } as unknown as Services;
  await watchCapacity(palette, parts);
  expect(added).toEqual([{ model: rtx4090, count: 1, maxPriceHourly: 0.5 }]);
  expect(shown.texts).toContain('not available · from $0.40/hr');
});
