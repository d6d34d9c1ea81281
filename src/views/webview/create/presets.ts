import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { button, selectField } from '../shared/controls';
import type { CreateModel } from './model';

/** Saved settings to start from. */
export function presetSection(model: CreateModel): TemplateResult {
  const chosen = model.presets.find((preset) => preset.name === model.presetName);
  return html`<div class="presets">
    ${
      model.presets.length === 0
        ? nothing
        : selectField({
            id: 'preset',
            label: l10n.t('Preset'),
            value: chosen?.name ?? '',
            choices: [
              { value: '', label: l10n.t('None') },
              ...model.presets.map(({ name }) => ({ value: name, label: name })),
            ],
            onChange: (name) => model.choosePreset(name),
          })
    }
    <div class="buttons">
      ${button(l10n.t('Save as Preset…'), () => model.post({ type: 'savePreset', draft: model.draft }))}
      ${
        chosen
          ? button(l10n.t('Delete Preset…'), () => model.post({ type: 'deletePreset', name: chosen.name }))
          : nothing
      }
    </div>
  </div>`;
}
