import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import { formatDollars, formatHourly, hoursPerDay, hoursPerMonth } from '../../../api/price';
import type { Price } from './catalog';

/** A price as text; "unknown" where it's missing. */
export function hourly(dollars: number | undefined): string {
  return dollars === undefined ? l10n.t('unknown') : formatHourly(dollars);
}

/** The price per hour, day, and month, and for each part. `needsGpu`: there's no price before a GPU is chosen. */
export function priceView(price: Price, needsGpu = false): TemplateResult {
  const headline = needsGpu ? l10n.t('Choose a GPU') : hourly(price.total);
  const long =
    price.total === undefined
      ? l10n.t('Shown when you choose resources and a location with known prices.')
      : l10n.t(
          '{0} per day, {1} per month ({2} h)',
          formatDollars(price.total * hoursPerDay),
          formatDollars(price.total * hoursPerMonth),
          hoursPerMonth,
        );
  const parts: [string, number | undefined][] = [
    [l10n.t('GPU'), price.gpu],
    [l10n.t('vCPU'), price.vcpu],
    [l10n.t('RAM'), price.ram],
    [l10n.t('Storage'), price.storage],
  ];
  return html`<div class="price">
    <div class="price-total" id="price" aria-live="polite" aria-atomic="true">
      <span class="visually-hidden">${l10n.t('Price')}: </span><strong>${headline}</strong>
      <span class="price-long">${long}</span>
    </div>
    <dl class="price-parts">
      ${parts.map(
        ([label, part]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${hourly(part)}</dd>
          </div>`,
      )}
    </dl>
  </div>`;
}
