import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import type { CreateModel } from './model';

/** Whether the service answered and lists nothing, or couldn't answer. */
export function isCatalogEmpty(model: CreateModel): boolean {
  const { loading, at, error, locations, hostnodes } = model.catalog;
  const answered = at !== undefined || error !== undefined || !loading;
  return answered && locations.length === 0 && hostnodes.length === 0;
}

/** A way to type an ID that isn't listed. */
export function typedId(used: boolean, control: TemplateResult, open: boolean): TemplateResult {
  return html`<details ?open=${used || open}>
    <summary>${l10n.t('Enter an ID instead')}</summary>
    ${control}
  </details>`;
}

/** The details of a row in one line. */
export function joinDetails(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part).join(' · ');
}
