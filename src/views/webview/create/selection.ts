import {
  byPrice,
  gpuOffers,
  placementOptions,
  priceFor,
  resourcesOf,
  selectedPlacement,
  type PlacementOption,
} from '../shared/catalog';
import type { Access, CatalogState, Draft } from '../shared/protocol';

/** Another placement for the same instance, with its price in US dollars an hour where known. */
export interface Alternative {
  readonly placement: PlacementOption;
  readonly total?: number;
}

/** The selected placement, if the catalog has it. */
export function placementOf(draft: Draft, catalog: CatalogState): PlacementOption | undefined {
  return selectedPlacement(catalog, draft.placementKind, draft.placementId.trim(), resourcesOf(draft));
}

/** The other placements with room for the draft, cheapest first. */
export function alternativesTo(draft: Draft, catalog: CatalogState): Alternative[] {
  const resources = resourcesOf(draft);
  const network = draft.dedicatedIp ? 'dedicatedIp' : 'portForwarding';
  return byPrice(placementOptions(catalog, draft.placementKind, resources), resources).filter(
    ({ placement }) => placement.id !== draft.placementId && placement.limits[network] !== false,
  );
}

/** A cheaper placement, and how much it saves in US dollars an hour. */
export type Cheaper = Alternative & { readonly saves: number };

/** A cheaper placement than the selected one. */
export function cheaperThan(draft: Draft, catalog: CatalogState): Cheaper | undefined {
  const current = priceFor(placementOf(draft, catalog), resourcesOf(draft)).total;
  const [best] = alternativesTo(draft, catalog);
  if (current === undefined || best?.total === undefined || best.total >= current - 0.00005) return undefined;
  return { ...best, saves: current - best.total };
}

/** Selects the cheapest placement with room if the selected one doesn't have what the draft needs. */
export function withPlacement(draft: Draft, catalog: CatalogState): Draft {
  if (catalog.at === undefined || placementOf(draft, catalog)) return draft;
  const { placementKind, placementId } = draft;
  const known = [...catalog.locations, ...catalog.hostnodes].some(({ id }) => id === placementId);
  const listed = placementKind === 'location' ? catalog.locations : catalog.hostnodes;
  // Keep a typed ID: the catalog isn't complete.
  if (placementId !== '' && (!known || listed.length === 0)) return draft;
  const [best] = alternativesTo(draft, catalog);
  return { ...draft, placementId: best?.placement.id ?? '' };
}

/**
 * What the form has seen available. What was available and is taken meanwhile stays chosen: the form says so, instead
 * of ordering something else without a word.
 */
export class Availability {
  private readonly models = new Set<string>();
  private seen = '';

  /** Takes a draft that was saved: its GPU was available once. */
  expect({ gpuModel }: Draft): void {
    if (gpuModel !== '') this.models.add(gpuModel);
  }

  /** Remembers what the draft has now. */
  note(draft: Draft, catalog: CatalogState): void {
    if (placementOf(draft, catalog)) this.seen = placementKey(draft);
  }

  /** The draft on a newer catalog: with another placement if it never had one that was available. */
  update(draft: Draft, catalog: CatalogState): Draft {
    for (const { model } of gpuOffers(catalog)) this.models.add(model);
    const next = this.seen === placementKey(draft) ? draft : withPlacement(draft, catalog);
    this.note(next, catalog);
    return next;
  }

  /** Whether the draft's placement had its GPU, and doesn't anymore. */
  isPlacementTaken(draft: Draft, catalog: CatalogState): boolean {
    return this.seen === placementKey(draft) && !placementOf(draft, catalog);
  }

  /** Whether this is a GPU model, and not a text that is being typed. */
  isModel(model: string): boolean {
    return this.models.has(model) || /-\d+gb$/i.test(model);
  }

  /** Whether the model comes from a list or a saved draft. */
  isListedOnce(model: string): boolean {
    return this.models.has(model);
  }
}

function placementKey({ gpuModel, placementKind, placementId }: Draft): string {
  return JSON.stringify([gpuModel, placementKind, placementId]);
}

/** Selects the local key with this fingerprint, or the first key if the selected one isn't there. */
export function withKey(draft: Draft, { local, stored }: Access, fingerprint?: string): Draft {
  const selected: Draft =
    fingerprint === undefined ? draft : { ...draft, access: 'local', localKey: fingerprint };
  return {
    ...selected,
    localKey: local.some((key) => key.fingerprint === selected.localKey)
      ? selected.localKey
      : (local[0]?.fingerprint ?? ''),
    storedKey: stored.some((key) => key.id === selected.storedKey)
      ? selected.storedKey
      : (stored[0]?.id ?? ''),
  };
}
