import type { Hostnode, LocationGpu, UnitPrices } from './types';

/** Hours that a day and a month are counted as, wherever a rate is shown for longer than an hour. */
export const hoursPerDay = 24;
export const hoursPerMonth = 730;

/** What is priced: one model of GPU (none: `gpuCount` 0) beside vCPUs, RAM and storage. */
export interface PricedResources {
  readonly gpuCount: number;
  readonly vcpuCount: number;
  readonly ramGb: number;
  readonly storageGb: number;
}

/** US dollars an hour, in total and for each part. A dedicated IP address has no price of its own. */
export interface Rate {
  readonly total: number;
  readonly gpu: number;
  readonly vcpu: number;
  readonly ram: number;
  readonly storage: number;
}

/**
 * The rate of resources at given prices, US dollars an hour. `undefined` where a price that is needed is not
 * known: an unknown price is never taken as nothing.
 */
export function rateOf(
  resources: PricedResources,
  prices: UnitPrices,
  gpuHourly: number | undefined,
): Rate | undefined {
  const gpu = priceOf(resources.gpuCount, gpuHourly);
  const vcpu = priceOf(resources.vcpuCount, prices.vcpuHourly);
  const ram = priceOf(resources.ramGb, prices.ramGbHourly);
  const storage = priceOf(resources.storageGb, prices.storageGbHourly);
  if (gpu === undefined || vcpu === undefined || ram === undefined || storage === undefined) return undefined;
  return { total: gpu + vcpu + ram + storage, gpu, vcpu, ram, storage };
}

/** The rate of resources with GPUs of one model at a location. */
export function rateAtLocation(resources: PricedResources, gpu: LocationGpu): Rate | undefined {
  return rateOf(resources, gpu.prices, gpu.priceHourly);
}

/** The rate of resources with GPUs of `model` (left out for none) on a host. */
export function rateAtHostnode(
  resources: PricedResources,
  hostnode: Hostnode,
  model?: string,
): Rate | undefined {
  const gpu = hostnode.gpus.find((offered) => offered.model === model);
  return rateOf(resources, hostnode.prices, gpu?.priceHourly);
}

function priceOf(amount: number, unitPrice: number | undefined): number | undefined {
  if (amount === 0) return 0;
  return unitPrice === undefined ? undefined : amount * unitPrice;
}

/** `$2.41/hr`, `$0.4946/hr`: at least two decimals, up to four where they say something. */
export function formatHourly(dollars: number): string {
  return `${formatDollars(dollars, 4)}/hr`;
}

/** US dollars with at least two and at most `decimals` decimals; an amount too small to show is `<$0.01`. */
export function formatDollars(dollars: number, decimals = 2): string {
  const least = 10 ** -decimals;
  if (dollars > 0 && dollars < least / 2) return `<$${least.toFixed(decimals)}`;
  const [whole = '0', fraction = ''] = dollars.toFixed(decimals).split('.');
  return `$${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}
