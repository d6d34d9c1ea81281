import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { button } from '../shared/controls';
import { hourly, priceView } from '../shared/priceView';
import type { CreateModel } from './model';

const maxSuggestions = 3;

/** Always visible: the price, a cheaper location, the button that creates, and how the create ended. */
export function summary(model: CreateModel): TemplateResult {
  const { draft } = model;
  const needsGpu = draft.gpuModel === '' && draft.placementKind === 'location';
  return html`<aside class="summary" aria-label=${l10n.t('Price and Create')}>
    ${priceView(model.price(), needsGpu ? l10n.t('Choose a GPU to see the price.') : missingPrice(model))}
    ${cheaperLine(model)}
    <div class="buttons">
      ${button(createLabel(model), undefined, {
        id: 'create',
        primary: !model.isOutcomeUnknown,
        disabled: model.pending !== undefined,
      })}
    </div>
    <div id="outcome" role="status" aria-live="polite">${outcome(model)}</div>
  </aside>`;
}

/** The same instance for scripts, without the token. */
export function copySection(model: CreateModel): TemplateResult {
  const copy = (format: 'json' | 'curl') => (): void =>
    model.post({ type: 'copy', format, draft: model.draft });
  return html`<div class="section buttons">
    ${button(l10n.t('Copy as JSON'), copy('json'))} ${button(l10n.t('Copy as curl'), copy('curl'))}
  </div>`;
}

function missingPrice(model: CreateModel): string {
  return model.placement()
    ? l10n.t('TensorDock doesn’t list a price for this.')
    : l10n.t('The price isn’t known, because this isn’t listed as available.');
}

function createLabel(model: CreateModel): string {
  if (model.pending !== undefined) return l10n.t('Creating…');
  if (model.isOutcomeUnknown) return l10n.t('Create Another Anyway…');
  const { total } = model.price();
  return total === undefined ? l10n.t('Create') : l10n.t('Create for {0}', hourly(total));
}

function cheaperLine(model: CreateModel): TemplateResult | typeof nothing {
  const cheaper = model.cheaper();
  if (!cheaper || model.pending !== undefined || model.isOutcomeUnknown) return nothing;
  return html`<div class="cheaper">
    <span
      >${l10n.t(
        'Cheapest: {0} for {1} (saves {2}).',
        cheaper.placement.label,
        hourly(cheaper.total),
        hourly(cheaper.saves),
      )}</span
    >
    ${button(l10n.t('Use This'), () => model.change({ placementId: cheaper.placement.id }))}
  </div>`;
}

function outcome(model: CreateModel): TemplateResult | typeof nothing {
  const { result } = model;
  switch (result?.kind) {
    case 'unknown':
      return html`<p class="warning">${result.message}</p>
        ${candidateList(model)}
        <div class="buttons">
          ${button(l10n.t('Show Instances'), () => model.post({ type: 'showInstances' }), {
            id: 'showInstances',
          })}
        </div>`;
    case 'refused':
      return html`<p class="problem">${result.message}</p>
        ${result.noCapacity ? otherLocations(model) : nothing}`;
    case 'created':
    case undefined:
      return nothing;
  }
}

/** The instances that may be the result of an unclear create. */
export function candidateList(model: CreateModel): TemplateResult | typeof nothing {
  const { result } = model;
  if (result?.kind !== 'unknown' || result.candidates.length === 0) return nothing;
  return html`<p>${l10n.t('Is one of these the new instance?')}</p>
    ${result.candidates.map(
      ({ id, name, detail }) =>
        html`<div class="cheaper candidate">
          <span>${name} · ${detail}</span>
          ${button(l10n.t('Use This'), () => model.post({ type: 'useCandidate', id }))}
        </div>`,
    )}`;
}

function otherLocations(model: CreateModel): TemplateResult {
  const alternatives = model.alternatives().slice(0, maxSuggestions);
  if (alternatives.length === 0) {
    return html`<p class="hint">${l10n.t('No other location has room for this instance right now.')}</p>`;
  }
  return html`${alternatives.map(
    ({ placement, total }) =>
      html`<div class="cheaper">
        <span>${placement.label}, ${hourly(total)}</span>
        ${button(l10n.t('Create There'), () => model.retryAt(placement))}
      </div>`,
  )}`;
}
