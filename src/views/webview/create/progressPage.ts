import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { formatDuration } from '../../../base/duration';
import { button } from '../shared/controls';
import { createSteps, type CreateStep, type Progress } from '../shared/protocol';
import type { CreateModel } from './model';
import { candidateList } from './outcome';

/** Shows a create from its order to an instance that can be used, and what to do next. */
export function progressPage(model: CreateModel, progress: Progress): TemplateResult {
  const { name, instanceId, summary } = progress;
  return html`<div class="main progress">
    <h1 id="progress-title" tabindex="-1">${title(model, progress)}</h1>
    <p class="hint">${summary}</p>
    <ol class="steps" aria-label=${l10n.t('Progress of {0}', name)}>
      ${stepsOf(progress).map((step) => stepRow(model, progress, step))}
    </ol>
    <div id="outcome" role="status" aria-live="polite">${status(model, progress)}</div>
    ${model.isOutcomeUnknown ? candidateList(model) : nothing}
    <div class="buttons">
      ${
        instanceId === undefined
          ? nothing
          : html`${progress.isGone ? nothing : connectButton(model, instanceId)}
            ${button(l10n.t('Create Another'), () => model.createAnother(), { id: 'another' })}`
      }
      ${
        model.isOutcomeUnknown
          ? html`${button(l10n.t('Show Instances'), () => model.post({ type: 'showInstances' }), {
              primary: true,
              id: 'showInstances',
            })}
            ${button(l10n.t('Back to the Form'), () => model.backToForm(), { id: 'back' })}`
          : nothing
      }
    </div>
  </div>`;
}

function connectButton(model: CreateModel, id: string): TemplateResult {
  return button(l10n.t('Connect'), () => model.post({ type: 'connect', id }), {
    primary: true,
    id: 'connect',
  });
}

/** Whether the page changes by itself, so that its times have to be drawn again every second. */
export function isTicking(model: CreateModel): boolean {
  const { progress } = model;
  return progress !== undefined && model.showsProgress && currentStep(model, progress) !== undefined;
}

function title(model: CreateModel, { name, done, problem, instanceId }: Progress): string {
  if (model.isOutcomeUnknown) return l10n.t('Outcome unknown: {0}', name);
  if (isReady(done)) return l10n.t('{0} is ready', name);
  if (problem !== undefined) return l10n.t('{0} was created, but isn’t ready', name);
  return instanceId === undefined ? l10n.t('Creating {0}', name) : l10n.t('{0} is starting', name);
}

function status(model: CreateModel, { done, message, problem }: Progress): TemplateResult {
  const { result } = model;
  if (result?.kind === 'unknown') return html`<p class="warning">${result.message}</p>`;
  if (problem !== undefined) return html`<p class="warning">${problem}</p>`;
  if (isReady(done)) return html`<p>${l10n.t('You can connect now.')}</p>`;
  return html`<p>${message}</p>`;
}

function isReady(done: Progress['done']): boolean {
  return done.some(({ step }) => step === 'ready');
}

/** The steps of this instance: Windows has no SSH. */
function stepsOf({ windows }: Progress): readonly CreateStep[] {
  return createSteps.filter((step) => !(windows && step === 'ssh'));
}

/** The step that's under way, if there is one. */
function currentStep(model: CreateModel, progress: Progress): CreateStep | undefined {
  if (model.isOutcomeUnknown || progress.problem !== undefined) return undefined;
  return nextStep(progress);
}

function nextStep(progress: Progress): CreateStep | undefined {
  return stepsOf(progress).find((step) => !progress.done.some((each) => each.step === step));
}

function stepRow(model: CreateModel, progress: Progress, step: CreateStep): TemplateResult {
  const { done, startedAt } = progress;
  const index = done.findIndex((each) => each.step === step);
  const ended = done[index];
  const since = done[(index === -1 ? done.length : index) - 1]?.at ?? startedAt;
  const isCurrent = currentStep(model, progress) === step;
  const state = ended ? 'done' : isCurrent ? 'active' : nextStep(progress) === step ? 'stuck' : 'waiting';
  // The last step is reached with the one before it: it has the time of all of them.
  const took = ended && (step === 'ready' ? ended.at - startedAt : ended.at - since);
  const time = took ?? (isCurrent ? Date.now() - since : undefined);
  return html`<li class="step ${state}" aria-current=${isCurrent ? 'step' : nothing}>
    <span class="step-icon" aria-hidden="true"></span>
    <span class="step-text">
      <span class="step-title"
        >${stepTitle(step)}<span class="visually-hidden">, ${stateLabel(state)}</span></span
      >
      ${ended?.detail ? html`<span class="row-detail">${ended.detail}</span>` : nothing}
    </span>
    <span class="row-price">${time === undefined ? nothing : formatDuration(time)}</span>
  </li>`;
}

function stepTitle(step: CreateStep): string {
  switch (step) {
    case 'ordered':
      return l10n.t('Ordered');
    case 'booting':
      return l10n.t('Booting');
    case 'address':
      return l10n.t('Address');
    case 'ssh':
      return l10n.t('SSH');
    case 'ready':
      return l10n.t('Ready');
  }
}

function stateLabel(state: 'done' | 'active' | 'stuck' | 'waiting'): string {
  switch (state) {
    case 'done':
      return l10n.t('done');
    case 'active':
      return l10n.t('in progress');
    case 'stuck':
      return l10n.t('not known to be done');
    case 'waiting':
      return l10n.t('not started');
  }
}
