import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import { button, textArea } from '../shared/controls';
import type { CreateModel } from './model';

/** What runs when the instance starts for the first time. */
export function cloudInitSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const used = draft.cloudInit.trim() !== '';
  return html`<details class="section" ?open=${used}>
    <summary>${l10n.t('Cloud-init (runs on first start)')}</summary>
    ${textArea({
      id: 'cloudInit',
      rows: 8,
      label: l10n.t('Cloud-init (YAML)'),
      placeholder: 'packages:\n  - htop',
      value: draft.cloudInit,
      hint: l10n.t('Supported keys: packages, package_update, package_upgrade, runcmd, and write_files.'),
      problem: model.problem('cloudInit') ?? model.cloudInitProblems[0],
      onInput: (cloudInit) => model.change({ cloudInit }),
      onBlur: () => model.visitField('cloudInit'),
    })}
    <div class="buttons">
      ${button(l10n.t('Open in Editor'), () => model.post({ type: 'editCloudInit', text: draft.cloudInit }))}
      ${model.recipes.map((recipe) =>
        button(recipe.label, () => model.post({ type: 'addRecipe', id: recipe.id, text: draft.cloudInit })),
      )}
    </div>
  </details>`;
}
