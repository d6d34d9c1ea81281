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
import { focusFirstProblem, Page } from './shared/page';
import { toCreateForm, type FromCreateForm, type ToCreateForm } from './shared/protocol';

const root = document.querySelector<HTMLElement>('#form');
if (root) start(root);

function start(root: HTMLElement): void {
  const host = connectHost<ToCreateForm, FromCreateForm>(toCreateForm, (message) => {
    if (message.type === 'init') page.greet(message.texts);
    model.receive(message);
  });
  const page: Page = new Page(root, () => draw(root, model));
  const model: CreateModel = new CreateModel(host, () => page.redraw());
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
