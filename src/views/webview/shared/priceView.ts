import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import { formatDollars, formatHourly, hoursPerDay, hoursPerMonth } from '../../../api/price';
import type { Price } from './catalogue';

/** A rate as text; "unknown" where it is missing, never nothing. */
export function hourly(dollars: number | undefined): string {
  return dollars === undefined ? l10n.t('unknown') : formatHourly(dollars);
}

/** The rate of a machine: an hour, a day, a month, and what each part adds. */
export function priceView(price: Price): TemplateResult {
  const long =
    price.total === undefined
      ? l10n.t('Shown when size and place are chosen and all their prices are known.')
      : l10n.t(
          '{0} a day, {1} a month ({2} h)',
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
      <span class="visually-hidden">${l10n.t('Price')}: </span><strong>${hourly(price.total)}</strong>
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
