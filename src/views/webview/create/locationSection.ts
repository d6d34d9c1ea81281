import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { formatNumber, formatPercent } from '../../../base/locale';
import {
  fits,
  placementName,
  placementOptions,
  priceFor,
  resourcesOf,
  type PlacementOption,
} from '../shared/catalog';
import { button, problemLine, radioRows, choiceField, textField, type Row } from '../shared/controls';
import { hourly } from '../shared/priceView';
import { isCatalogEmpty, joinDetails, typedId } from './common';
import type { CreateModel } from './model';

/** All locations or host nodes with room for these resources, with the price there. */
export function locationSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const resources = resourcesOf(draft);
  const locations = placementOptions(model.catalog, draft.placementKind, resources)
    .map((placement) => ({
      placement,
      total: priceFor(placement, resources).total,
      room: fits(placement, resources),
    }))
    .sort((a, b) => Number(b.room) - Number(a.room) || (a.total ?? Infinity) - (b.total ?? Infinity));
  const listed = locations.some(({ placement }) => placement.id === draft.placementId);
  const isTaken = model.availability.isPlacementTaken(draft, model.catalog);
  const rows = locations.map(({ placement, total, room }) =>
    locationRow(placement, total, room, model.hints.get(placement.id)),
  );
  const hasHints = locations.some(({ placement }) => model.hints.has(placement.id));
  if (isTaken) rows.unshift(takenRow(model));
  return html`<fieldset>
    <legend>${l10n.t('Location')}</legend>
    ${choiceField({
      id: 'placementKind',
      label: l10n.t('Choose by'),
      hint:
        draft.placementKind === 'location'
          ? l10n.t('TensorDock picks a host node at the location.')
          : l10n.t('A specific host node. Required for an instance without a GPU.'),
      value: draft.placementKind,
      choices: [
        { value: 'location', label: l10n.t('Location') },
        { value: 'hostnode', label: l10n.t('Host node') },
      ],
      onChange: (value) => model.change({ placementKind: value === 'hostnode' ? 'hostnode' : 'location' }),
    })}
    ${
      rows.length > 0
        ? radioRows({
            name: 'location',
            label: l10n.t('Location'),
            rows,
            value: draft.placementId,
            onChange: (placementId) => model.change({ placementId }),
          })
        : html`<p class="hint">${noLocations(model)}</p>`
    }
    ${isTaken ? takenLine(model) : nothing}
    ${
      hasHints
        ? html`<p class="hint">
            ${l10n.t('“Here” is what this extension saw of your instances in the last 90 days.')}
          </p>`
        : nothing
    }
    ${typedId(
      draft.placementId !== '' && !listed && !isTaken,
      textField({
        id: 'location',
        label: draft.placementKind === 'location' ? l10n.t('Location ID') : l10n.t('Host node ID'),
        value: draft.placementId,
        onInput: (value) => model.change({ placementId: value.trim() }),
      }),
      isCatalogEmpty(model),
    )}
    ${problemLine('location-list', model.problem('location'))}
  </fieldset>`;
}

/** The chosen location, whose GPU was taken meanwhile. */
function takenRow({ draft, catalog }: CreateModel): Row {
  return {
    value: draft.placementId,
    title: placementName(catalog, draft.placementId) ?? l10n.t('The location you chose'),
    detail: l10n.t('not available right now'),
    price: '',
    muted: true,
  };
}

function takenLine(model: CreateModel): TemplateResult | typeof nothing {
  const [next] = model.alternatives();
  // Without another location the GPU itself is gone, which is said at the GPU.
  if (!next) return nothing;
  return html`<div class="cheaper warning" id="location-taken" role="status">
    <span
      >${l10n.t(
        'This GPU was taken at your location. Next best: {0} for {1}.',
        next.placement.label,
        hourly(next.total),
      )}</span
    >
    <div class="buttons">
      ${button(l10n.t('Use This'), () => model.change({ placementId: next.placement.id }))}
    </div>
  </div>`;
}

function noLocations(model: CreateModel): string {
  const { gpuModel, placementKind } = model.draft;
  if (gpuModel === '' && placementKind === 'location') return l10n.t('Choose a GPU first.');
  return placementKind === 'location'
    ? l10n.t('This GPU isn’t available at any location right now.')
    : l10n.t('No host node has room for this right now.');
}

function locationRow(
  placement: PlacementOption,
  total: number | undefined,
  room: boolean,
  hint: string | undefined,
): Row {
  const { limits, tier, uptime } = placement;
  const detail = joinDetails([
    room ? undefined : l10n.t('not enough room'),
    hint,
    tier === undefined ? undefined : l10n.t('tier {0}', tier),
    uptime === undefined ? undefined : l10n.t('{0} uptime', formatPercent(uptime)),
    limits.gpuCount === undefined ? undefined : l10n.t('{0} GPU', limits.gpuCount),
    limits.vcpus === undefined ? undefined : l10n.t('{0} vCPU', limits.vcpus),
    limits.ramGb === undefined ? undefined : l10n.t('{0} GB RAM', formatNumber(limits.ramGb)),
    limits.storageGb === undefined ? undefined : l10n.t('{0} GB storage', formatNumber(limits.storageGb)),
    limits.dedicatedIp ? l10n.t('dedicated IP') : undefined,
    limits.portForwarding === false ? l10n.t('no port forwards') : undefined,
    placement.kind === 'hostnode' ? l10n.t('host node {0}', placement.id.slice(0, 8)) : undefined,
  ]);
  return { value: placement.id, title: placement.label, detail, price: hourly(total), muted: !room };
}
