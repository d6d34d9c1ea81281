import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { selectField, textField, type Choice } from '../shared/controls';
import { describeImage, imageGroups, type ImageGroup } from '../shared/images';
import { resourceFields } from '../shared/resourceFields';
import type { CreateModel } from './model';

/** GPU count, vCPUs, RAM, and storage, each with the limit at the selected location. */
export function resourceSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const { gpuCount, vcpus, ramGb, storageGb } = resourceFields({
    draft,
    limits: model.placement()?.limits ?? {},
    problem: (field) => model.problem(field),
    change: (patch) => model.change(patch),
    visitField: (field) => model.visitField(field),
  });
  return html`<fieldset>
    <legend>${l10n.t('Size')}</legend>
    <div class="columns">${draft.gpuModel === '' ? nothing : gpuCount} ${vcpus} ${ramGb} ${storageGb}</div>
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
    <div class="columns wide">
      ${selectField({
        id: 'image',
        label: l10n.t('Image'),
        value: draft.image,
        choices,
        hint,
        problem: model.problem('image'),
        onChange: (image) => model.change({ image, imageChosen: true }),
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
