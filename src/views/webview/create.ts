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
import { isTicking, progressPage } from './create/progressPage';
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
    if (message.type === 'result' && message.result.kind === 'refused') focusProblem(root);
  });
  const page: Page = new Page(root, () => draw(root, model));
  const model: CreateModel = new CreateModel(channel, () => page.redraw());
  model.start();
  setTimeout(() => {
    if (!page.isReady) model.start();
  }, 3_000);
  setInterval(() => {
    if (isTicking(model)) page.redraw();
  }, 1000);
}

function draw(root: HTMLElement, model: CreateModel): void {
  const before = root.querySelector('.progress') !== null;
  render(
    model.progress && model.showsProgress ? progressPage(model, model.progress) : form(root, model),
    root,
  );
  describeFields(root);
  const after = root.querySelector('.progress') !== null;
  if (before === after) return;
  // The button that had the focus is gone: start reading the new page at its beginning.
  root.querySelector<HTMLElement>(after ? '#progress-title' : 'h1')?.focus();
  window.scrollTo(0, 0);
}

function form(root: HTMLElement, model: CreateModel): unknown {
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!model.submit() && model.pending === undefined) focusProblem(root);
  };
  return html`<form class="layout" novalidate @submit=${submit}>
    <div class="main">
      <h1 tabindex="-1">${l10n.t('Create an Instance')}</h1>
      ${presetSection(model)} ${gpuSection(model)} ${locationSection(model)} ${resourceSection(model)}
      ${systemSection(model)} ${accessSection(model)} ${networkSection(model)} ${cloudInitSection(model)}
      ${copySection(model)}
    </div>
    ${summary(model)}
  </form>`;
}

/** Once the problem is drawn. */
function focusProblem(root: HTMLElement): void {
  requestAnimationFrame(() => requestAnimationFrame(() => focusFirstProblem(root)));
}
