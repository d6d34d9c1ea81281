import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { costsAsCsv } from '../../../src/cost/csv';
import { noCost, type CostSum } from '../../../src/cost/history';
import type { InstanceCost } from '../../../src/cost/ledger';
import { keyOf, monthOf, type Period } from '../../../src/cost/period';
import { hour, monday } from './support';

/** A ledger that has these costs on one day, and forgets days before this month. */
function ledgerWith(sums: readonly (readonly [name: string, sum: Partial<CostSum>])[], since = monday) {
  return {
    since,
    keepsDaysOf: ({ from }: Period) => from >= monthOf(monday).from,
    costs: (period: Period): readonly InstanceCost[] =>
      period.from <= monday && monday < period.to
        ? sums.map(([name, sum]) => ({ instanceId: `id of ${name}`, name, sum: { ...noCost, ...sum } }))
        : [],
  };
}

test('what is exported adds up, by day and instance', () => {
  const sum = { dollars: 1.25, estimatedDollars: 0.5, onMs: hour, estimatedMs: hour / 2, unseenMs: 3 * hour };
  const rows = parse(costsAsCsv(ledgerWith([['box', sum]]), monday + hour), { columns: true });
  expect(rows).toEqual([
    {
      period: '2026-11-23',
      instance_id: 'id of box',
      name: 'box',
      cost_usd: '1.750000',
      estimated_cost_usd: '0.500000',
      running_hours: '1.5000',
      estimated_running_hours: '0.5000',
      unknown_rate_hours: '0.0000',
      not_observed_hours: '3.0000',
      unknown_state_hours: '0.0000',
      stopped_hours: '0.0000',
    },
  ]);
});

test('a month whose days are not kept is one row', () => {
  const september = new Date(2026, 8, 10).getTime();
  const ledger = {
    ...ledgerWith([], september),
    costs: (period: Period): readonly InstanceCost[] =>
      keyOf(period.from, 'month') === '2026-09' && period.to - period.from > 48 * hour
        ? [{ instanceId: 'a', name: 'a', sum: { ...noCost, dollars: 7, onMs: hour } }]
        : [],
  };
  const rows = parse(costsAsCsv(ledger, monday), { columns: true });
  expect(rows).toMatchObject([{ period: '2026-09', cost_usd: '7.000000' }]);
});

test.each([
  '=HYPERLINK("http://evil.example","x")',
  "+1+cmd|' /C calc'!A0",
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  '＝1',
])('no cell begins a formula: %j', (name) => {
  const text = costsAsCsv(ledgerWith([[name, { dollars: 1, onMs: hour }]]), monday + hour);
  const [, row = []] = parse(text);
  expect(row).toHaveLength(11);
  for (const cell of row) expect(cell).not.toMatch(/^\s*[=+\-@\t\r\n＝＋－＠]/);
  expect(row[2]).toContain(name.slice(1));
});

test.each(['a "quoted" name', 'with, commas', 'two\nlines', 'Größe 机器'])(
  'text comes back unchanged: %j',
  (name) => {
    const text = costsAsCsv(ledgerWith([[name, { dollars: 1, onMs: hour }]]), monday + hour);
    expect(parse(text)[1]?.[2]).toBe(name);
  },
);
