import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { leastStorageGb, ramChoices, storageStepGb, vcpuStep, type Limits } from '../../../api/rules';
import { parseNumber } from '../shared/catalog';
import { selectField, textField, type Choice } from '../shared/controls';
import { describeImage, imageGroups, type ImageGroup } from '../shared/images';
import type { CreateModel } from './model';

/** GPU count, vCPUs, RAM, and storage, each with the limit at the selected location. */
export function resourceSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const limits: Limits = model.placement()?.limits ?? {};
  const hint = (rule: string, max: number | undefined): string =>
    max === undefined ? rule : l10n.t('{0} Up to {1} at this location.', rule, max).trim();
  return html`<fieldset>
    <legend>${l10n.t('Size')}</legend>
    <div class="columns">
      ${
        draft.gpuModel === ''
          ? nothing
          : textField({
              id: 'gpuCount',
              type: 'number',
              label: l10n.t('GPUs'),
              min: 1,
              step: 1,
              value: draft.gpuCount,
              hint: hint(l10n.t('1 or more.'), limits.gpuCount),
              problem: model.problem('gpuCount'),
              onInput: (gpuCount) => model.change({ gpuCount }),
              onBlur: () => model.visitField('gpuCount'),
            })
      }
      ${textField({
        id: 'vcpus',
        type: 'number',
        label: l10n.t('vCPUs'),
        min: vcpuStep,
        step: vcpuStep,
        value: draft.vcpus,
        hint: hint(l10n.t('An even number.'), limits.vcpus),
        problem: model.problem('vcpus'),
        onInput: (vcpus) => model.change({ vcpus }),
        onBlur: () => model.visitField('vcpus'),
      })}
      ${selectField({
        id: 'ram',
        label: l10n.t('RAM (GB)'),
        value: draft.ramGb,
        choices: ramChoices(limits, parseNumber(draft.ramGb)).map((size) => ({
          value: String(size),
          label: String(size),
        })),
        hint: hint('', limits.ramGb),
        problem: model.problem('ram'),
        onChange: (ramGb) => model.change({ ramGb }),
      })}
      ${textField({
        id: 'storage',
        type: 'number',
        label: l10n.t('Storage (GB)'),
        min: leastStorageGb,
        step: storageStepGb,
        value: draft.storageGb,
        hint: hint(l10n.t('{0} or more, in steps of {1}.', leastStorageGb, storageStepGb), limits.storageGb),
        problem: model.problem('storage'),
        onInput: (storageGb) => model.change({ storageGb }),
        onBlur: () => model.visitField('storage'),
      })}
    </div>
  </fieldset>`;
}

/** The image and the name of the instance. */
export function systemSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const images = [...new Set([...model.images, draft.image])].filter((image) => image !== '');
  const choices: Choice[] = imageGroups.flatMap((group) =>
    images
      .filter((image) => describeImage(image).group === group)
      .map((image) => ({ value: image, label: describeImage(image).label, group: groupLabel(group) })),
  );
  const { group, hasNvidiaDriver } = describeImage(draft.image);
  const noDriver = draft.gpuModel !== '' && !hasNvidiaDriver;
  let hint = '';
  if (noDriver && group === 'windows') hint = l10n.t('This image has no NVIDIA driver.');
  else if (noDriver)
    hint = l10n.t(
      'This image has no NVIDIA driver. Choose another image, or add the driver under Cloud-init.',
    );
  return html`<fieldset>
    <legend>${l10n.t('Image and name')}</legend>
    <div class="columns">
      ${selectField({
        id: 'image',
        label: l10n.t('Image'),
        value: draft.image,
        choices,
        hint,
        problem: model.problem('image'),
        onChange: (image) => model.change({ image }),
      })}
      ${textField({
        id: 'name',
        label: l10n.t('Name'),
        value: draft.name,
        problem: model.problem('name'),
        onInput: (name) => model.change({ name, nameTyped: true }),
        onBlur: () => {
          // An empty name follows the GPU again.
          if (draft.name.trim() === '') model.change({ nameTyped: false });
          model.visitField('name');
        },
      })}
    </div>
  </fieldset>`;
}

function groupLabel(group: ImageGroup): string {
  switch (group) {
    case 'plain':
      return l10n.t('Operating system only');
    case 'nvidia':
      return l10n.t('With NVIDIA driver');
    case 'machineLearning':
      return l10n.t('Machine learning with NVIDIA driver');
    case 'windows':
      return l10n.t('Windows');
  }
}
