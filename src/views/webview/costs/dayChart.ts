import * as l10n from '@vscode/l10n';
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { formatDollars } from '../../../api/price';
import type { CostsDay, CostsReport } from '../shared/costsProtocol';

/** The colors that themes have for charts, as CSS classes. The instances after the last one share the last color. */
const colors = ['blue', 'green', 'purple', 'red', 'yellow', 'foreground'] as const;

/** The most lines of the scale. */
const mostLines = 5;

/** Whom a part of the bars stands for: the costliest instances one by one, all others together. */
interface Series {
  readonly name: string;
  readonly color: (typeof colors)[number];
  readonly ids: ReadonlySet<string>;
}

/** A piece of a day's bar, in dollars from the bottom. */
interface Piece {
  readonly series: Series;
  readonly from: number;
  readonly to: number;
  readonly isEstimated: boolean;
}

/**
 * What each day of a month cost: stacked bars, colored by instance, with a legend. What is estimated or not known is
 * hatched. All positions are percentages, so that it has any size.
 */
export function dayChart(report: CostsReport, days: readonly CostsDay[]): TemplateResult {
  const series = seriesOf(report);
  const bars = days.map((day) => piecesOf(day, series));
  const scale = scaleOf(Math.max(0, ...bars.map((pieces) => pieces.at(-1)?.to ?? 0)));
  const height = (dollars: number): number => (100 * dollars) / scale.top;
  return html`<div class="chart">
      <svg role="img" aria-label=${l10n.t('Costs by day. The table below has the same numbers.')}>
        <defs>${colors.map(hatching)}</defs>
        ${scale.lines.map((dollars) => line(100 - height(dollars), formatDollars(dollars)))}
        ${days.map((day, index) => {
          const width = 100 / days.length;
          const at = { x: `${(index + 0.1) * width}%`, width: `${0.8 * width}%` };
          return svg`<g>
            <title>${dayText(day, bars[index] ?? [])}</title>
            <rect class="column ${day.hasUnknown ? 'unknown' : ''}" x=${`${index * width}%`} y="0"
              width=${`${width}%`} height="100%"></rect>
            ${bars[index]?.map(
              ({ series: { color }, from, to, isEstimated }) =>
                svg`<rect class="piece ${color} ${isEstimated ? 'estimated' : ''}" x=${at.x} width=${at.width}
                  y=${`${100 - height(to)}%`} height=${`${height(to - from)}%`}></rect>`,
            )}
            <text class="day ${isLabeledAlways(index) ? '' : 'extra'}" x=${`${(index + 0.5) * width}%`} y="100%"
              dy="1.5em">${index + 1}</text>
          </g>`;
        })}
      </svg>
    </div>
    <ul class="legend" aria-hidden="true">
      ${series.map(
        ({ name, color }) =>
          html`<li><span class="swatch ${color}"></span><span class="name">${name}</span></li>`,
      )}
    </ul>
    ${
      bars.flat().some(({ isEstimated }) => isEstimated) || days.some(({ hasUnknown }) => hasUnknown)
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

/** From bottom to top: of each series what was observed, and on top of it what is estimated. */
function piecesOf({ parts }: CostsDay, all: readonly Series[]): readonly Piece[] {
  let top = 0;
  return all.flatMap((series) =>
    (['dollars', 'estimated'] as const).flatMap((kind) => {
      const sum = parts.filter(({ id }) => series.ids.has(id)).reduce((total, part) => total + part[kind], 0);
      if (sum <= 0) return [];
      const from = top;
      top += sum;
      return [{ series, from, to: top, isEstimated: kind === 'estimated' }];
    }),
  );
}

/** A round step, and the lines from zero to the first one that nothing exceeds. */
function scaleOf(most: number): { readonly top: number; readonly lines: readonly number[] } {
  const least = Math.max(most, 0.01) / mostLines;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = Math.max(0.01, ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power);
  const count = Math.ceil(Math.max(most, 0.01) / step - 1e-9);
  return { top: count * step, lines: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

function line(y: number, label: string): SVGTemplateResult {
  return svg`<line class="grid" x1="0" x2="100%" y1=${`${y}%`} y2=${`${y}%`}></line>
    <text class="dollars" x="-8" y=${`${y}%`} dy="0.35em">${label}</text>`;
}

/** Where there is little room, only some days are labeled. */
function isLabeledAlways(index: number): boolean {
  return index === 0 || (index + 1) % 5 === 0;
}

function hatching(color: Series['color']): SVGTemplateResult {
  return svg`<pattern id="hatched-${color}" class=${color} width="8" height="8" patternUnits="userSpaceOnUse">
    <path d="M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4"></path>
  </pattern>`;
}

/** What a person reads over a day. */
function dayText({ title, cost }: CostsDay, pieces: readonly Piece[]): string {
  return [
    title,
    ...pieces.map(({ series: { name }, from, to, isEstimated }) => {
      const shown = isEstimated ? l10n.t('{0}, estimated', name) : name;
      return `${shown}: ${formatDollars(to - from)}`;
    }),
    l10n.t('Total: {0}', cost.text),
  ].join('\n');
}
