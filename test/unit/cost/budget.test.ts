import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InstanceState } from '../../../src/api/types';
import { breachesOf, budgetAlerts, budgetCheck, type Spending } from '../../../src/cost/budget';
import { noCost } from '../../../src/cost/history';
import { Ledger } from '../../../src/cost/ledger';
import { ManualClock } from '../../simulator/clock';
import { KeptLog } from '../instances/windows';
import { monday, newFolder, own, StandInStore } from './support';

type Row = Spending['rows'][number];

function row(id: string, state: InstanceState, rateHourly?: number): Row {
  return { state, instance: { id, name: id, state, statusText: state, rateHourly } };
}

function spending(rows: readonly Row[] = [], today = 0, month = today): Spending {
  return { rows, today: { ...noCost, dollars: today }, month: { ...noCost, dollars: month } };
}

describe('a limit for the rate of all running instances', () => {
  const limits = { hourly: 1 };

  test('is kept up to the last cent, however the sum is rounded', () => {
    const rows = [row('a', 'running', 0.1), row('b', 'running', 0.2)];
    expect(breachesOf(limits, spending(rows), { instanceId: 'c', rateHourly: 0.7 })).toEqual([]);
  });

  test('is exceeded by the sum, not by one instance', () => {
    const rows = [row('a', 'running', 0.6), row('b', 'stopped', 9)];
    expect(breachesOf(limits, spending(rows), { instanceId: 'c', rateHourly: 0.5 })).toEqual([
      { kind: 'hourly', limit: 1, amount: 1.1, isAtLeast: false },
    ]);
  });

  test('counts an instance once that runs already, at its new rate', () => {
    const rows = [row('a', 'running', 0.9)];
    expect(breachesOf(limits, spending(rows), { instanceId: 'a', rateHourly: 0.9 })).toEqual([]);
    expect(breachesOf(limits, spending(rows), { instanceId: 'a', rateHourly: 1.2 })).toMatchObject([
      { amount: 1.2 },
    ]);
  });

  test('counts what was started and isn’t in the list yet, and nothing twice', () => {
    const others = [{ instanceId: 'b', rateHourly: 0.6 }, { rateHourly: 0.2 }];
    const start = { instanceId: 'c', rateHourly: 0.3 };
    const amount = (rows: readonly Row[]): number | undefined =>
      breachesOf(limits, spending(rows), start, others)[0]?.amount;
    expect(amount([])).toBeCloseTo(1.1);
    expect(amount([row('b', 'starting', 0.6)])).toBeCloseTo(1.1);
    expect(breachesOf(limits, spending([row('b', 'starting', 0.6)]), start, [])).toEqual([]);
  });

  test('counts an instance that runs and is about to be started at another rate at the higher one', () => {
    const start = { instanceId: 'c', rateHourly: 0.3 };
    const amount = (before: number, after: number): number | undefined =>
      breachesOf(limits, spending([row('b', 'running', before)]), start, [
        { instanceId: 'b', rateHourly: after },
      ])[0]?.amount;
    expect(amount(0.4, 2)).toBeCloseTo(2.3);
    expect(amount(2, 0.4)).toBeCloseTo(2.3);
    expect(amount(0.4, 0.4)).toBeUndefined();
  });

  test.each(['error', 'unknown'] as const)(
    'isn’t shown to be kept beside an instance in state %s',
    (state) => {
      const rows = [row('b', state, 5)];
      expect(breachesOf(limits, spending(rows), { instanceId: 'c', rateHourly: 0.3 })).toEqual([
        { kind: 'hourly', limit: 1, amount: 0.3, isAtLeast: true },
      ]);
    },
  );

  test.each([undefined, Number.NaN, -1, Infinity])('isn’t shown to be kept at a rate of %s', (rateHourly) => {
    expect(breachesOf(limits, spending(), { instanceId: 'c', rateHourly })).toEqual([
      { kind: 'hourly', limit: 1, amount: 0, isAtLeast: true },
    ]);
    const rows = [row('a', 'running', rateHourly)];
    expect(breachesOf(limits, spending(rows), { instanceId: 'c', rateHourly: 0.1 })).toHaveLength(1);
  });

  test('of 0 lets nothing start unasked', () => {
    expect(breachesOf({ hourly: 0 }, spending(), { rateHourly: 0.01 })).toHaveLength(1);
  });
});

describe('a budget', () => {
  test('that is used up is exceeded by any start, with how much was spent', () => {
    expect(breachesOf({ daily: 5, monthly: 100 }, spending([], 5, 99), { rateHourly: 0.1 })).toEqual([
      { kind: 'daily', limit: 5, amount: 5, isAtLeast: false },
    ]);
  });

  test('counts estimated costs, and says where time is missing', () => {
    const sum = { ...noCost, dollars: 3, estimatedDollars: 3, unseenMs: 1 };
    expect(breachesOf({ monthly: 5 }, { rows: [], today: noCost, month: sum }, {})).toEqual([
      { kind: 'monthly', limit: 5, amount: 6, isAtLeast: true },
    ]);
  });
});

test('a budget isn’t shown to be kept if the recorded costs can’t be read', async () => {
  const folder = await newFolder();
  const store = new StandInStore();
  await mkdir(path.join(folder, 'costs-account-1.json'));
  const clock = new ManualClock(monday);
  const ledger = own(new Ledger({ folder, clock, log: new KeptLog(), store }));
  const check = budgetCheck(
    ledger,
    () => [],
    () => ({ daily: 5, hourly: 1 }),
    () => clock.now(),
  );
  expect(await check({ instanceId: 'a', rateHourly: 1 }, [])).toEqual([
    { kind: 'daily', limit: 5, amount: 0, isAtLeast: true },
  ]);
});

describe('what the status bar warns of', () => {
  test.each([
    [7.9, []],
    [8, ['near']],
    [9.99, ['near']],
    [10, ['reached']],
  ])('$%d of $10', (spent, levels) => {
    expect(budgetAlerts({ daily: 10 }, spending([], spent)).map(({ level }) => level)).toEqual(levels);
  });

  test('the worst first, and nothing while nothing is spent', () => {
    const alerts = budgetAlerts(
      { daily: 10, monthly: 100, hourly: 1 },
      spending([row('a', 'running', 0.85)], 20, 90),
    );
    expect(alerts.map(({ kind, level }) => [kind, level])).toEqual([
      ['daily', 'reached'],
      ['monthly', 'near'],
      ['hourly', 'near'],
    ]);
    expect(budgetAlerts({ daily: 0, hourly: 0 }, spending())).toEqual([]);
  });
});
