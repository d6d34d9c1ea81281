import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { button } from '../shared/controls';
import { hourly, priceView } from '../shared/priceView';
import type { CreateModel } from './model';

const placesOffered = 3;

/** Always in sight: the price, the cheapest place, the one button, and what became of it. */
export function summary(model: CreateModel): TemplateResult {
  const price = model.price();
  const made = model.result?.kind === 'created';
  const label = price.total === undefined ? l10n.t('Create') : l10n.t('Create for {0}', hourly(price.total));
  return html`<aside class="summary" aria-label=${l10n.t('Price and create')}>
    ${priceView(price)} ${cheaperLine(model)}
    <div class="buttons">
      ${
        made
          ? nothing
          : button(model.pending ? l10n.t('Creating…') : label, undefined, {
              id: 'create',
              primary: true,
              disabled: model.pending !== undefined,
            })
      }
    </div>
    <div id="outcome" role="status" aria-live="polite">${outcome(model)}</div>
  </aside>`;
}

/** The same machine for scripts; the token is left out. */
export function copySection(model: CreateModel): TemplateResult {
  const copy = (form: 'json' | 'curl') => (): void => model.post({ type: 'copy', form, draft: model.draft });
  return html`<div class="section buttons">
    ${button(l10n.t('Copy as JSON'), copy('json'))} ${button(l10n.t('Copy as curl'), copy('curl'))}
  </div>`;
}

function cheaperLine(model: CreateModel): TemplateResult | typeof nothing {
  const cheaper = model.cheaper();
  if (!cheaper || model.pending || model.result?.kind === 'created') return nothing;
  return html`<div class="cheaper">
    <span
      >${l10n.t(
        'Cheapest: {0}, {1} ({2} less).',
        cheaper.place.label,
        hourly(cheaper.total),
        hourly(cheaper.saves),
      )}</span
    >
    ${button(l10n.t('Use it'), () => model.change({ placeId: cheaper.place.id }))}
  </div>`;
}

function outcome(model: CreateModel): TemplateResult | typeof nothing {
  const { pending, result } = model;
  if (pending) {
    return html`<p>${pending.message === '' ? l10n.t('Sending the request…') : pending.message}</p>`;
  }
  switch (result?.kind) {
    case undefined:
      return nothing;
    case 'unknown':
      return html`<p class="warning">${result.message}</p>`;
    case 'refused':
      return html`<p class="problem">${result.message}</p>
        ${result.noCapacity ? otherPlaces(model) : nothing}`;
    case 'created':
      return html`<p>${model.machine?.id === result.id ? model.machine.message : result.message}</p>
        <div class="buttons">
          ${button(l10n.t('Connect'), () => model.post({ type: 'connect', id: result.id }), {
            primary: true,
            id: 'connect',
          })}
          ${button(l10n.t('Create another'), () => model.startNext())}
        </div>`;
  }
}

function otherPlaces(model: CreateModel): TemplateResult {
  const places = model.alternatives().slice(0, placesOffered);
  if (places.length === 0) {
    return html`<p class="hint">${l10n.t('No other place has room for this machine now.')}</p>`;
  }
  return html`${places.map(
    ({ place, total }) =>
      html`<div class="cheaper">
        <span>${place.label}, ${hourly(total)}</span>
        ${button(l10n.t('Create there'), () => model.tryAt(place))}
      </div>`,
  )}`;
}
