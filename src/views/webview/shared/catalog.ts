import { gpuName } from '../../../api/gpuName';
import { compareTexts } from '../../../base/locale';
import { locationName } from '../../../api/locationName';
import { rateOf, type PricedResources } from '../../../api/price';
import { limitsAtHostnode, limitsAtLocation, type Limits } from '../../../api/rules';
import type { Hostnode, LocationGpu, UnitPrices } from '../../../api/types';
import { plainText } from '../../../base/text';
import type { CatalogState, Draft } from './protocol';

/** A GPU model, summed up over all locations. */
export interface GpuOffer {
  readonly model: string;
  readonly name: string;
  readonly vramGb?: number;
  /** US dollars an hour for one GPU where it's cheapest. */
  readonly fromHourly?: number;
  /** The highest number of them in one instance. */
  readonly maxCount?: number;
  readonly locations: number;
  readonly countries: readonly string[];
}

/** A location or host node for an instance, with its limits and prices. */
export interface PlacementOption {
  readonly kind: 'location' | 'hostnode';
  readonly id: string;
  readonly label: string;
  readonly tier?: number;
  readonly uptime?: number;
  readonly limits: Limits;
  readonly prices: UnitPrices;
  readonly gpuHourly?: number;
}

/** The resources in a form as numbers; `NaN` where the text isn't a number. */
export interface SelectedResources {
  readonly model: string;
  readonly gpuCount: number;
  readonly vcpus: number;
  readonly ramGb: number;
  readonly storageGb: number;
}

/** A price in US dollars an hour, in total and for each part. Missing where a price or a size is unknown. */
export interface Price {
  readonly total?: number;
  readonly gpu?: number;
  readonly vcpu?: number;
  readonly ram?: number;
  readonly storage?: number;
}

/** Parses a typed number; `NaN` for anything else. */
export function parseNumber(text: string): number {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text.trim()) : Number.NaN;
}

/** The resources typed in either form. */
export function resourcesOf(
  draft: Pick<Draft, 'gpuModel' | 'gpuCount' | 'vcpus' | 'ramGb' | 'storageGb'>,
): SelectedResources {
  return {
    model: draft.gpuModel,
    gpuCount: draft.gpuModel === '' ? 0 : parseNumber(draft.gpuCount),
    vcpus: parseNumber(draft.vcpus),
    ramGb: parseNumber(draft.ramGb),
    storageGb: parseNumber(draft.storageGb),
  };
}

const knownOffers = new WeakMap<CatalogState, readonly GpuOffer[]>();

/** All available GPU models, cheapest first, those without a price last. A catalog is looked through once, not at each key. */
export function gpuOffers(catalog: CatalogState): readonly GpuOffer[] {
  const offers = knownOffers.get(catalog) ?? findOffers(catalog);
  knownOffers.set(catalog, offers);
  return offers;
}

function findOffers(catalog: CatalogState): readonly GpuOffer[] {
  const offers = new Map<string, GpuOffer & { countries: string[] }>();
  const add = (
    model: string,
    price: number | undefined,
    maxCount: number | undefined,
    country: string,
  ): void => {
    if (maxCount === 0) return;
    const known = offers.get(model);
    const countries = known?.countries ?? [];
    if (country !== '' && !countries.includes(country)) countries.push(country);
    offers.set(model, {
      model,
      name: known?.name ?? gpuName(model),
      vramGb: parseVramGb(model),
      fromHourly: pick(Math.min, known?.fromHourly, price),
      maxCount: pick(Math.max, known?.maxCount, maxCount),
      locations: (known?.locations ?? 0) + 1,
      countries,
    });
  };
  for (const location of catalog.locations) {
    const country = countryOf(location);
    for (const gpu of location.gpus) add(gpu.model, gpu.priceHourly, gpu.maxCount, country);
  }
  for (const host of catalog.hostnodes) {
    for (const gpu of host.gpus) {
      if (gpu.availableCount === 0) continue;
      const known = offers.get(gpu.model);
      // The host node's location is already counted, unless no location lists the model.
      if (!known) add(gpu.model, gpu.priceHourly, gpu.availableCount, countryOf(host));
    }
  }
  return [...offers.values()].sort(
    (a, b) => (a.fromHourly ?? Infinity) - (b.fromHourly ?? Infinity) || compareTexts(a.name, b.name),
  );
}

function countryOf({ country = '' }: { readonly country?: string }): string {
  return plainText(country, 60);
}

/** The locations or host nodes that have the GPU model. Only host nodes take an instance without a GPU. */
export function placementOptions(
  catalog: CatalogState,
  kind: PlacementOption['kind'],
  resources: SelectedResources,
): PlacementOption[] {
  if (kind === 'hostnode') {
    return catalog.hostnodes
      .filter((host) => resources.model === '' || host.gpus.some((gpu) => gpu.model === resources.model))
      .map((host) => hostnodeOption(catalog, host, resources));
  }
  return catalog.locations.flatMap((location) => {
    const gpu = location.gpus.find((offered) => offered.model === resources.model);
    return gpu ? [locationOption(location, gpu)] : [];
  });
}

/** The price of an instance at a placement, in total and for each part that is known. */
export function priceFor(placement: PlacementOption | undefined, resources: SelectedResources): Price {
  if (!placement) return {};
  const only = (part: Partial<PricedResources>): number | undefined => {
    if (Object.values(part).some((amount) => !Number.isFinite(amount))) return undefined;
    const none = { gpuCount: 0, vcpuCount: 0, ramGb: 0, storageGb: 0 };
    return rateOf({ ...none, ...part }, placement.prices, placement.gpuHourly)?.total;
  };
  const { gpuCount, vcpus: vcpuCount, ramGb, storageGb } = resources;
  return {
    total: only({ gpuCount, vcpuCount, ramGb, storageGb }),
    gpu: only({ gpuCount }),
    vcpu: only({ vcpuCount }),
    ram: only({ ramGb }),
    storage: only({ storageGb }),
  };
}

/** Whether the placement has room for these resources, as far as is known. */
export function fits(placement: PlacementOption, resources: SelectedResources): boolean {
  const within = (wanted: number, max: number | undefined): boolean =>
    max === undefined || Number.isNaN(wanted) || wanted <= max;
  const { limits } = placement;
  return (
    within(resources.gpuCount, limits.gpuCount) &&
    within(resources.vcpus, limits.vcpus) &&
    within(resources.ramGb, limits.ramGb) &&
    within(resources.storageGb, limits.storageGb)
  );
}

/** The placements with room, cheapest first, those without a known price last. */
export function byPrice(
  placements: readonly PlacementOption[],
  resources: SelectedResources,
): { placement: PlacementOption; total?: number }[] {
  return placements
    .filter((placement) => fits(placement, resources))
    .map((placement) => ({ placement, total: priceFor(placement, resources).total }))
    .sort(
      (a, b) =>
        (a.total ?? Infinity) - (b.total ?? Infinity) || compareTexts(a.placement.label, b.placement.label),
    );
}

/** The selected placement, if the catalog has it. */
export function selectedPlacement(
  catalog: CatalogState,
  kind: PlacementOption['kind'],
  id: string,
  resources: SelectedResources,
): PlacementOption | undefined {
  return placementOptions(catalog, kind, resources).find((placement) => placement.id === id);
}

/** What a choice costs, in US dollars an hour, if its place and all its prices are known. */
export function rateHourlyOf(
  catalog: CatalogState,
  draft: Parameters<typeof resourcesOf>[0] &
    Pick<Draft, 'placementId'> &
    Partial<Pick<Draft, 'placementKind'>>,
): number | undefined {
  const resources = resourcesOf(draft);
  const kind = draft.placementKind ?? 'location';
  return priceFor(selectedPlacement(catalog, kind, draft.placementId.trim(), resources), resources).total;
}

/** The one location whose prices add up to this rate: the live service doesn't say where an instance is. */
export function locationForRate(
  catalog: CatalogState,
  resources: SelectedResources,
  rateHourly?: number,
): string {
  if (rateHourly === undefined) return '';
  const matching = placementOptions(catalog, 'location', resources).filter(
    (placement) => Math.abs((priceFor(placement, resources).total ?? Infinity) - rateHourly) < 0.00005,
  );
  return matching.length === 1 ? (matching[0]?.id ?? '') : '';
}

function locationOption(location: CatalogState['locations'][number], gpu: LocationGpu): PlacementOption {
  return {
    kind: 'location',
    id: location.id,
    label: locationName(location),
    tier: location.tier,
    limits: limitsAtLocation(gpu),
    prices: gpu.prices,
    gpuHourly: gpu.priceHourly,
  };
}

function hostnodeOption(
  catalog: CatalogState,
  host: Hostnode,
  resources: SelectedResources,
): PlacementOption {
  const model = resources.model === '' ? undefined : resources.model;
  return {
    kind: 'hostnode',
    id: host.id,
    label: placementName(catalog, host.id) ?? placementName(catalog, host.locationId ?? '') ?? host.id,
    tier: host.tier,
    uptime: host.uptimePercentage,
    limits: limitsAtHostnode(host, model, resources.gpuCount),
    prices: host.prices,
    gpuHourly: host.gpus.find((gpu) => gpu.model === model)?.priceHourly,
  };
}

/** What people call a location or host node; `undefined` if the catalog doesn't say. */
export function placementName(catalog: CatalogState, id: string): string | undefined {
  const found = [...catalog.locations, ...catalog.hostnodes].find((each) => each.id === id);
  return found && (found.city ?? found.stateProvince ?? found.country) !== undefined
    ? locationName(found)
    : undefined;
}

/** The memory of one GPU in GB, which the model's ID ends with. */
export function parseVramGb(model: string): number | undefined {
  const found = /-(\d+)gb$/i.exec(model)?.[1];
  return found === undefined ? undefined : Number(found);
}

function pick(choose: (a: number, b: number) => number, a?: number, b?: number): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return choose(a, b);
}
