import * as l10n from '@vscode/l10n';
import { formatUsDollars } from '../base/locale';
import type { UnitPrices } from './types';

/** Hours per day and month, wherever a rate is shown for longer than an hour. */
export const hoursPerDay = 24;
export const hoursPerMonth = 730;

/** Resources with GPUs of one model. `gpuCount` 0: no GPU. */
export interface PricedResources {
  readonly gpuCount: number;
  readonly vcpuCount: number;
  readonly ramGb: number;
  readonly storageGb: number;
}

/** US dollars per hour, in total and for each part. A dedicated IP has no price of its own. */
export interface Rate {
  readonly total: number;
  readonly gpu: number;
  readonly vcpu: number;
  readonly ram: number;
  readonly storage: number;
}

/**
 * The rate of resources at given prices, in US dollars per hour. `gpuHourly`: the price of one GPU. `undefined` if a
 * price that is needed is unknown: it never counts as 0.
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

function priceOf(amount: number, unitPrice: number | undefined): number | undefined {
  if (amount === 0) return 0;
  return unitPrice === undefined ? undefined : amount * unitPrice;
}

/** `$0.4946/hr`: a rate as it is billed, or to the cent with 2 decimals, for a list or a sum. */
export function formatHourly(dollars: number, decimals = 4): string {
  return l10n.t('{0}/hr', formatDollars(dollars, decimals));
}

/** US dollars with at least two and at most `decimals` decimals. Smaller amounts are `<$0.01`. */
export function formatDollars(dollars: number, decimals = 2): string {
  const least = 10 ** -decimals;
  if (dollars > 0 && dollars < least / 2) return `<${formatUsDollars(least, decimals)}`;
  return formatUsDollars(dollars, decimals);
}
