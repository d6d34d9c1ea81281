import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { gpuFormFactor } from '../../../api/gpuName';
import { gpuOffers, type GpuOffer } from '../shared/catalog';
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
  const listed = offers.some((offer) => offer.model === draft.gpuModel);
  const cpuOnly = draft.gpuModel === '' && draft.placementKind === 'hostnode';
  return html`<fieldset>
    <legend>${l10n.t('GPU')}</legend>
    ${catalogueLine(model)}
    <div class="columns">
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
        model.change(value === noGpu ? { gpuModel: '', placementKind: 'hostnode' } : { gpuModel: value }),
    })}
    ${typedId(
      draft.gpuModel !== '' && !listed && model.search === '',
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
    text = l10n.t('Updated at {0}', new Date(at).toLocaleTimeString());
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
  if (by === 'name') return offers.sort((a, b) => a.name.localeCompare(b.name));
  if (by === 'memory') return offers.sort((a, b) => (b.vramGb ?? 0) - (a.vramGb ?? 0));
  return offers;
}
