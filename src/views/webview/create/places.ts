import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { fits, gpuOffers, placesFor, priceAt, sizesOf, type GpuOffer, type Place } from '../shared/catalogue';
import { button, problemLine, radioRows, selectField, textField, type Row } from '../shared/controls';
import { hourly } from '../shared/priceView';
import type { CreateModel } from './model';

const noGpu = 'none';

/** Which GPU: all models there are, to search and sort. */
export function gpuSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const offers = sorted(matching(gpuOffers(model.catalogue), model.search), model.sortBy);
  const rows = offers.map(gpuRow);
  if (model.search === '') rows.push(noGpuRow());
  const listed = offers.some((offer) => offer.model === draft.gpuModel);
  const cpuOnly = draft.gpuModel === '' && draft.placeKind === 'hostnode';
  return html`<fieldset>
    <legend>${l10n.t('GPU')}</legend>
    ${catalogueLine(model)}
    <div class="columns">
      ${textField({
        id: 'search',
        type: 'search',
        label: l10n.t('Search'),
        placeholder: l10n.t('Model, memory or country'),
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
        ? html`<p class="hint" role="status">${l10n.t('No GPU fits “{0}”.', model.search)}</p>`
        : nothing
    }
    ${radioRows({
      name: 'gpu',
      label: l10n.t('GPU model'),
      rows,
      value: cpuOnly ? noGpu : draft.gpuModel,
      onChange: (value) =>
        model.change(value === noGpu ? { gpuModel: '', placeKind: 'hostnode' } : { gpuModel: value }),
    })}
    ${typedId(
      draft.gpuModel !== '' && !listed && model.search === '',
      textField({
        id: 'gpu',
        label: l10n.t('GPU model id'),
        hint: l10n.t('For example geforcertx4090-pcie-24gb.'),
        value: draft.gpuModel,
        onInput: (value) => model.change({ gpuModel: value.trim() }),
      }),
      isEmpty(model),
    )}
    ${problemLine('gpu-list', model.problem('gpu'))}
  </fieldset>`;
}

/** Where: locations or single hostnodes, with what this machine costs there. */
export function placeSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const sizes = sizesOf(draft);
  const places = placesFor(model.catalogue, draft.placeKind, sizes)
    .map((place) => ({ place, total: priceAt(place, sizes).total, room: fits(place, sizes) }))
    .sort((a, b) => Number(b.room) - Number(a.room) || (a.total ?? Infinity) - (b.total ?? Infinity));
  const listed = places.some(({ place }) => place.id === draft.placeId);
  return html`<fieldset>
    <legend>${l10n.t('Place')}</legend>
    ${selectField({
      id: 'placeKind',
      label: l10n.t('Kind of place'),
      hint:
        draft.placeKind === 'location'
          ? l10n.t('TensorDock picks the host at this location.')
          : l10n.t('One host of your choice; the only kind for a machine without a GPU.'),
      value: draft.placeKind,
      choices: [
        { value: 'location', label: l10n.t('Location') },
        { value: 'hostnode', label: l10n.t('Hostnode') },
      ],
      onChange: (value) => model.change({ placeKind: value === 'hostnode' ? 'hostnode' : 'location' }),
    })}
    ${
      places.length > 0
        ? radioRows({
            name: 'place',
            label: l10n.t('Place'),
            rows: places.map(({ place, total, room }) => placeRow(place, total, room)),
            value: draft.placeId,
            onChange: (placeId) => model.change({ placeId }),
          })
        : html`<p class="hint">${noPlaces(model)}</p>`
    }
    ${typedId(
      draft.placeId !== '' && !listed,
      textField({
        id: 'place',
        label: draft.placeKind === 'location' ? l10n.t('Location id') : l10n.t('Hostnode id'),
        value: draft.placeId,
        onInput: (value) => model.change({ placeId: value.trim() }),
      }),
      isEmpty(model),
    )}
    ${problemLine('place-list', model.problem('place'))}
  </fieldset>`;
}

/** What the catalogue says of itself: asking, empty, failed, or when it answered. */
function catalogueLine(model: CreateModel): TemplateResult {
  const { loading, at, error } = model.catalogue;
  const refresh = button(l10n.t('Refresh'), () => model.post({ type: 'refresh' }), { disabled: loading });
  let text = '';
  if (loading && at === undefined) text = l10n.t('Asking TensorDock what is to be had…');
  else if (error !== undefined) text = error;
  else if (isEmpty(model)) {
    text = l10n.t(
      'TensorDock lists no capacity now. You can refresh later, or type the ids of a GPU and a place.',
    );
  } else if (at !== undefined) {
    text = l10n.t('As of {0}', new Date(at).toLocaleTimeString());
  }
  return html`<div class="catalogue ${error === undefined ? '' : 'warning'}">
    <span id="catalogue" role="status">${text}</span>${refresh}
  </div>`;
}

function isEmpty(model: CreateModel): boolean {
  const { loading, at, error, locations, hostnodes } = model.catalogue;
  const answered = at !== undefined || error !== undefined || !loading;
  return answered && locations.length === 0 && hostnodes.length === 0;
}

function noPlaces(model: CreateModel): string {
  const { gpuModel, placeKind } = model.draft;
  if (gpuModel === '' && placeKind === 'location') return l10n.t('Choose a GPU first.');
  return placeKind === 'location'
    ? l10n.t('No location has this GPU now.')
    : l10n.t('No hostnode has room for this now.');
}

function typedId(used: boolean, control: TemplateResult, open: boolean): TemplateResult {
  return html`<details ?open=${used || open}>
    <summary>${l10n.t('Type an id instead')}</summary>
    ${control}
  </details>`;
}

function gpuRow(offer: GpuOffer): Row {
  const parts = [
    offer.vramGb === undefined ? undefined : l10n.t('{0} GB', offer.vramGb),
    offer.most === undefined ? undefined : l10n.t('up to {0}', offer.most),
    offer.places === 1 ? l10n.t('1 place') : l10n.t('{0} places', offer.places),
    offer.countries.slice(0, 3).join(', ') + (offer.countries.length > 3 ? '…' : ''),
  ];
  return {
    value: offer.model,
    title: offer.name,
    detail: joined(parts),
    price: offer.fromHourly === undefined ? hourly(undefined) : l10n.t('from {0}', hourly(offer.fromHourly)),
  };
}

function noGpuRow(): Row {
  return {
    value: noGpu,
    title: l10n.t('No GPU'),
    detail: l10n.t('vCPU, RAM and storage alone, on a hostnode'),
    price: '',
  };
}

function placeRow(place: Place, total: number | undefined, room: boolean): Row {
  const { limits, tier, uptime } = place;
  const atMost = (label: string, most: number | undefined): string | undefined =>
    most === undefined ? undefined : `${most} ${label}`;
  const detail = joined([
    room ? undefined : l10n.t('no room for this machine'),
    tier === undefined ? undefined : l10n.t('tier {0}', tier),
    uptime === undefined ? undefined : l10n.t('{0} % uptime', uptime),
    atMost(l10n.t('GPU'), limits.gpuCount),
    atMost(l10n.t('vCPU'), limits.vcpus),
    atMost(l10n.t('GB RAM'), limits.ramGb),
    atMost(l10n.t('GB storage'), limits.storageGb),
    limits.dedicatedIp ? l10n.t('dedicated IP') : undefined,
    limits.portForwarding === false ? l10n.t('no port forwards') : undefined,
    place.kind === 'hostnode' ? l10n.t('host {0}', place.id.slice(0, 8)) : undefined,
  ]);
  return { value: place.id, title: place.label, detail, price: hourly(total), muted: !room };
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part).join(' · ');
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
