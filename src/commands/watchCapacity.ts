import * as v from 'valibot';
import { compareTexts } from '../base/locale';
import * as vscode from 'vscode';
import { gpuName } from '../api/gpuName';
import { locationName } from '../api/locationName';
import { formatHourly } from '../api/price';
import type { Location } from '../api/types';
import { type CapacityWish, wishName, wishPlaces } from '../automation/capacityWatch';
import type { Seen } from '../automation/seenOffers';
import { formatWhen } from '../base/when';
import { plainText } from '../base/text';
import { showInformation } from '../vscode/messages';
import { askText, pick, pickMany } from '../vscode/prompts';
import { askDeadline } from './askDeadline';
import type { CostParts } from './costParts';
import type { Services } from './services';

/** What the create form fills in. */
const wishSchema = v.object({
  model: v.pipe(v.string(), v.trim(), v.minLength(1)),
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

/** Notifies when a GPU model is available: `wish` of the create form, or the one that the person picks. */
export async function watchCapacity(
  services: Services,
  { watches, seen }: Pick<CostParts, 'watches' | 'seen'>,
  wish?: unknown,
): Promise<void> {
  const { clock, store, settings } = services;
  const given = v.safeParse(wishSchema, wish);
  const before = await seen.of(settings.origin);
  const listed = await store.api.listLocations().catch((error: unknown) => {
    // Enough is known to wait all the same.
    if (given.success || before.models.length > 0) return [];
    throw error;
  });
  const models = [...before.models, ...ownModels(services)];
  const model = given.success ? given.output.model : await pickModel(listed, models);
  const count = given.success ? (given.output.count ?? 1) : await askCount();
  const places = await askPlaces([...listed, ...before.locations]);
  const maxPriceHourly = await askHighestPrice();
  const until = await askDeadline(clock, vscode.l10n.t('How long do you want to wait?'));
  const whole: CapacityWish = { model, count, ...places, maxPriceHourly };
  await watches.add(whole, until);
  const where = wishPlaces(whole);
  const what = wishName(whole);
  showInformation(
    vscode.l10n.t(
      'You’ll be notified when {0} is available, until {1}, while VS Code is open.',
      where === undefined ? what : vscode.l10n.t('{0} ({1})', what, where),
      formatWhen(until, clock.now()),
    ),
  );
}

/** The GPU models of the person's own instances, stopped ones too. */
function ownModels({ store }: Pick<Services, 'store'>): readonly string[] {
  return store
    .rows()
    .flatMap(({ instance }) => instance.resources?.gpus ?? [])
    .map(({ model }) => model);
}

/** How many in one instance. Throws `CancellationError` if nothing is picked. */
async function askCount(): Promise<number> {
  const counts = [1, 2, 4, 8].map((count) => ({ label: String(count), count }));
  const picked = await pick(counts, {
    placeHolder: vscode.l10n.t('Select how many you need in one instance'),
  });
  if (!picked) throw new vscode.CancellationError();
  return picked.count;
}

/** Where; nothing for anywhere. Throws `CancellationError` if the question is closed. */
async function askPlaces(known: Seen['locations']): Promise<Pick<CapacityWish, 'countries' | 'locations'>> {
  const byId = new Map(known.map((location) => [location.id, location]));
  if (byId.size < 2) return {};
  const locations = [...byId.values()].map((location) => ({
    label: locationName(location),
    location: { id: location.id, name: locationName(location) },
  }));
  const names = [...byId.values()].map(({ country = '' }) => country).filter((country) => country !== '');
  const countries = [...new Set(names)].map((country) => ({
    label: plainText(country, 60),
    description: vscode.l10n.t('all locations in this country'),
    country,
  }));
  const byLabel = (one: { label: string }, other: { label: string }): number =>
    compareTexts(one.label, other.label);
  const picked = await pickMany<Place>([...countries.sort(byLabel), ...locations.sort(byLabel)], {
    placeHolder: vscode.l10n.t('Select countries or locations, or none for anywhere'),
  });
  if (!picked) throw new vscode.CancellationError();
  return {
    countries: picked.flatMap(({ country }) => country ?? []),
    locations: picked.flatMap(({ location }) => location ?? []),
  };
}

/** A country or a location to pick. */
interface Place extends vscode.QuickPickItem {
  readonly country?: string;
  readonly location?: { readonly id: string; readonly name: string };
}

/** US dollars an hour for one GPU; `undefined` for any price. Throws `CancellationError` if the question is closed. */
async function askHighestPrice(): Promise<number | undefined> {
  const typed = await askText({
    prompt: vscode.l10n.t('Enter the highest price per GPU in dollars an hour, or nothing for any price.'),
    placeHolder: vscode.l10n.t('Any price'),
    validate: (text) =>
      /^\s*(\$?\s*\d+([.,]\d+)?)?\s*$/.test(text) ? undefined : vscode.l10n.t('Enter a price, such as 0.50.'),
  });
  if (typed === undefined) throw new vscode.CancellationError();
  const price = typed.replace('$', '').replace(',', '.').trim();
  return price === '' ? undefined : Number(price);
}

/** One of those that are listed now, were seen before, or have an ID that the person types. */
async function pickModel(locations: readonly Location[], seen: readonly string[]): Promise<string> {
  const models = new Map<string, { available: boolean; price?: number }>();
  for (const gpu of locations.flatMap((location) => location.gpus)) {
    const known = models.get(gpu.model);
    const prices = [known?.price, gpu.priceHourly].filter((price) => price !== undefined);
    models.set(gpu.model, {
      available: known?.available === true || gpu.maxCount !== 0,
      price: prices.length > 0 ? Math.min(...prices) : undefined,
    });
  }
  for (const model of seen) if (!models.has(model)) models.set(model, { available: false });
  const items = [...models].map(([model, { available, price }]) => ({
    label: gpuName(model),
    description: [
      available ? vscode.l10n.t('available') : vscode.l10n.t('not available'),
      price === undefined ? undefined : vscode.l10n.t('from {0}', formatHourly(price)),
    ]
      .filter(Boolean)
      .join(' · '),
    detail: plainText(model),
    model,
  }));
  const other = { label: vscode.l10n.t('Another model, by ID…'), model: undefined };
  const picked = await pick([...items, other], {
    placeHolder: vscode.l10n.t('Select the GPU model you’re waiting for'),
    matchAll: true,
  });
  const typed =
    picked && picked.model === undefined
      ? await askText({
          prompt: vscode.l10n.t('The ID of a GPU model, such as h100-sxm5-80gb.'),
        })
      : picked?.model;
  if (!typed?.trim()) throw new vscode.CancellationError();
  return typed.trim();
}
