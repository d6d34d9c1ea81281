import {
  byPrice,
  placementOptions,
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
