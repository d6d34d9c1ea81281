import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import { VscodeTextarea } from '@vscode-elements/elements/dist/vscode-textarea/index.js';
import { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/index.js';

/** What every field has: an ID for its label, the label, a hint below it, and its problem. */
export interface FieldOptions {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly problem?: string;
}

export interface TextFieldOptions extends FieldOptions {
  readonly value: string;
  readonly type?: 'text' | 'number' | 'password' | 'search';
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly placeholder?: string;
  /** Set where Enter must not submit the form. */
  readonly keepEnter?: boolean;
  readonly onInput: (value: string) => void;
  readonly onBlur?: () => void;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly group?: string;
  /** Shown, but can't be chosen. */
  readonly disabled?: boolean;
}

/** A text box. {@link describeFields} gives its inner input the hint and the problem. */
export function textField(options: TextFieldOptions): TemplateResult {
  const swallowEnter = {
    handleEvent: (event: KeyboardEvent) => {
      if (options.keepEnter && event.key === 'Enter') event.stopPropagation();
    },
    capture: true,
  };
  return field(
    options,
    html`<vscode-textfield
      id=${options.id}
      type=${options.type ?? 'text'}
      .value=${live(options.value)}
      .label=${options.label}
      .min=${options.min}
      .max=${options.max}
      .step=${options.step}
      .placeholder=${options.placeholder}
      .invalid=${options.problem !== undefined}
      data-describe=${describe(options)}
      @keydown=${swallowEnter}
      @input=${(event: Event) => options.onInput(valueOf(event))}
      @focusout=${() => options.onBlur?.()}
    ></vscode-textfield>`,
  );
}

/** A multiline text box. */
export function textArea(options: TextFieldOptions & { readonly rows: number }): TemplateResult {
  return field(
    options,
    html`<vscode-textarea
      id=${options.id}
      monospace
      .rows=${options.rows}
      .value=${live(options.value)}
      .label=${options.label}
      .placeholder=${options.placeholder}
      .invalid=${options.problem !== undefined}
      data-describe=${describe(options)}
      @input=${(event: Event) => options.onInput(valueOf(event))}
      @focusout=${() => options.onBlur?.()}
    ></vscode-textarea>`,
  );
}

/** A drop-down list. It's the browser's own because only that one has groups. */
export function selectField(
  options: FieldOptions & {
    readonly value: string;
    readonly choices: readonly Choice[];
    readonly onChange: (value: string) => void;
  },
): TemplateResult {
  const option = (choice: Choice): TemplateResult =>
    html`<option
      value=${choice.value}
      ?selected=${choice.value === options.value}
      ?disabled=${choice.disabled ?? false}
    >
      ${choice.label}
    </option>`;
  const groups = [...new Set(options.choices.map((choice) => choice.group))];
  return field(
    options,
    html`<select
      id=${options.id}
      .value=${live(options.value)}
      aria-invalid=${options.problem === undefined ? 'false' : 'true'}
      aria-describedby=${`${options.id}-hint ${options.id}-problem`}
      @change=${(event: Event) => options.onChange(valueOf(event))}
    >
      ${groups.map((group) => {
        const members = options.choices.filter((choice) => choice.group === group).map(option);
        return group === undefined ? members : html`<optgroup label=${group}>${members}</optgroup>`;
      })}
    </select>`,
  );
}

/** A few options, all of them visible. */
export function choiceField(
  options: FieldOptions & {
    readonly value: string;
    readonly choices: readonly Choice[];
    readonly onChange: (value: string) => void;
  },
): TemplateResult {
  return html`<div class="field">
    <div id=${`${options.id}-label`} class="label">${options.label}</div>
    <div
      id=${options.id}
      class="choices"
      role="radiogroup"
      aria-labelledby=${`${options.id}-label`}
      aria-describedby=${`${options.id}-hint ${options.id}-problem`}
      @keydown=${keepEnter}
    >
      ${options.choices.map(
        ({ value, label }) =>
          html`<label class="choice">
            <input
              type="radio"
              name=${options.id}
              value=${value}
              .checked=${live(value === options.value)}
              @change=${() => options.onChange(value)}
            />
            ${label}
          </label>`,
      )}
    </div>
    ${belowField(options)}
  </div>`;
}

/** A checkbox. */
export function checkBox(
  id: string,
  label: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
): TemplateResult {
  return html`<vscode-checkbox
    id=${id}
    label=${label}
    .checked=${live(checked)}
    @change=${(event: Event) => onChange(event.target instanceof Element && 'checked' in event.target && event.target.checked === true)}
  ></vscode-checkbox>`;
}

/** A button. `primary` marks the main action of the form. Without `onClick` it submits the form. */
export function button(
  label: string,
  onClick: (() => void) | undefined,
  options: {
    readonly primary?: boolean;
    readonly disabled?: boolean;
    readonly id?: string;
    /** Looks like a link, for what is rarely used. */
    readonly quiet?: boolean;
  } = {},
): TemplateResult {
  if (options.quiet)
    return html`<button type="button" class="quiet" @click=${onClick ?? nothing}>${label}</button>`;
  return html`<vscode-button
    id=${options.id ?? nothing}
    class=${options.primary ? 'primary' : nothing}
    type=${onClick ? 'button' : 'submit'}
    ?secondary=${!options.primary}
    ?disabled=${options.disabled ?? false}
    aria-disabled=${options.disabled ? 'true' : 'false'}
    @click=${onClick ?? nothing}
    >${label}</vscode-button
  >`;
}

/** One row of {@link radioRows}. */
export interface Row {
  readonly value: string;
  readonly title: string;
  readonly detail: string;
  readonly price: string;
  readonly muted?: boolean;
}

/** A radio group drawn as rows. */
export function radioRows(options: {
  readonly name: string;
  readonly label: string;
  readonly rows: readonly Row[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}): TemplateResult {
  return html`<div class="rows" role="radiogroup" aria-label=${options.label} @keydown=${keepEnter}>
    ${options.rows.map(
      (row) =>
        html`<label class="row ${row.muted ? 'muted' : ''}">
          <input
            type="radio"
            name=${options.name}
            value=${row.value}
            .checked=${live(row.value === options.value)}
            @change=${() => options.onChange(row.value)}
          />
          <span class="row-text">
            <span class="row-title">${row.title}</span>
            <span class="row-detail">${row.detail}</span>
          </span>
          <span class="row-price">${row.price}</span>
        </label>`,
    )}
  </div>`;
}

/** The line below a list or a group that states its problem. */
export function problemLine(id: string, problem: string | undefined): TemplateResult {
  return html`<div id=${`${id}-problem`} class="problem" role=${problem ? 'alert' : nothing}>
    ${problem ?? nothing}
  </div>`;
}

/** Copies hints and problems to the inputs inside the elements, because ARIA references can't cross a shadow root. */
export function describeFields(root: ParentNode): void {
  for (const element of root.querySelectorAll('vscode-textfield, vscode-textarea')) {
    if (!(element instanceof VscodeTextfield || element instanceof VscodeTextarea)) continue;
    void element.updateComplete.then(() => {
      const inner = element.wrappedElement;
      inner.setAttribute('aria-description', element.dataset.describe ?? '');
      inner.setAttribute('aria-invalid', String(element.invalid));
    });
  }
}

function field(options: FieldOptions, control: TemplateResult): TemplateResult {
  return html`<div class="field">
    <label for=${options.id}>${options.label}</label>
    ${control} ${belowField(options)}
  </div>`;
}

/** The hint, or the problem: it says what the hint says, and more. */
function belowField({ id, hint, problem }: FieldOptions): TemplateResult {
  return html`<div id=${`${id}-hint`} class="hint">
      ${problem === undefined ? (hint ?? nothing) : nothing}
    </div>
    ${problemLine(id, problem)}`;
}

/** In a radio group, Enter would submit the form. */
function keepEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter') event.preventDefault();
}

function describe(options: FieldOptions): string {
  return options.problem ?? options.hint ?? '';
}

function valueOf(event: Event): string {
  const target = event.currentTarget;
  return target instanceof HTMLElement && 'value' in target && typeof target.value === 'string'
    ? target.value
    : '';
}
