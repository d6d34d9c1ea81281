import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import { isWindowsImage } from '../../../api/images';
import { leastPasswordLength } from '../../../api/rules';
import { button, choiceField, selectField, textField } from '../shared/controls';
import type { CreateModel } from './model';

/** How to sign in to the instance: an SSH key, or a password for Windows. */
export function accessSection(model: CreateModel): TemplateResult {
  return html`<fieldset>
    <legend>${l10n.t('Access')}</legend>
    ${isWindowsImage(model.draft.image) ? passwordField(model) : keyFields(model)}
  </fieldset>`;
}

function passwordField(model: CreateModel): TemplateResult {
  return textField({
    id: 'password',
    type: 'password',
    label: l10n.t('Password'),
    value: model.password,
    hint: l10n.t(
      'At least {0} characters, with uppercase and lowercase letters, digits, and symbols. The password is sent once and never stored.',
      leastPasswordLength,
    ),
    problem: model.problem('password'),
    onInput: (password) => model.setPassword(password),
    onBlur: () => model.visitField('password'),
  });
}

function keyFields(model: CreateModel): TemplateResult {
  const { draft, access } = model;
  const problem = model.problem('access');
  const kind = choiceField({
    id: 'access',
    label: l10n.t('SSH key source'),
    value: draft.access,
    choices: [
      { value: 'local', label: l10n.t('This computer or SSH agent') },
      { value: 'stored', label: l10n.t('Stored at TensorDock') },
      { value: 'typed', label: l10n.t('Paste a public key') },
    ],
    onChange: (value) => model.change({ access: value === 'stored' || value === 'typed' ? value : 'local' }),
  });
  return html`${kind} ${keyField(model, problem)}
    <div class="buttons">
      ${
        draft.access === 'local'
          ? button(l10n.t('Create Key…'), () => model.post({ type: 'generateKey' }))
          : nothing
      }
      ${
        draft.access === 'stored'
          ? button(l10n.t('Manage Keys…'), () => model.post({ type: 'manageKeys' }))
          : nothing
      }
    </div>
    ${
      draft.access === 'local' && access.local.length === 0
        ? html`<p class="hint">
            ${l10n.t('No SSH key found in ~/.ssh or in the SSH agent. Create a key, or paste a public key.')}
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
      onBlur: () => model.visitField('access'),
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
