import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { budgetCheck } from '../../../src/cost/budget';
import { costsAsCsv } from '../../../src/cost/csv';
import { noCost } from '../../../src/cost/history';
import type { InstanceCost } from '../../../src/cost/ledger';
import { LedgerOfAll, type AccountLedger } from '../../../src/cost/ledgerOfAll';
import { monthOf } from '../../../src/cost/period';
import { costReport } from '../../../src/cost/report';
import { hour, monday, rowOf } from './support';

const sumOf = (dollars: number): InstanceCost['sum'] => ({ ...noCost, dollars, onMs: hour });

/** An account with one instance, whose ID other accounts may have too. */
function account(name: string, dollars: number, isLoaded = true): AccountLedger {
  const cost = { accountId: name, instanceId: 'same', name: 'box', sum: sumOf(dollars) };
  return {
    id: name,
    name,
    ledger: {
      costs: () => [cost],
      isLoaded,
      since: monday,
      keepsDaysOf: () => true,
      settled: () => Promise.resolve(),
    },
  };
}

const two = [account('=Home', 2), account('Work', 5)];

describe('the costs of several accounts', () => {
  test('are added up, and the same ID in two of them is two instances', () => {
    const ledger = new LedgerOfAll(() => two);
    const rows = [
      { ...rowOf('same', 'running', 1, 'box'), accountId: '=Home' },
      { ...rowOf('same', 'stopped', 1, 'box'), accountId: 'Work' },
    ];
    const report = costReport({ ledger, rows, now: monday + hour, stateOf: ({ state }) => state });
    expect(report.instances.map(({ name, state }) => [name, state])).toEqual([
      ['box · Work', expect.stringMatching(/stopped/i)],
      ['box · =Home', expect.stringMatching(/running/i)],
    ]);
    expect(new Set(report.instances.map(({ id }) => id)).size).toBe(2);
    expect(ledger.total(monthOf(monday)).dollars).toBe(7);
  });

  test('are known only when those of each account are', () => {
    expect(new LedgerOfAll(() => two).isLoaded).toBe(true);
    expect(new LedgerOfAll(() => [...two, account('Late', 0, false)]).isLoaded).toBe(false);
  });

  test('count together for a budget', async () => {
    const check = budgetCheck(
      new LedgerOfAll(() => two),
      () => [],
      () => ({ daily: 6 }),
      () => monday + hour,
    );
    expect(await check({ instanceId: 'x', rateHourly: 1 }, [])).toMatchObject([{ kind: 'daily', limit: 6 }]);
  });

  test('name the account in CSV, and no name is a formula', () => {
    const records: unknown = parse(costsAsCsv(new LedgerOfAll(() => two), monday + hour), {
      columns: true,
    });
    expect(records).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ account: "'=Home", instance_id: 'same' }),
        expect.objectContaining({ account: 'Work', instance_id: 'same' }),
      ]),
    );
  });
});
