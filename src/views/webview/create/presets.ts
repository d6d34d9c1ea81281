import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { plainText } from '../../../base/text';
import { button } from '../shared/controls';
import { commonPresets } from './commonPresets';
import type { CreateModel } from './model';

/** What to start from: common presets, and those that the person saved. */
export function presetSection(model: CreateModel): TemplateResult {
  const chosen = model.presets.find((preset) => preset.name === model.presetName);
  return html`<div class="presets">
    <div class="buttons" role="group" aria-label=${l10n.t('Presets')}>
      ${commonPresets(model.catalog, model.images).map(({ label, apply }) =>
        button(label, () => {
          model.presetName = '';
          model.fill(apply(model.draft));
        }),
      )}
      ${model.presets.map(({ name }) => button(plainText(name, 60), () => model.choosePreset(name)))}
    </div>
    <div class="buttons links">
      ${button(l10n.t('Save as Preset…'), () => model.post({ type: 'savePreset', draft: model.draft }), { quiet: true })}
      ${
        chosen
          ? button(
              l10n.t('Delete Preset {0}…', plainText(chosen.name, 60)),
              () => model.post({ type: 'deletePreset', name: chosen.name }),
              { quiet: true },
            )
          : nothing
      }
    </div>
  </div>`;
}
