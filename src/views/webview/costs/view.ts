import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { CostsReport } from '../shared/costsProtocol';
import { dayChart } from './dayChart';
import type { Column, CostsModel } from './model';

/** The whole page. */
export function costsView(model: CostsModel): TemplateResult {
  const { report } = model;
  return html`<div class="main costs">
    <header>
      <h1>${l10n.t('Costs')}</h1>
      ${report ? monthSelect(model, report) : nothing}
      <vscode-button id="export" secondary @click=${() => model.post({ type: 'export' })}
        >${l10n.t('Export CSV…')}</vscode-button
      >
      <vscode-button id="limits" secondary @click=${() => model.post({ type: 'setLimits' })}
        >${l10n.t('Set Limits…')}</vscode-button
      >
    </header>
    ${
      !model.signedIn
        ? html`<p role="status">
            ${l10n.t('You aren’t signed in to TensorDock. Sign in to see your costs.')}
          </p>`
        : report
          ? body(model, report)
          : html`<p role="status">${l10n.t('Loading…')}</p>`
    }
  </div>`;
}

function body(model: CostsModel, report: CostsReport): TemplateResult {
  const isEmpty = report.instances.length === 0;
  return html`<dl class="cards">
      ${report.summary.map(
        ({ label, value, detail }) =>
          html`<div class="card">
            <dt>${label}</dt>
            <dd>
              <span class="value">${value}</span>${
                detail === undefined ? nothing : html`<span class="detail">${detail}</span>`
              }
            </dd>
          </div>`,
      )}
    </dl>
    ${
      isEmpty
        ? html`<p id="empty">
            ${l10n.t('No instance was seen in this month. Costs appear here once one is running.')}
          </p>`
        : html`${byDay(report)} ${instanceTable(model, report)}`
    }
    <h2>${l10n.t('About these numbers')}</h2>
    <ul class="notes">
      ${report.notes.map((note) => html`<li>${note}</li>`)}
    </ul>`;
}

function monthSelect(model: CostsModel, report: CostsReport): TemplateResult {
  return html`<label class="month"
    ><span class="visually-hidden">${l10n.t('Month')}</span>
    <select id="month" @change=${(event: Event) => chosen(event, (month) => model.showMonth(month))}>
      ${report.months.map(
        ({ key, title }) => html`<option value=${key} ?selected=${key === report.month}>${title}</option>`,
      )}
    </select></label
  >`;
}

function byDay(report: CostsReport): TemplateResult {
  const { days } = report;
  if (!days) {
    return html`<h2>${l10n.t('By day')}</h2>
      <p>${l10n.t('Costs by day are kept for two months. This month is known as a whole only.')}</p>`;
  }
  return html`<h2>${l10n.t('By day')}</h2>
    ${dayChart(report, days)}
    <details id="days">
      <summary>${l10n.t('Costs by day as a table')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">${l10n.t('Day')}</th>
            <th scope="col" class="number">${l10n.t('Cost')}</th>
            <th scope="col" class="number">${l10n.t('Running time')}</th>
          </tr>
        </thead>
        <tbody>
          ${days.map(
            ({ title, cost, running }) =>
              html`<tr>
                <th scope="row">${title}</th>
                <td class="number">${cost.text}</td>
                <td class="number">${running}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>`;
}

function instanceTable(model: CostsModel, report: CostsReport): TemplateResult {
  const isCurrent = report.instances.some(({ today }) => today !== undefined);
  const columns: readonly (readonly [Column, string])[] = [
    ['name', l10n.t('Instance')],
    ['state', l10n.t('State')],
    ['rate', l10n.t('Rate')],
    ...(isCurrent ? ([['today', l10n.t('Today')]] as const) : []),
    ['month', l10n.t('Month')],
    ['running', l10n.t('Running')],
    ['unseen', l10n.t('Not observed')],
  ];
  return html`<h2 id="by-instance">${l10n.t('By instance')}</h2>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="by-instance">
      <table id="instances">
        <thead>
          <tr>
            ${columns.map(([column, title]) => columnHead(model, column, title))}
          </tr>
        </thead>
        <tbody>
          ${model.instances.map(
            (row) =>
              html`<tr>
                ${columns.map(([column]) =>
                  column === 'name'
                    ? html`<th scope="row" title=${row.name}>${row.name}</th>`
                    : column === 'state'
                      ? html`<td>${row.state}</td>`
                      : html`<td class="number">${row[column]?.text}</td>`,
                )}
              </tr>`,
          )}
        </tbody>
        <tfoot>
          <tr>
            ${columns.map(([column]) =>
              column === 'name'
                ? html`<th scope="row">${l10n.t('Total')}</th>`
                : html`<td class="number">
                    ${column === 'state' || column === 'rate' ? nothing : report.total[column]?.text}
                  </td>`,
            )}
          </tr>
        </tfoot>
      </table>
    </div>`;
}

function columnHead(model: CostsModel, column: Column, title: string): TemplateResult {
  const isSorted = model.sortBy === column;
  const order = model.descending ? 'descending' : 'ascending';
  return html`<th
    scope="col"
    class=${column === 'name' || column === 'state' ? '' : 'number'}
    aria-sort=${isSorted ? order : 'none'}
  >
    <button type="button" data-column=${column} @click=${() => model.sort(column)}>
      ${title}<span class="arrow" aria-hidden="true">${isSorted ? (model.descending ? '↓' : '↑') : ''}</span>
    </button>
  </th>`;
}

function chosen(event: Event, use: (value: string) => void): void {
  if (event.target instanceof HTMLSelectElement) use(event.target.value);
}
