import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { formatDollars, formatHourly, hoursPerDay, hoursPerMonth } from '../../../api/price';
import type { Price } from './catalog';

/** A price as text; "unknown" where it's missing. */
export function hourly(dollars: number | undefined): string {
  return dollars === undefined ? l10n.t('unknown') : formatHourly(dollars);
}

/** The price per hour, day, and month, and for each part. `missing`: what to say while there is no price. */
export function priceView(price: Price, missing: string): TemplateResult {
  const { total } = price;
  const parts: [string, number | undefined][] = [
    [l10n.t('GPU'), price.gpu],
    [l10n.t('vCPU'), price.vcpu],
    [l10n.t('RAM'), price.ram],
    [l10n.t('Storage'), price.storage],
  ];
  const known = parts.filter(([, part]) => part !== undefined);
  return html`<div class="price">
    <div class="price-total" id="price" aria-live="polite" aria-atomic="true">
      ${
        total === undefined
          ? html`<span class="headline missing">${missing}</span>`
          : html`<span class="visually-hidden">${l10n.t('Price')}: </span
              ><strong class="headline">${formatHourly(total)}</strong>
              <span class="price-long"
                >${l10n.t(
                  '{0} per day, {1} per month ({2} h)',
                  formatDollars(total * hoursPerDay),
                  formatDollars(total * hoursPerMonth),
                  hoursPerMonth,
                )}</span
              >`
      }
    </div>
    ${
      known.length === 0
        ? nothing
        : html`<dl class="price-parts">
            ${parts.map(
              ([label, part]) =>
                html`<div>
                  <dt>${label}</dt>
                  <dd>${hourly(part)}</dd>
                </div>`,
            )}
          </dl>`
    }
  </div>`;
}
