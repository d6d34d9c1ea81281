import * as l10n from '@vscode/l10n';
import type { TemplateResult } from 'lit';
import {
  leastStorageGb,
  ramChoices,
  storageStepGb,
  vcpuStep,
  type Field,
  type Limits,
} from '../../../api/rules';
import { parseNumber } from './catalog';
import { selectField, textField } from './controls';
import type { ModifyDraft } from './protocol';

type Resources = Pick<ModifyDraft, 'gpuCount' | 'vcpus' | 'ramGb' | 'storageGb'>;

/** What the fields need from a form. */
export interface ResourceForm {
  readonly draft: Resources;
  /** The limits at the selected location. */
  readonly limits: Limits;
  /** The storage that the instance already has, in GB; it can only grow. */
  readonly currentStorageGb?: number;
  problem(field: Field): string | undefined;
  change(patch: Partial<Resources>): void;
  /** Called when the person leaves a field. */
  visitField?(field: Field): void;
}

/** The fields for the size of an instance, each with its rule and its limit at the location. */
export function resourceFields(form: ResourceForm): Record<keyof Resources, TemplateResult> {
  const { draft, limits, currentStorageGb } = form;
  const hint = (rule: string, max: number | undefined): string =>
    max === undefined ? rule : l10n.t('{0} Up to {1} at this location.', rule, max).trim();
  const amount = (field: Field, key: keyof Resources, step: number, max: number | undefined) => ({
    id: field,
    type: 'number' as const,
    step,
    max,
    value: draft[key],
    problem: form.problem(field),
    onInput: (value: string) => form.change({ [key]: value }),
    onBlur: () => form.visitField?.(field),
  });
  return {
    gpuCount: textField({
      ...amount('gpuCount', 'gpuCount', 1, limits.gpuCount),
      label: l10n.t('GPUs'),
      min: 1,
      hint: hint(l10n.t('1 or more.'), limits.gpuCount),
    }),
    vcpus: textField({
      ...amount('vcpus', 'vcpus', vcpuStep, limits.vcpus),
      label: l10n.t('vCPUs'),
      min: vcpuStep,
      hint: hint(l10n.t('An even number.'), limits.vcpus),
    }),
    ramGb: selectField({
      id: 'ram',
      label: l10n.t('RAM (GB)'),
      value: draft.ramGb,
      choices: ramChoices(limits, parseNumber(draft.ramGb)).map((size) => ({
        value: String(size),
        label: String(size),
      })),
      hint: hint('', limits.ramGb),
      problem: form.problem('ram'),
      onChange: (ramGb) => form.change({ ramGb }),
    }),
    storageGb: textField({
      ...amount('storage', 'storageGb', storageStepGb, limits.storageGb),
      label: l10n.t('Storage (GB)'),
      min: currentStorageGb ?? leastStorageGb,
      hint: hint(
        currentStorageGb === undefined
          ? l10n.t('{0} or more, in steps of {1}.', leastStorageGb, storageStepGb)
          : l10n.t('Can only grow, in steps of {0}.', storageStepGb),
        limits.storageGb,
      ),
    }),
  };
}
