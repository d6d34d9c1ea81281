import { expect, it } from 'vitest';
import { decodeHostnode, decodeLocations } from '../../../src/api/decodeCatalogue';
import {
  formatDollars,
  formatHourly,
  hoursPerMonth,
  rateAtHostnode,
  rateAtLocation,
} from '../../../src/api/price';
import { hostnode, location, model } from './bodies';

const wanted = { gpuCount: 1, vcpuCount: 8, ramGb: 32, storageGb: 200 };
const offer = decodeLocations({ data: { locations: [location] } })?.[0]?.gpus[0];
const host = decodeHostnode(hostnode);
if (!offer || !host) throw new Error('The fixtures do not decode');

it('adds up GPU, vCPU, RAM and storage', () => {
  const rate = rateAtLocation(wanted, offer);
  expect(rate?.total).toBeCloseTo(0.4946, 10);
  expect(rate?.gpu).toBeCloseTo(0.3966, 10);
  expect(rate?.vcpu).toBeCloseTo(0.024, 10);
  expect(rate?.ram).toBeCloseTo(0.064, 10);
  expect(rate?.storage).toBeCloseTo(0.01, 10);
  expect(formatHourly(rate?.total ?? 0)).toBe('$0.4946/hr');
  expect(formatDollars((rate?.total ?? 0) * hoursPerMonth)).toBe('$361.06');
});

it('asks a host for the price of the model', () => {
  expect(rateAtHostnode(wanted, host, model)?.total).toBeCloseTo(0.4946, 10);
  expect(rateAtHostnode(wanted, host, 'another')).toBeUndefined();
  expect(rateAtHostnode({ ...wanted, gpuCount: 0 }, host)?.total).toBeCloseTo(0.098, 10);
});

it.each(['priceHourly', 'vcpuHourly', 'ramGbHourly', 'storageGbHourly'])(
  'has no rate where %s is not known, rather than a lower one',
  (missing) => {
    const prices = { ...offer.prices, [missing]: undefined };
    const priceHourly = missing === 'priceHourly' ? undefined : offer.priceHourly;
    expect(rateAtLocation(wanted, { ...offer, prices, priceHourly })).toBeUndefined();
  },
);

it.each([
  [0, '$0.00/hr'],
  [0.272999, '$0.273/hr'],
  [2.41, '$2.41/hr'],
  [2, '$2.00/hr'],
  [0.00001, '<$0.0001/hr'],
  [1234.5, '$1234.50/hr'],
])('%d an hour is shown as %s', (dollars, shown) => {
  expect(formatHourly(dollars)).toBe(shown);
});
