import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { gpuFormFactor, gpuName } from '../../../api/gpuName';
import { compareTexts, formatTimeToSecond } from '../../../base/locale';
import { gpuOffers, parseNumber, parseVramGb, type GpuOffer } from '../shared/catalog';
import { button, problemLine, radioRows, selectField, textField, type Row } from '../shared/controls';
import { hourly } from '../shared/priceView';
import { isCatalogEmpty, joinDetails, typedId } from './common';
import type { CreateModel } from './model';

const noGpu = 'none';

/** All available GPU models, with search and sort. */
export function gpuSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const offers = sorted(matching(gpuOffers(model.catalog), model.search), model.sortBy);
  const rows = offers.map(gpuRow);
  if (model.search === '') rows.push(noGpuRow());
  const all = gpuOffers(model.catalog);
  const chosen = all.find((offer) => offer.model === draft.gpuModel);
  const isTaken = isGpuTaken(model, chosen);
  if (isTaken && model.search === '') rows.unshift(takenRow(draft.gpuModel));
  const cpuOnly = draft.gpuModel === '' && draft.placementKind === 'hostnode';
  return html`<fieldset>
    <legend>${l10n.t('GPU')}</legend>
    ${catalogueLine(model)}
    <div class="search">
      ${textField({
        id: 'search',
        type: 'search',
        label: l10n.t('Search'),
        placeholder: l10n.t('Model, memory, or country'),
        value: model.search,
        keepEnter: true,
        onInput: (value) => model.find(value, model.sortBy),
      })}
      ${selectField({
        id: 'sort',
        label: l10n.t('Sort by'),
        value: model.sortBy,
        choices: [
          { value: 'price', label: l10n.t('Price') },
          { value: 'memory', label: l10n.t('Memory') },
          { value: 'name', label: l10n.t('Name') },
        ],
        onChange: (value) =>
          model.find(model.search, value === 'memory' || value === 'name' ? value : 'price'),
      })}
    </div>
    ${
      offers.length === 0 && model.search !== ''
        ? html`<p class="hint" role="status">${l10n.t('No GPU matches “{0}”.', model.search)}</p>`
        : nothing
    }
    ${radioRows({
      name: 'gpu',
      label: l10n.t('GPU model'),
      rows,
      value: cpuOnly ? noGpu : draft.gpuModel,
      onChange: (value) =>
        model.change(
          value === noGpu
            ? { gpuModel: '', placementKind: 'hostnode' }
            : // Only an instance without a GPU needs a host node.
              { gpuModel: value, ...(cpuOnly ? { placementKind: 'location' } : {}) },
        ),
    })}
    ${isTaken ? takenLine(model, all) : (tooFewLine(model, chosen) ?? otherLine(model))}
    ${typedId(
      draft.gpuModel !== '' && !chosen && !model.availability.isListedOnce(draft.gpuModel),
      textField({
        id: 'gpu',
        label: l10n.t('GPU model ID'),
        hint: l10n.t('For example geforcertx4090-pcie-24gb.'),
        value: draft.gpuModel,
        onInput: (value) => model.change({ gpuModel: value.trim() }),
      }),
      isCatalogEmpty(model),
    )}
    ${problemLine('gpu-list', model.problem('gpu'))}
  </fieldset>`;
}

/** Whether available GPUs are loading, listed, or not known. */
function catalogueLine(model: CreateModel): TemplateResult {
  const { loading, at, error } = model.catalog;
  const refresh = button(l10n.t('Refresh'), () => model.post({ type: 'refresh' }), { disabled: loading });
  let text = '';
  if (loading && at === undefined) text = l10n.t('Loading available GPUs…');
  else if (error !== undefined) text = error;
  else if (isCatalogEmpty(model)) {
    text = l10n.t(
      'No GPUs are available right now. Refresh later, or enter the ID of a GPU model and a location.',
    );
  } else if (at !== undefined) {
    text = l10n.t('Updated at {0}', formatTimeToSecond(at));
  }
  return html`<div class="catalog ${error === undefined ? '' : 'warning'}">
    <span id="catalog" role="status">${text}</span>${refresh}
  </div>`;
}

function gpuRow(offer: GpuOffer): Row {
  const parts = [
    gpuFormFactor(offer.model),
    offer.vramGb === undefined ? undefined : l10n.t('{0} GB', offer.vramGb),
    offer.maxCount === undefined ? undefined : l10n.t('up to {0}', offer.maxCount),
    offer.locations === 1 ? l10n.t('1 location') : l10n.t('{0} locations', offer.locations),
    offer.countries.slice(0, 3).join(', ') + (offer.countries.length > 3 ? '…' : ''),
  ];
  return {
    value: offer.model,
    title: offer.name,
    detail: joinDetails(parts),
    price: offer.fromHourly === undefined ? hourly(undefined) : l10n.t('from {0}', hourly(offer.fromHourly)),
  };
}

/** Whether the chosen GPU isn't among the available ones. */
function isGpuTaken({ draft, catalog, availability }: CreateModel, chosen: GpuOffer | undefined): boolean {
  const isKnown = catalog.at !== undefined && catalog.locations.length + catalog.hostnodes.length > 0;
  return isKnown && !chosen && draft.gpuModel !== '' && availability.isModel(draft.gpuModel);
}

function takenRow(gpuModel: string): Row {
  return {
    value: gpuModel,
    title: gpuName(gpuModel),
    detail: l10n.t('not available right now'),
    price: '',
    muted: true,
  };
}

/** What to do while the chosen GPU isn't available: take the next best, or wait. */
function takenLine(model: CreateModel, offers: readonly GpuOffer[]): TemplateResult {
  const { gpuModel, gpuCount } = model.draft;
  const next = nextBest(gpuModel, offers);
  const name = gpuName(gpuModel);
  return html`<div class="cheaper warning" id="gpu-taken" role="status">
    <span
      >${
        next
          ? l10n.t(
              '{0} isn’t available right now. Next best: {1}, from {2}.',
              name,
              [next.name, next.vramGb === undefined ? '' : l10n.t('{0} GB', next.vramGb)].join(' ').trim(),
              hourly(next.fromHourly),
            )
          : l10n.t('{0} isn’t available right now.', name)
      }</span
    >
    <div class="buttons">
      ${next ? button(l10n.t('Use {0}', next.name), () => model.change({ gpuModel: next.model })) : nothing}
      ${watchButton(model, gpuModel, parseNumber(gpuCount))}
    </div>
  </div>`;
}

/** The chosen GPU is available, but not as many in one instance as wanted: take fewer, or wait. */
function tooFewLine(model: CreateModel, chosen: GpuOffer | undefined): TemplateResult | undefined {
  const count = parseNumber(model.draft.gpuCount);
  const most = chosen?.maxCount;
  if (chosen === undefined || most === undefined || !(count > most)) return undefined;
  return html`<div class="cheaper warning" id="gpu-taken" role="status">
    <span>${l10n.t('{0} × {1} in one instance isn’t available right now.', count, chosen.name)}</span>
    <div class="buttons">
      ${most > 0 ? button(l10n.t('Use {0}', most), () => model.change({ gpuCount: String(most) })) : nothing}
      ${watchButton(model, chosen.model, count)}
    </div>
  </div>`;
}

/** For a GPU that the list doesn't have. */
function otherLine(model: CreateModel): TemplateResult | typeof nothing {
  if (model.catalog.at === undefined) return nothing;
  return html`<div class="catalog">
    <span>${l10n.t('Waiting for a GPU that isn’t listed?')}</span>
    ${button(l10n.t('Notify Me When It’s Available…'), () => model.post({ type: 'watch' }), {
      id: 'watch-other',
    })}
  </div>`;
}

function watchButton(model: CreateModel, gpuModel: string, count: number): TemplateResult {
  const message = {
    type: 'watch',
    model: gpuModel,
    count: Number.isInteger(count) ? count : undefined,
  } as const;
  return button(l10n.t('Notify Me When It’s Available…'), () => model.post(message), { id: 'watch' });
}

/** The cheapest GPU with at least as much memory. */
function nextBest(gpuModel: string, offers: readonly GpuOffer[]): GpuOffer | undefined {
  const wanted = parseVramGb(gpuModel) ?? 0;
  return offers.find((offer) => (offer.vramGb ?? 0) >= wanted && offer.fromHourly !== undefined);
}

function noGpuRow(): Row {
  return {
    value: noGpu,
    title: l10n.t('No GPU'),
    detail: l10n.t('vCPUs, RAM, and storage only, on a host node'),
    price: '',
  };
}

function matching(offers: readonly GpuOffer[], search: string): GpuOffer[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return offers.filter((offer) => {
    const text =
      `${offer.name} ${offer.model} ${offer.vramGb ?? ''}gb ${offer.countries.join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function sorted(offers: GpuOffer[], by: CreateModel['sortBy']): GpuOffer[] {
  if (by === 'name') return offers.sort((a, b) => compareTexts(a.name, b.name));
  if (by === 'memory') return offers.sort((a, b) => (b.vramGb ?? 0) - (a.vramGb ?? 0));
  return offers;
}
