import { silentLogger } from '../../../src/base/logger';
import { describe, expect, it } from 'vitest';
import type { BudgetLimits } from '../../../src/cost/budget';
import { Ledger } from '../../../src/cost/ledger';
import { describeRate, describeSum } from '../../../src/cost/describe';
import { costReport, type CostReport } from '../../../src/cost/report';
import { noCost } from '../../../src/cost/history';
import type { InstanceRow } from '../../../src/instances/store';
import { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, newFolder, own, rowOf, StandInStore } from './support';

async function ledgerOf(
  ...steps: { ms: number; rows: ReturnType<typeof rowOf>[] }[]
): Promise<{ ledger: Ledger; store: StandInStore; clock: ManualClock }> {
  const clock = new ManualClock(monday);
  const store = new StandInStore();
  const ledger = own(new Ledger({ folder: await newFolder(), clock, log: silentLogger, store }));
  await ledger.settled();
  for (const { ms, rows } of steps) {
    // A change is seen at a time of its own.
    await clock.advance(1);
    store.list(clock.now(), ...rows);
    await ledger.settled();
    await clock.advance(ms);
    store.list(clock.now(), ...rows);
    await ledger.settled();
  }
  return { ledger, store, clock };
}

const stateOf = ({ state, instance }: InstanceRow): string => `${instance.statusText || state} (shown)`;

function reportOf(
  { ledger, store, clock }: Awaited<ReturnType<typeof ledgerOf>>,
  options: { readonly month?: string; readonly limits?: BudgetLimits } = {},
): CostReport {
  return costReport({ ledger, rows: store.rows(), now: clock.now(), stateOf, ...options });
}

const valuesOf = ({ summary }: CostReport): readonly string[] => summary.map(({ value }) => value);

describe('the report of the month', () => {
  it('shows what each instance cost, deleted ones too, and never calls a stopped one free', async () => {
    const parts = await ledgerOf(
      { ms: 5 * minute, rows: [rowOf('a', 'running', 6, 'alpha'), rowOf('b', 'running', 12, 'beta')] },
      {
        ms: 5 * minute,
        rows: [rowOf('a', 'stopped', 6, 'alpha'), rowOf('c', 'stopped', undefined, 'gamma')],
      },
    );
    const report = reportOf(parts);
    expect(report.months).toEqual([{ key: '2026-11', title: 'November 2026' }]);
    expect(report.summary.map(({ label, value }) => [label, value])).toEqual([
      ['This month', 'at least $1.50'],
      ['By the end of the month', 'at least $1.50'],
      ['Today', 'at least $1.50'],
      ['Running now', 'nothing is running, 2 stopped, may still be billed'],
    ]);
    expect(
      report.instances.map(({ name, state, rate, today, month, running }) => [
        name,
        state,
        ...[rate, today, month, running].map((amount) => amount?.text),
      ]),
    ).toEqual([
      ['beta', 'Not in the list', 'unknown', '$1.00', '$1.00', '5 min'],
      ['alpha', 'Stopped, may still be billed', '$6.00/hr', 'at least $0.50', 'at least $0.50', '5 min'],
      ['gamma', 'Stopped, may still be billed', 'unknown', 'unknown', 'unknown', '0 s'],
    ]);
    expect(report.total).toMatchObject({ month: { text: 'at least $1.50' }, running: { text: '10 min' } });
    const days = report.days ?? [];
    expect(days).toHaveLength(23);
    expect(days.at(-1)).toMatchObject({
      title: '2026-11-23',
      cost: { text: 'at least $1.50' },
      running: '10 min',
      parts: [
        { id: 'b', estimated: 0 },
        { id: 'a', estimated: 0 },
      ],
    });
    expect(report.notes.join('\n')).toContain('Stopped instances may still be billed');
    expect(JSON.stringify(report).toLowerCase()).not.toContain('free');
  });

  it('marks estimates, and says what was not observed', async () => {
    const report = reportOf(
      await ledgerOf(
        { ms: 3 * hour, rows: [rowOf('a', 'running', 1), rowOf('b', 'stopped', 1)] },
        { ms: 0, rows: [] },
      ),
    );
    expect(report.instances.map(({ name, month, unseen }) => [name, month.text, unseen.text])).toEqual([
      ['a', '~$3.00', '0 s'],
      ['b', 'unknown', '3 h'],
    ]);
    const today = report.days?.at(-1);
    expect(today?.hasUnknown).toBe(true);
    expect(today?.parts[0]?.estimated).toBeCloseTo(3);
    expect(report.notes.join('\n')).toContain('an estimate of $3.00 for 3 h');
    expect(report.notes.join('\n')).toContain('Not observed');
  });

  it('says "at least" for a day on which the extension was installed, and "$0.00" for a day without instances', async () => {
    const parts = await ledgerOf({ ms: 5 * minute, rows: [rowOf('a', 'running', 12)] });
    const { ledger, store, clock } = parts;
    expect(valuesOf(reportOf(parts))[2]).toBe('at least $1.00');
    await clock.advance(minute);
    store.list(clock.now());
    await ledger.settled();
    await clock.advance(24 * hour);
    store.list(clock.now());
    await ledger.settled();
    expect(valuesOf(reportOf(parts))).toEqual([
      'at least $1.00',
      'at least $1.00',
      '$0.00',
      'nothing is running',
    ]);
    expect(reportOf(parts).days?.at(-1)).toMatchObject({ cost: { text: '$0.00' }, hasUnknown: false });
  });

  it('never shows $0.00 for an instance that was only seen after hours without a window', async () => {
    const parts = await ledgerOf({ ms: 5 * minute, rows: [rowOf('a', 'running', 12)] });
    const { ledger, store, clock } = parts;
    await clock.advance(5 * hour);
    store.list(clock.now(), rowOf('b', 'running', 12));
    await ledger.settled();
    const { instances } = reportOf(parts);
    expect(instances.map(({ name, month, unseen }) => [name, month.text, unseen.text])).toEqual([
      ['a', 'at least $1.00', '5 h'],
      ['b', 'unknown', '5 h'],
    ]);
  });

  it('exists before anything is observed', async () => {
    const report = reportOf(await ledgerOf());
    expect(report.instances).toEqual([]);
    expect(report.notes).toContain('Nothing has been observed yet.');
    expect(report.months.map(({ title }) => title)).toEqual(['November 2026']);
    expect(valuesOf(report)).toEqual(['unknown', 'unknown', 'unknown', 'nothing is running']);
  });

  it('projects what is running to the end of the month, and says what that leaves out', async () => {
    // 23 November, 9:05: 7 days, 14 hours, and 55 minutes are left.
    const parts = await ledgerOf({ ms: 5 * minute, rows: [rowOf('a', 'running', 12)] });
    expect(reportOf(parts).summary[1]).toMatchObject({
      value: 'at least $2,196.00',
      detail: 'If what is running now keeps running',
    });
    const complete = { since: 0, costs: () => [], keepsDaysOf: () => true };
    const { clock, store } = parts;
    const summary = (rate?: number): string | undefined =>
      costReport({
        stateOf,
        ledger: complete,
        rows: rate === undefined ? [rowOf('a', 'running')] : [rowOf('a', 'running', rate)],
        now: clock.now(),
      }).summary[1]?.value;
    expect(store.rows()).toHaveLength(1);
    expect(summary(12)).toBe('about $2,195.00');
    expect(summary()).toBe('unknown');
  });

  it('says how much of a budget is used', async () => {
    const parts = await ledgerOf({ ms: 5 * minute, rows: [rowOf('a', 'running', 12)] });
    const { summary } = reportOf(parts, { limits: { daily: 4, monthly: 0, hourly: 20 } });
    expect(summary.map(({ detail }) => detail)).toEqual([
      '100% of your budget of $0.00',
      'If what is running now keeps running',
      '25% of your budget of $4.00',
      '1 running, your limit is $20.00/hr',
    ]);
  });

  it('goes back to earlier months: by day for two months, then as one sum', async () => {
    const parts = await ledgerOf({ ms: 5 * minute, rows: [rowOf('a', 'running', 12, 'old')] });
    const { clock, ledger, store } = parts;
    store.list(clock.now());
    await ledger.settled();
    await clock.advance(40 * 24 * hour);
    store.list(clock.now());
    await ledger.settled();
    const november = reportOf(parts, { month: '2026-11' });
    expect(november.months.map(({ key }) => key)).toEqual(['2027-01', '2026-12', '2026-11']);
    expect(november.summary).toEqual([{ label: 'Month', value: 'at least $1.00' }]);
    expect(november.instances).toMatchObject([{ name: 'old', today: undefined, month: { value: 1 } }]);
    expect(november.days).toHaveLength(30);
    await clock.advance(60 * 24 * hour);
    store.list(clock.now());
    await ledger.settled();
    const folded = reportOf(parts, { month: '2026-11' });
    expect(folded.days).toBeUndefined();
    expect(folded.instances).toMatchObject([{ name: 'old', month: { value: 1 } }]);
    expect(reportOf(parts, { month: '1999-01' }).month).toBe('2027-03');
  });

  it('holds names as plain text', async () => {
    const evil = 'x\n[go](command:evil) \u202e $(stop)';
    const { instances } = reportOf(
      await ledgerOf({ ms: 5 * minute, rows: [rowOf('a', 'running', 1, evil)] }),
    );
    expect(instances[0]?.name).not.toMatch(/[\n\u202e]/);
  });
});

describe('sums and rates in words', () => {
  it.each([
    [{ ...noCost, dollars: 1.2, onMs: hour }, '$1.20'],
    [{ ...noCost, dollars: 1, estimatedDollars: 2, onMs: hour, estimatedMs: hour }, '~$3.00'],
    [{ ...noCost, dollars: 1, onMs: 2 * hour, unknownRateMs: hour }, 'at least $1.00'],
    [{ ...noCost, onMs: hour, unknownRateMs: hour }, 'unknown'],
    [{ ...noCost, dollars: 1, onMs: hour, unseenMs: hour }, 'at least $1.00'],
    [{ ...noCost, dollars: 1, onMs: hour, unclearMs: hour }, 'at least $1.00'],
    [{ ...noCost, dollars: 1, onMs: hour, offMs: hour }, 'at least $1.00'],
    [
      { ...noCost, dollars: 1, estimatedDollars: 1, onMs: hour, estimatedMs: hour, unseenMs: hour },
      'at least ~$2.00',
    ],
    [{ ...noCost, unseenMs: hour }, 'unknown'],
    [{ ...noCost, unclearMs: hour }, 'unknown'],
    [{ ...noCost, offMs: hour }, 'unknown'],
    [noCost, '$0.00'],
  ])('%j', (sum, text) => {
    expect(describeSum(sum)).toBe(text);
  });

  it('never counts an unknown rate as zero', () => {
    expect(describeRate([rowOf('a', 'running')])).toEqual({
      text: '1 running, 1 at an unknown rate, not counted',
    });
    expect(describeRate([rowOf('a', 'running', 0.5), rowOf('b', 'running')])).toEqual({
      rate: '$0.50/hr+',
      text: '2 running, 1 at an unknown rate, not counted',
    });
    expect(describeRate([])).toEqual({ text: 'nothing is running' });
    expect(describeRate([rowOf('a', 'running', Number.NaN)])).toEqual({
      text: '1 running, 1 at an unknown rate, not counted',
    });
    expect(describeRate([rowOf('a', 'error')])).toEqual({
      text: 'nothing is running, 1 in an unknown state, may be billed',
    });
  });
});
