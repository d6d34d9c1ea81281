import * as l10n from '@vscode/l10n';
import { html, render } from 'lit';
import {
  accessSection,
  cloudInitSection,
  networkSection,
  resourceSection,
  systemSection,
} from './create/machine';
import { CreateModel } from './create/model';
import { copySection, summary } from './create/outcome';
import { gpuSection, placeSection } from './create/places';
import { presetSection } from './create/presets';
import { describeFields } from './shared/controls';
import { connectHost } from './shared/host';
import { toCreateForm, type FromCreateForm } from './shared/protocol';
import type { ToCreateForm } from './shared/protocol';

const root = document.querySelector<HTMLElement>('#form');
if (root) start(root);

function start(root: HTMLElement): void {
  const host = connectHost<ToCreateForm, FromCreateForm>(toCreateForm, (message) => {
    if (message.type === 'init') {
      if (message.texts) l10n.config({ contents: message.texts });
      ready = true;
    }
    model.receive(message);
  });
  let ready = false;
  let scheduled = false;
  let drawn = false;
  const model: CreateModel = new CreateModel(host, () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      if (!ready) return;
      // What the shell shows until now is not ours to render over.
      if (!drawn) root.replaceChildren();
      drawn = true;
      draw(root, model);
    });
  });
  model.start();
}

function draw(root: HTMLElement, model: CreateModel): void {
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!model.submit() && !model.pending) requestAnimationFrame(() => focusFirstProblem(root));
  };
  render(
    html`<form class="layout" novalidate @submit=${submit}>
      <div class="main">
        <h1>${l10n.t('Create a machine')}</h1>
        ${presetSection(model)} ${gpuSection(model)} ${placeSection(model)} ${resourceSection(model)}
        ${systemSection(model)} ${accessSection(model)} ${networkSection(model)} ${cloudInitSection(model)}
        ${copySection(model)}
      </div>
      ${summary(model)}
    </form>`,
    root,
  );
  describeFields(root);
}

/** Takes the keyboard to the first field that keeps the form from being sent. */
function focusFirstProblem(root: HTMLElement): void {
  const line = [...root.querySelectorAll('.problem')].find((element) => element.textContent.trim() !== '');
  const near = line?.closest('.field') ?? line?.closest('fieldset');
  near?.querySelector<HTMLElement>('vscode-textfield, vscode-textarea, select, input')?.focus();
}
