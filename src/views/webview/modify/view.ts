import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { gpuFormFactor, gpuName } from '../../../api/gpuName';
import { gpuOffers, parseVramGb, placementName, placementOptions, resourcesOf } from '../shared/catalog';
import { button, selectField, type Choice } from '../shared/controls';
import { hourly, priceView } from '../shared/priceView';
import { modifyLimits } from '../shared/request';
import type { InstanceDetails, ModifyDraft } from '../shared/protocol';
import { resourceFields } from '../shared/resourceFields';
import type { ModifyModel } from './model';

const resultClass = { done: '', refused: 'problem', unknown: 'warning' } as const;

/** The whole form. */
export function modifyView(model: ModifyModel, onSubmit: (event: Event) => void): TemplateResult {
  const { instance, draft } = model;
  if (model.unavailable !== undefined) {
    return html`<div class="main">
      <h1>${l10n.t('Modify Instance')}</h1>
      <p class="problem" role="alert">${model.unavailable}</p>
      <div class="buttons">${button(l10n.t('Try Again'), () => model.refresh(), { id: 'again' })}</div>
    </div>`;
  }
  if (!instance || !draft) {
    return html`<div class="main">
      <h1>${l10n.t('Modify Instance')}</h1>
      <p role="status">${l10n.t('Loading the instance…')}</p>
    </div>`;
  }
  return html`<form class="layout" novalidate @submit=${onSubmit}>
    <div class="main">
      <h1>${l10n.t('Modify {0}', instance.name)}</h1>
      <p>${explanation(instance)}</p>
      ${
        instance.gpuCount === 0
          ? html`<p class="warning">
              ${l10n.t('This instance has no GPU right now. If it lost its GPU, choose it below to add it back.')}
            </p>`
          : instance.gpuCount === undefined
            ? html`<p class="warning">
                ${l10n.t('TensorDock didn’t report this instance’s GPU. If you don’t choose one below, the request doesn’t include a GPU.')}
              </p>`
            : nothing
      }
      ${fields(model, instance, draft)}
    </div>
    ${summary(model, instance)}
  </form>`;
}

function explanation(instance: InstanceDetails): string {
  switch (instance.mode) {
    case 'direct':
      return l10n.t(
        'The instance is stopped and can be modified. The request includes all values, changed or not.',
      );
    case 'restart':
      return l10n.t('The instance is running. It’s stopped for the change and then started again.');
    case 'blocked':
      return l10n.t('{0}. You can modify the instance when it’s running or stopped.', instance.stateLabel);
  }
}

function fields(model: ModifyModel, instance: InstanceDetails, draft: ModifyDraft): TemplateResult {
  const { gpuCount, vcpus, ramGb, storageGb } = resourceFields({
    draft,
    limits: modifyLimits(instance, draft, model.catalog),
    currentStorageGb: instance.storageGb,
    problem: (field) => model.problem(field),
    change: (patch) => model.change(patch),
  });
  return html`
    ${compared(
      currentGpu(instance),
      selectField({
        id: 'gpu',
        label: l10n.t('GPU'),
        value: draft.gpuModel,
        choices: gpuChoices(model, instance),
        problem: model.problem('gpu'),
        onChange: (gpuModel) => model.change({ gpuModel }),
      }),
    )}
    ${draft.gpuModel === '' ? nothing : compared(shown(instance.gpuCount), gpuCount)}
    ${compared(shown(instance.vcpus), vcpus)} ${compared(shown(instance.ramGb), ramGb)}
    ${compared(shown(instance.storageGb), storageGb)} ${compared('', locationField(model, instance, draft))}
  `;
}

/** Where the instance is. Only where the service doesn't say, the person can, to see limits and prices. */
function locationField(model: ModifyModel, instance: InstanceDetails, draft: ModifyDraft): TemplateResult {
  if (instance.locationId !== undefined) {
    const name = placementName(model.catalog, instance.locationId);
    return html`<div class="field">
      <div class="label">${l10n.t('Location')}</div>
      <div id="location">${name ?? l10n.t('Not in TensorDock’s list of locations')}</div>
      <div class="hint">${l10n.t('An instance can’t be moved.')}</div>
    </div>`;
  }
  return selectField({
    id: 'location',
    label: l10n.t('Location'),
    value: draft.placementId,
    choices: [
      { value: '', label: l10n.t('Unknown') },
      ...placementOptions(model.catalog, 'location', resourcesOf(draft)).map(({ id, label }) => ({
        value: id,
        label,
      })),
    ],
    hint: l10n.t('TensorDock doesn’t report it. Used only for limits and pricing.'),
    onChange: (placementId) => model.change({ placementId }),
  });
}

function summary(model: ModifyModel, instance: InstanceDetails): TemplateResult {
  const { pending, result } = model;
  const price = model.price();
  const rate = instance.rateHourly;
  const difference = price.total === undefined || rate === undefined ? undefined : price.total - rate;
  return html`<aside class="summary" aria-label=${l10n.t('Price and Modify')}>
    ${
      difference !== undefined && Math.abs(difference) < 0.00005
        ? html`<p class="now-rate">${l10n.t('Current rate')}</p>`
        : html`<p class="now-rate">
            ${
              rate === undefined
                ? l10n.t('TensorDock doesn’t report the current rate.')
                : l10n.t('Current rate: {0}', hourly(rate))
            }
          </p>`
    }
    ${priceView(price, l10n.t('The rate after the change isn’t known.'))}
    ${
      difference === undefined || Math.abs(difference) < 0.00005
        ? nothing
        : html`<p class="hint">
            ${
              difference > 0
                ? l10n.t('{0} more than the current rate.', hourly(difference))
                : l10n.t('{0} less than the current rate.', hourly(-difference))
            }
          </p>`
    }
    <div class="buttons">
      ${button(instance.mode === 'restart' ? l10n.t('Stop, Modify, Start…') : l10n.t('Modify'), undefined, {
        id: 'modify',
        primary: true,
        disabled: !model.canSubmit,
      })}
      ${button(l10n.t('Reset'), () => model.reset(), { disabled: pending !== undefined })}
      ${button(l10n.t('Refresh'), () => model.refresh())}
    </div>
    <div id="outcome" role="status" aria-live="polite">
      ${
        pending
          ? html`<p>${pending.message === '' ? l10n.t('Sending the request…') : pending.message}</p>`
          : result && result.message !== ''
            ? html`<p class=${resultClass[result.outcome]}>${result.message}</p>`
            : nothing
      }
    </div>
  </aside>`;
}

/** The current value next to its control. */
function compared(current: string, control: TemplateResult): TemplateResult {
  return html`<div class="compared">
    ${control}
    ${
      current === ''
        ? nothing
        : html`<div class="now"><span class="hint">${l10n.t('Current')}</span> <span>${current}</span></div>`
    }
  </div>`;
}

function currentGpu({ gpuModel, gpuCount }: InstanceDetails): string {
  if (gpuModel !== undefined) return gpuName(gpuModel);
  return gpuCount === 0 ? l10n.t('none') : l10n.t('unknown');
}

function shown(amount: number | undefined): string {
  return amount === undefined ? l10n.t('unknown') : String(amount);
}

function gpuChoices(model: ModifyModel, instance: InstanceDetails): Choice[] {
  const here = model.catalog.locations.find(({ id }) => id === model.draft?.placementId);
  const current = instance.gpuModel ?? '';
  const offered = gpuOffers(model.catalog)
    .filter((offer) => offer.model !== current)
    .map(({ model: id, name, vramGb }) => {
      const isHere = !here || here.gpus.some((gpu) => gpu.model === id && gpu.maxCount !== 0);
      return {
        value: id,
        label: gpuLabel(id, name, vramGb),
        group: isHere ? undefined : l10n.t('Not available at this location'),
        disabled: !isHere,
      };
    });
  return [
    // A GPU can't be removed, so "No GPU" is offered only for an instance without one.
    current === ''
      ? { value: '', label: l10n.t('No GPU') }
      : { value: current, label: gpuLabel(current, gpuName(current), parseVramGb(current)) },
    ...offered,
  ];
}

function gpuLabel(id: string, name: string, vramGb: number | undefined): string {
  return [name, gpuFormFactor(id), vramGb === undefined ? undefined : l10n.t('{0} GB', vramGb)]
    .filter((part) => part !== undefined)
    .join(' · ');
}
