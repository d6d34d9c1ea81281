import { expect, it } from 'vitest';
import { decodeHostnode, decodeLocations } from '../../../src/api/decodeCatalogue';
import { formatDollars, formatHourly, hoursPerMonth, rateOf } from '../../../src/api/price';
import { hostnode, location, model } from './bodies';

const wanted = { gpuCount: 1, vcpuCount: 8, ramGb: 32, storageGb: 200 };
const offer = decodeLocations({ data: { locations: [location] } })?.[0]?.gpus[0];
const host = decodeHostnode(hostnode);
if (!offer || !host) throw new Error('The fixtures do not decode');

it('adds up GPU, vCPU, RAM and storage', () => {
  const rate = rateOf(wanted, offer.prices, offer.priceHourly);
  expect(rate?.total).toBeCloseTo(0.4946, 10);
  expect(rate?.gpu).toBeCloseTo(0.3966, 10);
  expect(rate?.vcpu).toBeCloseTo(0.024, 10);
  expect(rate?.ram).toBeCloseTo(0.064, 10);
  expect(rate?.storage).toBeCloseTo(0.01, 10);
  expect(formatHourly(rate?.total ?? 0)).toBe('$0.4946/hr');
  expect(formatDollars((rate?.total ?? 0) * hoursPerMonth)).toBe('$361.06');
});

it('needs the price of the GPU model on a host node, except without a GPU', () => {
  const gpu = host.gpus.find((offered) => offered.model === model);
  expect(rateOf(wanted, host.prices, gpu?.priceHourly)?.total).toBeCloseTo(0.4946, 10);
  expect(rateOf(wanted, host.prices, undefined)).toBeUndefined();
  expect(rateOf({ ...wanted, gpuCount: 0 }, host.prices, undefined)?.total).toBeCloseTo(0.098, 10);
});

it.each(['priceHourly', 'vcpuHourly', 'ramGbHourly', 'storageGbHourly'])(
  'has no rate where %s is not known, rather than a lower one',
  (missing) => {
    const prices = { ...offer.prices, [missing]: undefined };
    const priceHourly = missing === 'priceHourly' ? undefined : offer.priceHourly;
    expect(rateOf(wanted, prices, priceHourly)).toBeUndefined();
  },
);

it.each([
  [0, '$0.00/hr'],
  [0.272999, '$0.273/hr'],
  [2.41, '$2.41/hr'],
  [2, '$2.00/hr'],
  [0.00001, '<$0.0001/hr'],
  [1234.5, '$1,234.50/hr'],
])('%d an hour is shown as %s', (dollars, shown) => {
  expect(formatHourly(dollars)).toBe(shown);
});
