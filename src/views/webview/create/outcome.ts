import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { button } from '../shared/controls';
import { hourly, priceView } from '../shared/priceView';
import type { Result } from '../shared/protocol';
import type { CreateModel } from './model';

const maxSuggestions = 3;

/** Always visible: the price, a cheaper location, the button that creates, and how the create ended. */
export function summary(model: CreateModel): TemplateResult {
  const { draft } = model;
  const needsGpu = draft.gpuModel === '' && draft.placementKind === 'location';
  return html`<aside class="summary" aria-label=${l10n.t('Price and Create')}>
    ${priceView(model.price(), needsGpu)} ${cheaperLine(model)}
    <div class="buttons">
      ${
        model.result?.kind === 'created'
          ? nothing
          : button(createLabel(model), undefined, {
              id: 'create',
              primary: !model.isOutcomeUnknown,
              disabled: model.pending !== undefined,
            })
      }
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

function createLabel(model: CreateModel): string {
  if (model.pending) return l10n.t('Creating…');
  if (model.isOutcomeUnknown) return l10n.t('Create Another Anyway…');
  const { total } = model.price();
  return total === undefined ? l10n.t('Create') : l10n.t('Create for {0}', hourly(total));
}

function cheaperLine(model: CreateModel): TemplateResult | typeof nothing {
  const cheaper = model.cheaper();
  const settled = model.result?.kind === 'created' || model.isOutcomeUnknown;
  if (!cheaper || model.pending || settled) return nothing;
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
  const { pending, result } = model;
  if (pending) {
    return html`<p>${pending.message === '' ? l10n.t('Sending the request…') : pending.message}</p>`;
  }
  switch (result?.kind) {
    case undefined:
      return nothing;
    case 'unknown':
      return unknown(model, result);
    case 'refused':
      return html`<p class="problem">${result.message}</p>
        ${result.noCapacity ? otherLocations(model) : nothing}`;
    case 'created':
      return html`<p>${model.readiness?.id === result.id ? model.readiness.message : result.message}</p>
        <div class="buttons">
          ${button(l10n.t('Connect'), () => model.post({ type: 'connect', id: result.id }), {
            primary: true,
            id: 'connect',
          })}
          ${button(l10n.t('Create Another'), () => model.createAnother())}
        </div>`;
  }
}

/** The instance may exist: shows what was found and where to look, and no second create that looks like the first. */
function unknown(model: CreateModel, result: Extract<Result, { kind: 'unknown' }>): TemplateResult {
  return html`<p class="warning">${result.message}</p>
    ${
      result.candidates.length === 0
        ? nothing
        : html`<p>${l10n.t('Is one of these the new instance?')}</p>
            ${result.candidates.map(
              ({ id, name, detail }) =>
                html`<div class="cheaper candidate">
                  <span>${name} · ${detail}</span>
                  ${button(l10n.t('Use This'), () => model.post({ type: 'useCandidate', id }))}
                </div>`,
            )}`
    }
    <div class="buttons">
      ${button(l10n.t('Show Instances'), () => model.post({ type: 'showInstances' }), { id: 'showInstances' })}
    </div>`;
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
