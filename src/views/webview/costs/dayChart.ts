import * as l10n from '@vscode/l10n';
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { formatDollars } from '../../../api/price';
import type { CostsDay, CostsReport } from '../shared/costsProtocol';
import { showBars, type Bars } from './bars';

/** The colors that themes have for charts, as CSS classes. The instances after the last one share the last color. */
const colors = ['blue', 'green', 'purple', 'red', 'yellow', 'foreground'] as const;

/** Whom a part of the bars stands for: the costliest instances one by one, all others together. */
interface Series {
  readonly name: string;
  readonly color: (typeof colors)[number];
  readonly ids: ReadonlySet<string>;
}

/** What was observed of a series, or is estimated. */
interface Layer {
  readonly name: string;
  readonly className: string;
  /** Of each day. */
  readonly dollars: readonly number[];
}

/**
 * What each day of a month cost: stacked bars, colored by instance, with a legend. What is estimated or not known is
 * hatched.
 */
export function dayChart(report: CostsReport, days: readonly CostsDay[]): TemplateResult {
  const series = seriesOf(report);
  const layers = series.flatMap((each) => layersOf(each, days));
  const isHatched = days.some(
    ({ parts, hasUnknown }) => hasUnknown || parts.some((part) => part.estimated > 0),
  );
  return html`<svg class="hatchings" width="0" height="0" aria-hidden="true">${colors.map(hatching)}</svg>
    <div
      class="chart"
      role="img"
      aria-label=${l10n.t('Costs by day. The table below has the same numbers.')}
      ${ref(showBars(barsOf(layers, days)))}
    ></div>
    <ul class="legend" aria-hidden="true">
      ${series.map(
        ({ name, color }) =>
          html`<li><span class="swatch ${color}"></span><span class="name">${name}</span></li>`,
      )}
    </ul>
    ${
      isHatched
        ? html`<p class="hint">
            ${l10n.t('Hatched: a cost that is estimated, or a day of which a part isn’t known.')}
          </p>`
        : nothing
    }`;
}

function seriesOf({ instances }: CostsReport): readonly Series[] {
  const costly = instances.filter(({ month }) => month.value > 0);
  const alone = costly.length > colors.length ? colors.length - 1 : costly.length;
  const others = costly.slice(alone);
  return [
    ...costly.slice(0, alone).map(({ id, name }, index): Series => {
      return { name, color: colors[index] ?? 'foreground', ids: new Set([id]) };
    }),
    ...(others.length === 0
      ? []
      : [
          {
            name: l10n.t('{0} more instances', others.length),
            color: 'foreground' as const,
            ids: new Set(others.map(({ id }) => id)),
          },
        ]),
  ];
}

/** From bottom to top: what was observed, and on top of it what is estimated. */
function layersOf({ name, color, ids }: Series, days: readonly CostsDay[]): readonly Layer[] {
  const dollars = (kind: 'dollars' | 'estimated'): readonly number[] =>
    days.map(({ parts }) =>
      parts.filter(({ id }) => ids.has(id)).reduce((total, part) => total + part[kind], 0),
    );
  return [
    { name, className: color, dollars: dollars('dollars') },
    { name: l10n.t('{0}, estimated', name), className: `estimated ${color}`, dollars: dollars('estimated') },
  ];
}

function barsOf(layers: readonly Layer[], days: readonly CostsDay[]): Bars {
  return {
    columns: days.map((day, index) => ({
      text: dayText(day, index, layers),
      className: day.hasUnknown ? 'unknown' : '',
    })),
    layers,
  };
}

/** What a person reads over a day. */
function dayText({ title, cost }: CostsDay, index: number, layers: readonly Layer[]): string {
  return [
    title,
    ...layers.flatMap(({ name, dollars }) => {
      const amount = dollars[index] ?? 0;
      return amount > 0 ? [`${name}: ${formatDollars(amount)}`] : [];
    }),
    l10n.t('Total: {0}', cost.text),
  ].join('\n');
}

function hatching(color: Series['color']): SVGTemplateResult {
  return svg`<pattern id="hatched-${color}" class=${color} width="8" height="8" patternUnits="userSpaceOnUse">
    <rect width="8" height="8"></rect>
    <path d="M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4"></path>
  </pattern>`;
}
