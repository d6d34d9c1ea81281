import * as l10n from '@vscode/l10n';
import { html, render } from 'lit';
import { accessSection } from './create/accessSection';
import { cloudInitSection } from './create/cloudInitSection';
import { CreateModel } from './create/model';
import { networkSection } from './create/networkSection';
import { copySection, summary } from './create/outcome';
import { gpuSection } from './create/gpuSection';
import { locationSection } from './create/locationSection';
import { presetSection } from './create/presets';
import { resourceSection, systemSection } from './create/resourceSections';
import { describeFields } from './shared/controls';
import { openChannel } from './shared/vsCodeChannel';
import { focusFirstProblem, Page } from './shared/page';
import { toCreateForm, type FromCreateForm, type ToCreateForm } from './shared/protocol';

const root = document.querySelector<HTMLElement>('#form');
if (root) start(root);

function start(root: HTMLElement): void {
  const channel = openChannel<ToCreateForm, FromCreateForm>(toCreateForm, (message) => {
    if (message.type === 'init') page.initialize(message.texts);
    model.receive(message);
  });
  const page: Page = new Page(root, () => draw(root, model));
  const model: CreateModel = new CreateModel(channel, () => page.redraw());
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
        <h1>${l10n.t('Create an Instance')}</h1>
        ${presetSection(model)} ${gpuSection(model)} ${locationSection(model)} ${resourceSection(model)}
        ${systemSection(model)} ${accessSection(model)} ${networkSection(model)} ${cloudInitSection(model)}
        ${copySection(model)}
      </div>
      ${summary(model)}
    </form>`,
    root,
  );
  describeFields(root);
}
