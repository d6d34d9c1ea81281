import * as v from 'valibot';
import * as vscode from 'vscode';
import { gpuName } from '../api/gpuName';
import { formatHourly } from '../api/price';
import type { Location } from '../api/types';
import { formatWhen } from '../base/when';
import { plainText } from '../base/text';
import { showInformation } from '../vscode/messages';
import { askText, pick } from '../vscode/prompts';
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
  { watches }: CostParts,
  wish?: unknown,
): Promise<void> {
  const given = v.safeParse(wishSchema, wish);
  const model = given.success
    ? given.output.model
    : await pickModel(await services.store.api.listLocations());
  const count = given.success ? (given.output.count ?? 1) : await askCount();
  const maxPriceHourly = await askHighestPrice();
  const { clock } = services;
  const until = await askDeadline(clock, vscode.l10n.t('How long do you want to wait?'));
  await watches.add({ model, count, maxPriceHourly }, until);
  const name = gpuName(model);
  showInformation(
    vscode.l10n.t(
      'You’ll be notified when {0} is available, until {1}, while VS Code is open.',
      count === 1 ? name : vscode.l10n.t('{0} × {1}', count, name),
      formatWhen(until, clock.now()),
    ),
  );
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

async function pickModel(locations: readonly Location[]): Promise<string> {
  const models = new Map<string, { name: string; available: number; price: number | undefined }>();
  for (const gpu of locations.flatMap((location) => location.gpus)) {
    const known = models.get(gpu.model);
    const prices = [known?.price, gpu.priceHourly].filter((price) => price !== undefined);
    models.set(gpu.model, {
      name: gpu.displayName,
      available: Math.max(known?.available ?? 0, gpu.maxCount ?? 0),
      price: prices.length > 0 ? Math.min(...prices) : undefined,
    });
  }
  const other = { label: vscode.l10n.t('Another model, by ID…'), model: undefined };
  const items = [...models].map(([model, { name, available, price }]) => ({
    label: plainText(name, 60),
    description: [
      available > 0 ? vscode.l10n.t('available') : vscode.l10n.t('not available'),
      price === undefined ? undefined : vscode.l10n.t('from {0}', formatHourly(price)),
    ]
      .filter(Boolean)
      .join(' · '),
    detail: plainText(model),
    model,
  }));
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
