import * as l10n from '@vscode/l10n';
import * as v from 'valibot';
import { RateLimitedError } from '../api/errors';
import { gpuName } from '../api/gpuName';
import type { Location, LocationGpu } from '../api/types';
import { plainText } from '../base/text';
import { waitEnd } from '../base/waitEnd';

const watchSchema = v.object({
  id: v.string(),
  accountId: v.string(),
  since: v.number(),
  model: v.string(),
  count: v.optional(v.number()),
  countries: v.optional(v.array(v.string())),
  locations: v.optional(v.array(v.object({ id: v.string(), name: v.string() }))),
  maxPriceHourly: v.optional(v.number()),
  until: v.optional(v.number()),
});

/** The file that all windows share. */
export const watchesSchema = v.object({
  version: v.literal(1),
  watches: v.array(watchSchema),
  polls: v.record(v.string(), v.object({ askedAt: v.number(), nextAt: v.number(), failures: v.number() })),
});

/** What a person waits for. */
export interface CapacityWish {
  /** The service's id of a GPU model, in any case. */
  readonly model: string;
  /** How many in one instance; one by default. */
  readonly count?: number;
  /** Where, together with `locations`; anywhere by default. */
  readonly countries?: readonly string[];
  /** Their names are text from outside. */
  readonly locations?: readonly { readonly id: string; readonly name: string }[];
  /** US dollars an hour for one GPU; any price by default. */
  readonly maxPriceHourly?: number;
}

export interface CapacityWatch extends CapacityWish {
  readonly id: string;
  readonly accountId: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** When the wait ends, milliseconds since the epoch; see `deadlineOf`. */
  readonly until?: number;
}

/** Where it's available, lowest price first. */
export interface CapacityFound {
  readonly watch: CapacityWatch;
  readonly offers: readonly { readonly location: Location; readonly gpu: LocationGpu }[];
}

/** When an account's locations were requested; all windows together request them once. */
export interface CapacityPoll {
  readonly askedAt: number;
  readonly nextAt: number;
  readonly failures: number;
}

/** What the file holds. */
export interface WatchData {
  readonly version: 1;
  readonly watches: readonly CapacityWatch[];
  readonly polls: Readonly<Record<string, CapacityPoll>>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** The longest gap after failures. */
export const slowestMs = 15 * minuteMs;

/** When a watch gives up. */
export function deadlineOf({ since, until }: CapacityWatch): number {
  return waitEnd(since, until);
}

/** The gap until the next request: a minute at first, longer the longer the newest wait lasts, with up to 10% jitter. */
export function gapOf(watches: readonly CapacityWatch[], now: number, random: () => number): number {
  const waited = now - Math.max(...watches.map(({ since }) => since));
  const gap = waited < hourMs ? minuteMs : waited < 4 * hourMs ? 2 * minuteMs : 5 * minuteMs;
  return gap + gap * random() * 0.1;
}

/** Where a wish is fulfilled, lowest price first. An unknown price isn't below a limit. */
export function offersFor(wish: CapacityWish, locations: readonly Location[]): CapacityFound['offers'] {
  const { count = 1, maxPriceHourly } = wish;
  const model = wish.model.toLowerCase();
  return locations
    .filter((location) => isWanted(wish, location))
    .flatMap((location) => location.gpus.map((gpu) => ({ location, gpu })))
    .filter(
      ({ gpu }) =>
        gpu.model.toLowerCase() === model &&
        (gpu.maxCount ?? count) >= count &&
        (maxPriceHourly === undefined || (gpu.priceHourly ?? Infinity) <= maxPriceHourly),
    )
    .sort((one, other) => (one.gpu.priceHourly ?? Infinity) - (other.gpu.priceHourly ?? Infinity));
}

function isWanted({ countries = [], locations = [] }: CapacityWish, { id, country }: Location): boolean {
  if (countries.length + locations.length === 0) return true;
  return (
    locations.some((wanted) => wanted.id === id) ||
    (country !== undefined && countries.some((wanted) => isSame(wanted, country)))
  );
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** After a failure: longer gaps, and never before the service's `Retry-After`, however long that is. */
export function backOff(data: WatchData, accountId: string, error: unknown, now: number): WatchData {
  const failures = (data.polls[accountId]?.failures ?? 0) + 1;
  const asked = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0;
  const wait = Math.max(Math.min(minuteMs * 2 ** Math.min(failures, 10), slowestMs), asked);
  return { ...data, polls: { ...data.polls, [accountId]: { askedAt: now, nextAt: now + wait, failures } } };
}

/** Equal for wishes that are the same. */
export function wishKey(wish: CapacityWish): string {
  const { model, count = 1, countries = [], locations = [], maxPriceHourly } = wish;
  return JSON.stringify([
    model.toLowerCase(),
    count,
    countries.map((country) => country.toLowerCase()).sort(),
    locations.map(({ id }) => id).sort(),
    maxPriceHourly ?? null,
  ]);
}

/** `2 × RTX 4090`: what a person waits for. */
export function wishName({ model, count = 1 }: CapacityWish): string {
  return count === 1 ? gpuName(model) : l10n.t('{0} × {1}', count, gpuName(model));
}

/** `Poland, Berlin`: where a person waits for it; `undefined` if it's anywhere. At most 100 characters. */
export function wishPlaces({ countries = [], locations = [] }: CapacityWish): string | undefined {
  const places = [...countries, ...locations.map(({ name }) => name)];
  return places.length === 0 ? undefined : plainText(places.join(', '), 100);
}
