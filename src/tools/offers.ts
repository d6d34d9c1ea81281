import * as v from 'valibot';
import { rateOf } from '../api/price';
import { gpuName } from '../api/gpuName';
import { limitsAtLocation, type Limits } from '../api/rules';
import type { Location, LocationGpu } from '../api/types';
import { field, plainId, reading, untrusted, type ToolParts } from './tool';

/** Sizes of an instance, in GB where they are sizes of memory. */
export interface Sizes {
  readonly gpuCount: number;
  readonly vcpus: number;
  readonly ramGb: number;
  readonly storageGb: number;
}

/** What is used where an agent names no size. */
export const usualSizes: Sizes = { gpuCount: 1, vcpus: 8, ramGb: 32, storageGb: 100 };

/** The sizes that were named, and the usual ones for the others. */
export function sizesOf(given: Partial<Sizes>): Sizes {
  const { gpuCount, vcpus, ramGb, storageGb } = given;
  return {
    gpuCount: gpuCount ?? usualSizes.gpuCount,
    vcpus: vcpus ?? usualSizes.vcpus,
    ramGb: ramGb ?? usualSizes.ramGb,
    storageGb: storageGb ?? usualSizes.storageGb,
  };
}

/** The locations that TensorDock lists now. */
export async function locationsNow({ store }: ToolParts, signal: AbortSignal): Promise<readonly Location[]> {
  return store.api.listLocations({ signal });
}

/** US dollars an hour of an instance with GPUs of this offer; `undefined` if a price isn't known. */
export function priceOf(gpu: LocationGpu, { gpuCount, vcpus, ramGb, storageGb }: Sizes): number | undefined {
  return rateOf({ gpuCount, vcpuCount: vcpus, ramGb, storageGb }, gpu.prices, gpu.priceHourly)?.total;
}

export const findOffers = reading(
  v.strictObject({
    gpu: v.optional(field.text(60)),
    gpuCount: v.optional(field.gpuCount),
    countries: v.optional(v.pipe(v.array(field.text(60)), v.minLength(1), v.maxLength(80))),
    maxPriceHourly: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10_000))),
    vcpus: v.optional(field.vcpus),
    ramGb: v.optional(field.ramGb),
    storageGb: v.optional(field.storageGb),
    limit: v.optional(field.whole(1, 50)),
  }),
  async (parts, { gpu = '', countries, maxPriceHourly, limit = 10, ...given }, signal) => {
    const sizes = sizesOf(given);
    const wanted = countries?.map(letters);
    const found = (await locationsNow(parts, signal))
      .filter(({ country }) => wanted === undefined || wanted.includes(letters(country ?? '')))
      .flatMap((location) => location.gpus.map((offered) => ({ location, offered })))
      .filter(({ offered }) => isNamed(offered, gpu) && fits(limitsAtLocation(offered), sizes))
      .map((offer) => ({ ...offer, price: priceOf(offer.offered, sizes) }))
      // What isn't known isn't cheap.
      .filter(({ price }) => maxPriceHourly === undefined || (price ?? Infinity) <= maxPriceHourly)
      .sort((one, other) => (one.price ?? Infinity) - (other.price ?? Infinity));
    const offers = found.flatMap(({ location, offered, price }) => {
      const [locationId, gpuModel] = [plainId(location.id), plainId(offered.model)];
      if (locationId === undefined || gpuModel === undefined) return [];
      return [
        {
          locationId,
          gpuModel,
          gpuName: untrusted(gpuName(offered.model), 60),
          city: untrusted(location.city ?? '', 60),
          country: untrusted(location.country ?? '', 60),
          priceHourly: price ?? null,
          maxGpuCount: offered.maxCount ?? null,
          tier: location.tier ?? null,
        },
      ];
    });
    return {
      offers: offers.slice(0, limit),
      leftOut: Math.max(0, offers.length - limit),
      sizes,
      images: parts.settings.images.flatMap((image) => plainId(image) ?? []),
    };
  },
);

/** Whether an offer is of the GPU that was named: each word is in the ID or the name of its model. */
function isNamed({ model, displayName }: LocationGpu, gpu: string): boolean {
  const names = letters(`${model} ${gpuName(model)} ${displayName}`);
  return gpu.split(/\s+/).every((word) => names.includes(letters(word)));
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function fits(limits: Limits, { gpuCount, vcpus, ramGb, storageGb }: Sizes): boolean {
  const within = (wanted: number, most = Infinity): boolean => wanted <= most;
  return (
    within(gpuCount, limits.gpuCount) &&
    within(vcpus, limits.vcpus) &&
    within(ramGb, limits.ramGb) &&
    within(storageGb, limits.storageGb)
  );
}
