import * as l10n from '@vscode/l10n';
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  LinearScale,
  Tooltip,
  type ChartDataset,
  type Plugin,
} from 'chart.js';
import type { CostsDay, CostsReport } from '../shared/costsProtocol';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

/** The colors that themes have for charts. The instances after the last one share the last swatch. */
const swatches = ['blue', 'green', 'purple', 'red', 'yellow', 'foreground'] as const;

/** Who the bars stand for: the costliest instances one by one, all others together. */
interface Series {
  readonly name: string;
  /** Its CSS class in the legend. */
  readonly swatch: string;
  readonly color: string;
  readonly ids: ReadonlySet<string>;
}

/** What each day of a month cost: stacked bars, colored by instance. What is estimated or not known is hatched. */
export class DayChart {
  private chart: Chart<'bar', number[], string> | undefined;
  private shown = '';

  /** The names and swatches of the bars. */
  legend(report: CostsReport): readonly { readonly name: string; readonly swatch: string }[] {
    return seriesOf(report);
  }

  draw(canvas: HTMLCanvasElement, report: CostsReport): void {
    const style = getComputedStyle(document.body);
    const key = JSON.stringify([
      report.days,
      report.instances.map(({ name }) => name),
      document.body.className,
      style.color,
    ]);
    if (this.chart?.canvas === canvas && key === this.shown) return;
    this.shown = key;
    this.clear();
    const days = report.days ?? [];
    const text = style.getPropertyValue('--vscode-foreground') || style.color;
    const line = style.getPropertyValue('--vscode-widget-border') || 'transparent';
    this.chart = new Chart<'bar', number[], string>(canvas, {
      type: 'bar',
      data: {
        labels: days.map(({ key: day }) => String(Number(day.slice(8)))),
        datasets: seriesOf(report).flatMap((series) => datasetsOf(series, days)),
      },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        scales: {
          x: { stacked: true, ticks: { color: text }, grid: { display: false }, border: { color: line } },
          y: {
            stacked: true,
            beginAtZero: true,
            suggestedMax: 0.01,
            ticks: { color: text, maxTicksLimit: 6, callback: (value) => `$${Number(value).toFixed(2)}` },
            grid: { color: line },
            border: { display: false },
          },
        },
        plugins: {
          tooltip: {
            filter: ({ raw }) => typeof raw === 'number' && raw > 0,
            callbacks: {
              title: ([item]) => days[item?.dataIndex ?? -1]?.key ?? '',
              label: ({ dataset, raw }) => `${dataset.label ?? ''}: $${Number(raw).toFixed(2)}`,
              footer: ([item]) => {
                const day = days[item?.dataIndex ?? -1];
                return day === undefined ? '' : l10n.t('Total: {0}', day.cost.text);
              },
            },
          },
        },
      },
      plugins: [unknownDays(days, text)],
    });
  }

  clear(): void {
    this.chart?.destroy();
    this.chart = undefined;
  }
}

function seriesOf({ instances }: CostsReport): readonly Series[] {
  const style = getComputedStyle(document.body);
  const costly = instances.filter(({ month }) => month.value > 0);
  const alone = costly.length > swatches.length ? swatches.length - 1 : costly.length;
  const color = (swatch: string): string =>
    style.getPropertyValue(`--vscode-charts-${swatch}`) || style.color;
  const series = costly.slice(0, alone).map(({ id, name }, index): Series => {
    const swatch = swatches[index] ?? 'blue';
    return { name, swatch, color: color(swatch), ids: new Set([id]) };
  });
  const others = costly.slice(alone);
  const last = swatches.at(-1) ?? 'foreground';
  return others.length === 0
    ? series
    : [
        ...series,
        {
          name: l10n.t('{0} more instances', others.length),
          swatch: last,
          color: color(last),
          ids: new Set(others.map(({ id }) => id)),
        },
      ];
}

/** What was observed, and on top of it what is estimated. */
function datasetsOf(
  { name, color, ids }: Series,
  days: readonly CostsDay[],
): ChartDataset<'bar', number[]>[] {
  const sum = (kind: 'dollars' | 'estimated'): number[] =>
    days.map(({ parts }) =>
      parts.filter(({ id }) => ids.has(id)).reduce((total, part) => total + part[kind], 0),
    );
  const estimated = sum('estimated');
  const shape = { borderColor: color, borderWidth: 1, stack: 'costs' };
  return [
    { ...shape, label: name, data: sum('dollars'), backgroundColor: color },
    ...(estimated.some((dollars) => dollars > 0)
      ? [
          {
            ...shape,
            label: l10n.t('{0}, estimated', name),
            data: estimated,
            backgroundColor: hatching(color),
          },
        ]
      : []),
  ];
}

/** Hatches the columns of days of which a part isn't known. */
function unknownDays(days: readonly CostsDay[], color: string): Plugin<'bar'> {
  return {
    id: 'unknownDays',
    beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
      const axis = scales.x;
      if (!axis) return;
      const width = chartArea.width / Math.max(1, days.length);
      ctx.save();
      ctx.globalAlpha = 0.25;
      ctx.fillStyle = hatching(color);
      for (const [index, { hasUnknown }] of days.entries()) {
        if (hasUnknown) {
          ctx.fillRect(axis.getPixelForValue(index) - width / 2, chartArea.top, width, chartArea.height);
        }
      }
      ctx.restore();
    },
  };
}

/** Diagonal lines. */
function hatching(color: string): CanvasPattern | string {
  const size = 8;
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const context = tile.getContext('2d');
  if (!context) return color;
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.beginPath();
  for (const offset of [-size, 0, size]) {
    context.moveTo(offset, size);
    context.lineTo(offset + size, 0);
  }
  context.stroke();
  return context.createPattern(tile, 'repeat') ?? color;
}
