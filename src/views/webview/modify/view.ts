import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { leastStorageGb, ramChoices, storageStepGb, vcpuStep, type Limits } from '../../../api/rules';
import { gpuName, gpuOffers, placesFor, sizesOf } from '../shared/catalogue';
import { button, selectField, textField, type Choice } from '../shared/controls';
import { hourly, priceView } from '../shared/priceView';
import type { Machine, ModifyDraft } from '../shared/protocol';
import type { ModifyModel } from './model';

/** The whole form. */
export function modifyView(model: ModifyModel, onSubmit: (event: Event) => void): TemplateResult {
  const { machine, draft } = model;
  if (model.gone !== undefined) {
    return html`<div class="main">
      <p class="problem" role="alert">${model.gone}</p>
      <div class="buttons">${button(l10n.t('Try Again'), () => model.refresh(), { id: 'again' })}</div>
    </div>`;
  }
  if (!machine || !draft) {
    return html`<div class="main">
      <p role="status">${l10n.t('Asking TensorDock what this machine has…')}</p>
    </div>`;
  }
  return html`<form class="layout" novalidate @submit=${onSubmit}>
    <div class="main">
      <h1>${l10n.t('Modify {0}', machine.name)}</h1>
      <p>${explanation(machine)}</p>
      ${
        machine.gpuCount === 0
          ? html`<p class="warning">
              ${l10n.t('This machine has no GPU now. If it lost one, choose it below to put it back.')}
            </p>`
          : machine.gpuCount === undefined
            ? html`<p class="warning">
                ${l10n.t('TensorDock did not say which GPU this machine has. Where none is chosen below, none is sent.')}
              </p>`
            : nothing
      }
      ${fields(model, machine, draft)}
    </div>
    ${summary(model, machine)}
  </form>`;
}

function explanation(machine: Machine): string {
  switch (machine.how) {
    case 'change':
      return l10n.t('It is stopped and can be changed. All values are sent, also those that stay.');
    case 'restart':
      return l10n.t('It runs. To be changed it is stopped, and started again after that.');
    case 'wait':
      return l10n.t('{0}: it can be changed when it runs or is stopped.', machine.stateLabel);
  }
}

function fields(model: ModifyModel, machine: Machine, draft: ModifyDraft): TemplateResult {
  const limits: Limits = model.place()?.limits ?? {};
  const upTo = (rule: string, most: number | undefined): string =>
    most === undefined ? rule : l10n.t('{0} At most {1} there.', rule, most);
  return html`
    ${compared(
      gpuNow(machine),
      selectField({
        id: 'gpu',
        label: l10n.t('GPU'),
        value: draft.gpuModel,
        choices: gpuChoices(model, machine),
        problem: model.problem('gpu'),
        onChange: (gpuModel) => model.change({ gpuModel }),
      }),
    )}
    ${
      draft.gpuModel === ''
        ? nothing
        : compared(
            shown(machine.gpuCount),
            textField({
              id: 'gpuCount',
              type: 'number',
              label: l10n.t('GPUs'),
              min: 1,
              step: 1,
              value: draft.gpuCount,
              hint: upTo(l10n.t('From 1.'), limits.gpuCount),
              problem: model.problem('gpuCount'),
              onInput: (gpuCount) => model.change({ gpuCount }),
            }),
          )
    }
    ${compared(
      shown(machine.vcpus),
      textField({
        id: 'vcpus',
        type: 'number',
        label: l10n.t('vCPUs'),
        min: vcpuStep,
        step: vcpuStep,
        value: draft.vcpus,
        hint: upTo(l10n.t('An even number.'), limits.vcpus),
        problem: model.problem('vcpus'),
        onInput: (vcpus) => model.change({ vcpus }),
      }),
    )}
    ${compared(
      shown(machine.ramGb),
      selectField({
        id: 'ram',
        label: l10n.t('RAM (GB)'),
        value: draft.ramGb,
        choices: ramChoices(limits, machine.ramGb).map((size) => ({ value: `${size}`, label: `${size}` })),
        hint: upTo('', limits.ramGb).trim(),
        problem: model.problem('ram'),
        onChange: (ramGb) => model.change({ ramGb }),
      }),
    )}
    ${compared(
      shown(machine.storageGb),
      textField({
        id: 'storage',
        type: 'number',
        label: l10n.t('Storage (GB)'),
        min: machine.storageGb ?? leastStorageGb,
        step: storageStepGb,
        value: draft.storageGb,
        hint: upTo(l10n.t('It can only grow, in steps of {0}.', storageStepGb), limits.storageGb),
        problem: model.problem('storage'),
        onInput: (storageGb) => model.change({ storageGb }),
      }),
    )}
    ${compared(
      '',
      selectField({
        id: 'place',
        label: l10n.t('Where it runs'),
        value: draft.placeId,
        choices: placeChoices(model, draft),
        hint: l10n.t('For bounds and price alone: a machine cannot be moved.'),
        onChange: (placeId) => model.change({ placeId }),
      }),
    )}
  `;
}

function summary(model: ModifyModel, machine: Machine): TemplateResult {
  const { pending, result } = model;
  const price = model.price();
  const now = machine.rateHourly;
  const difference = price.total === undefined || now === undefined ? undefined : price.total - now;
  return html`<aside class="summary" aria-label=${l10n.t('Price and change')}>
    <p class="now-rate">${l10n.t('Now: {0}', hourly(now))}</p>
    ${priceView(price)}
    ${
      difference === undefined || Math.abs(difference) < 0.00005
        ? nothing
        : html`<p class="hint">
            ${
              difference > 0
                ? l10n.t('{0} more than now.', hourly(difference))
                : l10n.t('{0} less than now.', hourly(-difference))
            }
          </p>`
    }
    <div class="buttons">
      ${button(machine.how === 'restart' ? l10n.t('Stop, change, start…') : l10n.t('Change'), undefined, {
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
            ? html`<p class=${result.ok ? '' : 'problem'}>${result.message}</p>`
            : nothing
      }
    </div>
  </aside>`;
}

/** What is, beside what is to be. */
function compared(now: string, control: TemplateResult): TemplateResult {
  return html`<div class="compared">
    ${control}
    ${
      now === ''
        ? nothing
        : html`<div class="now"><span class="hint">${l10n.t('Now')}</span> <span>${now}</span></div>`
    }
  </div>`;
}

function gpuNow({ gpuModel, gpuCount }: Machine): string {
  if (gpuModel !== undefined) return gpuName(gpuModel);
  return gpuCount === 0 ? l10n.t('none') : l10n.t('unknown');
}

function shown(amount: number | undefined): string {
  return amount === undefined ? l10n.t('unknown') : String(amount);
}

function gpuChoices(model: ModifyModel, machine: Machine): Choice[] {
  const offered = gpuOffers(model.catalogue).map(({ model: id, name, vramGb }) => ({
    value: id,
    label: vramGb === undefined ? name : `${name} · ${l10n.t('{0} GB', vramGb)}`,
  }));
  const current = machine.gpuModel ?? '';
  const known = current !== '' && !offered.some(({ value }) => value === current);
  return [
    // A GPU cannot be taken away, so that "none" is there for a machine without alone.
    ...(current === '' ? [{ value: '', label: l10n.t('No GPU') }] : []),
    ...(known ? [{ value: current, label: gpuName(current) }] : []),
    ...offered,
  ];
}

function placeChoices(model: ModifyModel, draft: ModifyDraft): Choice[] {
  const places = placesFor(model.catalogue, 'location', sizesOf(draft));
  const unlisted = draft.placeId !== '' && !places.some(({ id }) => id === draft.placeId);
  return [
    { value: '', label: l10n.t('Not known') },
    ...(unlisted ? [{ value: draft.placeId, label: draft.placeId }] : []),
    ...places.map(({ id, label }) => ({ value: id, label })),
  ];
}
