import * as v from 'valibot';
import type { Row, Spread } from './measure';

const spread = v.object({ median: v.number(), low: v.number(), high: v.number() });
const result = v.object({
  date: v.string(),
  machine: v.string(),
  rows: v.array(
    v.object({
      title: v.string(),
      unit: v.picklist(['ms', 'KB', 'MB', 'requests']),
      ours: spread,
      baseline: v.optional(v.object({ title: v.string(), spread })),
      ratio: v.optional(spread),
      goal: v.optional(v.string()),
    }),
  ),
});

/** All that a run of the benchmark found, and where. */
export interface Result {
  /** The day, as YYYY-MM-DD. */
  readonly date: string;
  /** The computer, in words. */
  readonly machine: string;
  readonly rows: readonly Row[];
}

const begin = '<!-- figures: npm run bench -- --readme -->';
const end = '<!-- end of figures -->';

/** A result that was kept. @throws ValiError for anything else */
export function parseResult(text: string): Result {
  return v.parse(result, JSON.parse(text));
}

/** The README with the figures of this run in it. @throws Error if it has no place for them. */
export function withFigures(readme: string, { date, machine, rows }: Result): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error('README.md has no place for the figures.');
  const figures = [
    `Measured on ${date} on ${machine}: the median, and how it compares with something measured in turn with it, which is what counts on a computer with other work. \`npm run bench\` repeats it.`,
    '',
    '| What | Median | Compared with |',
    '| ---- | ------ | ------------- |',
    ...rows.map((row) => `| ${row.title} | ${quantity(row.ours, row.unit)} | ${comparison(row)} |`),
  ];
  return `${readme.slice(0, from)}${begin}\n\n${figures.join('\n')}\n\n${readme.slice(to)}`;
}

function comparison({ baseline, ratio, unit }: Row): string {
  return baseline && ratio
    ? `${ratio.median.toFixed(1)} × ${baseline.title} (${quantity(baseline.spread, unit)})`
    : '';
}

function quantity({ median }: Spread, unit: Row['unit']): string {
  return `${median.toFixed(median < 10 ? 1 : 0)} ${unit}`;
}
