import { rateOf, type PricedResources } from '../../../api/price';
import { limitsAtHostnode, limitsAtLocation, type Limits } from '../../../api/rules';
import type { Hostnode, LocationGpu, UnitPrices } from '../../../api/types';
import type { CatalogueState, Draft } from './protocol';

/** A GPU model with the best of what all places say of it. */
export interface GpuOffer {
  readonly model: string;
  readonly name: string;
  readonly vramGb?: number;
  /** US dollars an hour for one, at its cheapest place. */
  readonly fromHourly?: number;
  /** The most that one machine can have. */
  readonly most?: number;
  readonly places: number;
  readonly countries: readonly string[];
}

/** Somewhere a machine could run, with what it may have and what things cost there. */
export interface Place {
  readonly kind: 'location' | 'hostnode';
  readonly id: string;
  readonly label: string;
  readonly tier?: number;
  readonly uptime?: number;
  readonly limits: Limits;
  readonly prices: UnitPrices;
  readonly gpuHourly?: number;
}

/** What a machine is made of, as numbers; `NaN` where what was typed is none. */
export interface Sizes {
  readonly model: string;
  readonly gpuCount: number;
  readonly vcpus: number;
  readonly ramGb: number;
  readonly storageGb: number;
}

/** What a part costs, US dollars an hour; missing where a price or a size is not known. */
export interface Price {
  readonly total?: number;
  readonly gpu?: number;
  readonly vcpu?: number;
  readonly ram?: number;
  readonly storage?: number;
}

/** The number that was typed; `NaN` for anything else. */
export function numberOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text.trim()) : Number.NaN;
}

/** The sizes that were typed in either form. */
export function sizesOf(
  draft: Pick<Draft, 'gpuModel' | 'gpuCount' | 'vcpus' | 'ramGb' | 'storageGb'>,
): Sizes {
  return {
    model: draft.gpuModel,
    gpuCount: draft.gpuModel === '' ? 0 : numberOf(draft.gpuCount),
    vcpus: numberOf(draft.vcpus),
    ramGb: numberOf(draft.ramGb),
    storageGb: numberOf(draft.storageGb),
  };
}

/** All GPU models that any place has, the cheapest first, those without a price last. */
export function gpuOffers(catalogue: CatalogueState): GpuOffer[] {
  const offers = new Map<string, GpuOffer & { countries: string[] }>();
  const add = (
    model: string,
    name: string,
    price: number | undefined,
    most: number | undefined,
    country = '',
  ): void => {
    if (most === 0) return;
    const known = offers.get(model);
    const countries = known?.countries ?? [];
    if (country !== '' && !countries.includes(country)) countries.push(country);
    offers.set(model, {
      model,
      name: known?.name ?? name,
      vramGb: vramOf(model),
      fromHourly: best(Math.min, known?.fromHourly, price),
      most: best(Math.max, known?.most, most),
      places: (known?.places ?? 0) + 1,
      countries,
    });
  };
  for (const place of catalogue.locations) {
    for (const gpu of place.gpus) {
      add(gpu.model, gpuName(gpu.model, gpu.displayName), gpu.priceHourly, gpu.maxCount, place.country);
    }
  }
  for (const host of catalogue.hostnodes) {
    for (const gpu of host.gpus) {
      if (gpu.availableCount === 0) continue;
      const known = offers.get(gpu.model);
      // A hostnode stands at a location that was counted already; it is news only for a model nobody else has.
      if (!known) add(gpu.model, gpuName(gpu.model), gpu.priceHourly, gpu.availableCount, host.country);
    }
  }
  return [...offers.values()].sort(
    (a, b) => (a.fromHourly ?? Infinity) - (b.fromHourly ?? Infinity) || a.name.localeCompare(b.name),
  );
}

/** The places of one kind that have the GPU model; for no model, hostnodes alone take a machine. */
export function placesFor(catalogue: CatalogueState, kind: Place['kind'], sizes: Sizes): Place[] {
  if (kind === 'hostnode') {
    return catalogue.hostnodes
      .filter((host) => sizes.model === '' || host.gpus.some((gpu) => gpu.model === sizes.model))
      .map((host) => hostnodePlace(host, sizes));
  }
  return catalogue.locations.flatMap((location) => {
    const gpu = location.gpus.find((offered) => offered.model === sizes.model);
    return gpu ? [locationPlace(location, gpu)] : [];
  });
}

/** The rate of a machine at a place, in total and for each part that is known. */
export function priceAt(place: Place | undefined, sizes: Sizes): Price {
  if (!place) return {};
  const only = (part: Partial<PricedResources>): number | undefined => {
    if (Object.values(part).some((amount) => !Number.isFinite(amount))) return undefined;
    const none = { gpuCount: 0, vcpuCount: 0, ramGb: 0, storageGb: 0 };
    return rateOf({ ...none, ...part }, place.prices, place.gpuHourly)?.total;
  };
  const { gpuCount, vcpus: vcpuCount, ramGb, storageGb } = sizes;
  return {
    total: only({ gpuCount, vcpuCount, ramGb, storageGb }),
    gpu: only({ gpuCount }),
    vcpu: only({ vcpuCount }),
    ram: only({ ramGb }),
    storage: only({ storageGb }),
  };
}

/** Whether the place has room for a machine of these sizes, as far as is known. */
export function fits(place: Place, sizes: Sizes): boolean {
  const within = (wanted: number, most: number | undefined): boolean =>
    most === undefined || Number.isNaN(wanted) || wanted <= most;
  const { limits } = place;
  return (
    within(sizes.gpuCount, limits.gpuCount) &&
    within(sizes.vcpus, limits.vcpus) &&
    within(sizes.ramGb, limits.ramGb) &&
    within(sizes.storageGb, limits.storageGb)
  );
}

/** The places that have room, the cheapest first, those without a known rate last. */
export function byPrice(places: readonly Place[], sizes: Sizes): { place: Place; total?: number }[] {
  return places
    .filter((place) => fits(place, sizes))
    .map((place) => ({ place, total: priceAt(place, sizes).total }))
    .sort(
      (a, b) => (a.total ?? Infinity) - (b.total ?? Infinity) || a.place.label.localeCompare(b.place.label),
    );
}

/** The place that was chosen, where the catalogue has it. */
export function chosenPlace(
  catalogue: CatalogueState,
  kind: Place['kind'],
  id: string,
  sizes: Sizes,
): Place | undefined {
  return placesFor(catalogue, kind, sizes).find((place) => place.id === id);
}

/** The one location whose prices give this rate for these sizes; the live service does not tell it. */
export function locationOfRate(catalogue: CatalogueState, sizes: Sizes, rateHourly?: number): string {
  if (rateHourly === undefined) return '';
  const matching = placesFor(catalogue, 'location', sizes).filter(
    (place) => Math.abs((priceAt(place, sizes).total ?? Infinity) - rateHourly) < 0.00005,
  );
  return matching.length === 1 ? (matching[0]?.id ?? '') : '';
}

/** `GeForce RTX 4090 PCIe`: the service's own name without maker and memory, else the id made readable. */
export function gpuName(model: string, displayName = ''): string {
  if (displayName !== '') return displayName.replace(/^NVIDIA\s+/i, '').replace(/\s*\d+\s?GB$/i, '');
  return model
    .replace(/-\d+gb$/i, '')
    .toUpperCase()
    .replaceAll('-', ' ')
    .replace(/^GEFORCE/, 'GeForce ')
    .replace(/^TESLA/, 'Tesla ')
    .replace(/RTX(?=\w)/, 'RTX ')
    .replace('PCIE', 'PCIe');
}

function locationPlace(location: CatalogueState['locations'][number], gpu: LocationGpu): Place {
  return {
    kind: 'location',
    id: location.id,
    label: placeLabel(location),
    tier: location.tier,
    limits: limitsAtLocation(gpu),
    prices: gpu.prices,
    gpuHourly: gpu.priceHourly,
  };
}

function hostnodePlace(host: Hostnode, sizes: Sizes): Place {
  const model = sizes.model === '' ? undefined : sizes.model;
  return {
    kind: 'hostnode',
    id: host.id,
    label: placeLabel(host),
    tier: host.tier,
    uptime: host.uptimePercentage,
    limits: limitsAtHostnode(host, model, sizes.gpuCount),
    prices: host.prices,
    gpuHourly: host.gpus.find((gpu) => gpu.model === model)?.priceHourly,
  };
}

function placeLabel(place: { id: string; city?: string; stateProvince?: string; country?: string }): string {
  const parts = [place.city, place.stateProvince, place.country].filter((part) => part);
  return parts.length > 0 ? parts.join(', ') : place.id;
}

function vramOf(model: string): number | undefined {
  const found = /-(\d+)gb$/i.exec(model)?.[1];
  return found === undefined ? undefined : Number(found);
}

function best(pick: (a: number, b: number) => number, a?: number, b?: number): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return pick(a, b);
}
