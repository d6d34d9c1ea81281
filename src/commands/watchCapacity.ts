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

/** Notifies when a GPU model that the person picks is available. */
export async function watchCapacity(services: Services, { watches }: CostParts): Promise<void> {
  const locations = await services.store.api.listLocations();
  const picked = await pickModel(locations);
  const { clock } = services;
  const until = await askDeadline(clock, vscode.l10n.t('How long do you want to wait?'));
  await watches.add({ model: picked }, until);
  showInformation(
    vscode.l10n.t(
      'You’ll be notified when {0} is available, until {1}, while VS Code is open.',
      gpuName(picked),
      formatWhen(until, clock.now()),
    ),
  );
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
