import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import {
  commonPorts,
  isWindowsImage,
  leastPasswordLength,
  leastStorageGb,
  ramChoices,
  rdpPort,
  sshPort,
  storageStepGb,
  vcpuStep,
  type Limits,
} from '../../../api/rules';
import { button, checkBox, selectField, textArea, textField, type Choice } from '../shared/controls';
import { describeImage, imageGroups, type ImageGroup } from '../shared/images';
import { numberOf } from '../shared/catalogue';
import { portsOf } from '../shared/machine';
import type { CreateModel } from './model';

/** GPU count, vCPU, RAM and storage, each with what the place still offers. */
export function resourceSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const limits: Limits = model.place()?.limits ?? {};
  const upTo = (rule: string, most: number | undefined): string =>
    most === undefined ? rule : l10n.t('{0} At most {1} there.', rule, most);
  return html`<fieldset>
    <legend>${l10n.t('Size')}</legend>
    <div class="columns">
      ${
        draft.gpuModel === ''
          ? nothing
          : textField({
              id: 'gpuCount',
              type: 'number',
              label: l10n.t('GPUs'),
              min: 1,
              step: 1,
              value: draft.gpuCount,
              hint: upTo(l10n.t('From 1.'), limits.gpuCount),
              problem: model.problem('gpuCount'),
              onInput: (gpuCount) => model.change({ gpuCount }),
              onLeave: () => model.leave('gpuCount'),
            })
      }
      ${textField({
        id: 'vcpus',
        type: 'number',
        label: l10n.t('vCPUs'),
        min: vcpuStep,
        step: vcpuStep,
        value: draft.vcpus,
        hint: upTo(l10n.t('An even number.'), limits.vcpus),
        problem: model.problem('vcpus'),
        onInput: (vcpus) => model.change({ vcpus }),
        onLeave: () => model.leave('vcpus'),
      })}
      ${selectField({
        id: 'ram',
        label: l10n.t('RAM (GB)'),
        value: draft.ramGb,
        choices: ramChoices(limits, numberOf(draft.ramGb)).map((size) => ({
          value: String(size),
          label: String(size),
        })),
        hint: upTo('', limits.ramGb).trim(),
        problem: model.problem('ram'),
        onChange: (ramGb) => model.change({ ramGb }),
      })}
      ${textField({
        id: 'storage',
        type: 'number',
        label: l10n.t('Storage (GB)'),
        min: leastStorageGb,
        step: storageStepGb,
        value: draft.storageGb,
        hint: upTo(l10n.t('From {0}, in steps of {1}.', leastStorageGb, storageStepGb), limits.storageGb),
        problem: model.problem('storage'),
        onInput: (storageGb) => model.change({ storageGb }),
        onLeave: () => model.leave('storage'),
      })}
    </div>
  </fieldset>`;
}

/** Image and name. */
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
  if (noDriver && group === 'windows') hint = l10n.t('No NVIDIA driver is inside.');
  else if (noDriver) hint = l10n.t('No NVIDIA driver is inside: take another image, or the recipe below.');
  return html`<fieldset>
    <legend>${l10n.t('System')}</legend>
    <div class="columns">
      ${selectField({
        id: 'image',
        label: l10n.t('Image'),
        value: draft.image,
        choices,
        hint,
        problem: model.problem('image'),
        onChange: (image) => model.change({ image }),
      })}
      ${textField({
        id: 'name',
        label: l10n.t('Name'),
        value: draft.name,
        problem: model.problem('name'),
        onInput: (name) => model.change({ name, nameTyped: true }),
        onLeave: () => {
          // Left empty, it follows the GPU again.
          if (draft.name.trim() === '') model.change({ nameTyped: false });
          model.leave('name');
        },
      })}
    </div>
  </fieldset>`;
}

/** Who can log in: a key, or a password for Windows. */
export function accessSection(model: CreateModel): TemplateResult {
  return html`<fieldset>
    <legend>${l10n.t('Access')}</legend>
    ${isWindowsImage(model.draft.image) ? passwordField(model) : keyFields(model)}
  </fieldset>`;
}

/** How it is reached. */
export function networkSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const limits: Limits = model.place()?.limits ?? {};
  const windows = isWindowsImage(draft.image);
  const typed = portsOf(draft);
  const toggle = (port: number, on: boolean): void => {
    const rest = typed.filter((other) => other !== port && !Number.isNaN(other));
    model.change({ ports: (on ? [...rest, port] : rest).join(', ') });
  };
  return html`<fieldset>
    <legend>${l10n.t('Network')}</legend>
    ${selectField({
      id: 'network',
      label: l10n.t('Reached by'),
      value: draft.dedicatedIp ? 'dedicated' : 'forwards',
      choices: [
        { value: 'forwards', label: l10n.t('Port forwards of a shared address') },
        { value: 'dedicated', label: l10n.t('A dedicated IP address') },
      ],
      hint: limits.dedicatedIp === false ? l10n.t('No dedicated IP address is to be had there.') : '',
      problem: model.problem('network'),
      onChange: (value) => model.change({ dedicatedIp: value === 'dedicated' }),
    })}
    ${
      draft.dedicatedIp
        ? html`<p class="hint">${l10n.t('All ports of the machine can be reached from the internet.')}</p>`
        : html`${textField({
              id: 'ports',
              label: l10n.t('More ports to forward'),
              value: draft.ports,
              hint: windows
                ? l10n.t(
                    'Port {0} for Remote Desktop is always there. They cannot be changed later.',
                    rdpPort,
                  )
                : l10n.t('Port {0} for SSH is always there. They cannot be changed later.', sshPort),
              problem: model.problem('ports'),
              onInput: (ports) => model.change({ ports }),
              onLeave: () => model.leave('ports'),
            })}
            <div class="chips" role="group" aria-label=${l10n.t('Common ports')}>
              ${commonPorts.map(({ port, label }) =>
                checkBox(`port-${port}`, `${port} ${label}`, typed.includes(port), (on) => toggle(port, on)),
              )}
            </div>`
    }
  </fieldset>`;
}

/** What happens at the first start. */
export function cloudInitSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const used = draft.cloudInit.trim() !== '';
  return html`<details class="section" ?open=${used}>
    <summary>${l10n.t('Cloud-init: what happens at the first start')}</summary>
    ${textArea({
      id: 'cloudInit',
      rows: 8,
      label: l10n.t('Cloud-init (YAML)'),
      placeholder: 'packages:\n  - htop',
      value: draft.cloudInit,
      hint: l10n.t('packages, package_update, package_upgrade, runcmd and write_files.'),
      problem: model.problem('cloudInit') ?? model.cloudInitProblems[0],
      onInput: (cloudInit) => model.change({ cloudInit }),
      onLeave: () => model.leave('cloudInit'),
    })}
    <div class="buttons">
      ${button(l10n.t('Open in editor'), () => model.post({ type: 'editCloudInit', text: draft.cloudInit }))}
      ${model.recipes.map((recipe) =>
        button(recipe.label, () => model.post({ type: 'addRecipe', id: recipe.id, text: draft.cloudInit })),
      )}
    </div>
  </details>`;
}

function passwordField(model: CreateModel): TemplateResult {
  return textField({
    id: 'password',
    type: 'password',
    label: l10n.t('Password'),
    value: model.password,
    hint: l10n.t(
      'At least {0} characters, mixed in kind. It is sent once and kept nowhere.',
      leastPasswordLength,
    ),
    problem: model.problem('password'),
    onInput: (password) => model.setPassword(password),
    onLeave: () => model.leave('password'),
  });
}

function keyFields(model: CreateModel): TemplateResult {
  const { draft, access } = model;
  const problem = model.problem('access');
  const kind = selectField({
    id: 'access',
    label: l10n.t('SSH key from'),
    value: draft.access,
    choices: [
      { value: 'local', label: l10n.t('This computer or its agent') },
      { value: 'stored', label: l10n.t('Stored at TensorDock') },
      { value: 'typed', label: l10n.t('Pasted here') },
    ],
    onChange: (value) => model.change({ access: value === 'stored' || value === 'typed' ? value : 'local' }),
  });
  return html`<div class="columns">${kind} ${keyField(model, problem)}</div>
    <div class="buttons">
      ${
        draft.access === 'local'
          ? button(l10n.t('Make a new key'), () => model.post({ type: 'generateKey' }))
          : nothing
      }
      ${
        draft.access === 'stored'
          ? button(l10n.t('Manage stored keys'), () => model.post({ type: 'manageKeys' }))
          : nothing
      }
    </div>
    ${
      draft.access === 'local' && access.local.length === 0
        ? html`<p class="hint">
            ${l10n.t('No key was found in ~/.ssh and no agent has one. Make a new one, or paste its public half.')}
          </p>`
        : nothing
    }`;
}

function keyField(model: CreateModel, problem: string | undefined): TemplateResult {
  const { draft, access } = model;
  if (draft.access === 'typed') {
    return textField({
      id: 'key',
      label: l10n.t('Public key'),
      placeholder: 'ssh-ed25519 AAAA…',
      value: draft.typedKey,
      problem,
      onInput: (typedKey) => model.change({ typedKey }),
      onLeave: () => model.leave('access'),
    });
  }
  const local = draft.access === 'local';
  return selectField({
    id: 'key',
    label: l10n.t('Key'),
    value: local ? draft.localKey : draft.storedKey,
    choices: local
      ? access.local.map((key) => ({ value: key.fingerprint, label: key.label }))
      : access.stored.map((key) => ({ value: key.id, label: key.name })),
    problem,
    onChange: (value) => model.change(local ? { localKey: value } : { storedKey: value }),
  });
}

function groupLabel(group: ImageGroup): string {
  switch (group) {
    case 'plain':
      return l10n.t('Plain');
    case 'nvidia':
      return l10n.t('With NVIDIA driver');
    case 'machineLearning':
      return l10n.t('Machine learning, with NVIDIA driver');
    case 'windows':
      return l10n.t('Windows');
  }
}
