import { BarChart, Svg, type AxesDrawEvent, type BarDrawEvent } from 'chartist';
import { formatDollars } from '../../../api/price';

/** Bars of parts that are stacked in this order, by day of the month. */
export interface Bars {
  /** `text` is what a person reads over a day, `className` the look of what is behind its bar. */
  readonly columns: readonly { readonly text: string; readonly className: string }[];
  readonly layers: readonly { readonly className: string; readonly dollars: readonly number[] }[];
}

/** The least that the scale shows, in cents. */
const leastCents = 10;

// The page's policy allows no style attributes. costs.css says what Chartist would say by them.
Svg.prototype.attr = new Proxy(Reflect.get(Svg.prototype, 'attr'), {
  apply: (attr, element: unknown, [given, ...rest]: readonly unknown[]): unknown =>
    Reflect.apply(attr, element, [
      typeof given === 'object' ? { ...given, style: undefined } : given,
      ...rest,
    ]),
});

/** Draws the bars in the element that it is called with, until it is called with none. */
export function showBars(bars: Bars): (container: Element | undefined) => void {
  let shown: { readonly chart: BarChart; readonly size: ResizeObserver } | undefined;
  return (container) => {
    shown?.size.disconnect();
    shown?.chart.detach();
    shown = undefined;
    if (!container) return;
    const chart = draw(container, bars);
    // Chartist follows the window, but a scroll bar takes room, too.
    const size = new ResizeObserver(() => chart.update());
    size.observe(container);
    shown = { chart, size };
  };
}

function draw(container: Element, { columns, layers }: Bars): BarChart {
  const cents = layers.map(({ dollars }) => dollars.map((each) => each * 100));
  const totals = columns.map((_, day) => cents.reduce((total, each) => total + (each[day] ?? 0), 0));
  const chart = new BarChart(
    container,
    {
      labels: columns.map((_, index) => index + 1),
      series: layers.map(({ className }, index) => ({
        className,
        // What costs nothing has no bar.
        data: (cents[index] ?? []).map((each) => (each > 0 ? each : undefined)),
      })),
    },
    {
      stackBars: true,
      low: 0,
      high: Math.max(leastCents, Math.round(Math.max(...totals))),
      chartPadding: { top: 8, right: 0, bottom: 0, left: 0 },
      axisX: { offset: 24 },
      axisY: {
        offset: 56,
        onlyInteger: true,
        scaleMinSpace: 36,
        labelInterpolationFnc: (value) => formatDollars(Number(value) / 100),
      },
    },
  );
  return chart.on('draw', (event) => adjust(event, columns));
}

/** Makes bars as wide as the days allow, and a column behind each out of the line where its day begins. */
function adjust(event: AxesDrawEvent | BarDrawEvent, columns: Bars['columns']): void {
  if (event.type === 'bar') {
    event.element.attr({ 'stroke-width': (0.8 * event.axisX.axisLength) / columns.length });
  } else if (event.type === 'grid' && event.axis.units.pos === 'x') {
    const width = event.axis.axisLength / columns.length;
    const x = event.x1 + width / 2;
    const { text = '', className = '' } = columns[event.index] ?? {};
    event.element.attr({ x1: x, x2: x, 'stroke-width': width });
    event.element.addClass(`column ${className}`).elem('title').text(text);
  } else if (event.type === 'label' && event.axis.units.pos === 'x' && !isLabeledAlways(event.index)) {
    event.element.addClass('extra');
  }
}

/** Where there is little room, only some days are labeled. */
function isLabeledAlways(index: number): boolean {
  return index === 0 || (index + 1) % 5 === 0;
}
