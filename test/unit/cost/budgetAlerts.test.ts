import { expect, test } from 'vitest';
import type { BudgetLimits } from '../../../src/cost/budget';
import { BudgetAlerts } from '../../../src/cost/budgetAlerts';
import { noCost } from '../../../src/cost/history';
import type { InstanceRow } from '../../../src/instances/store';
import { row } from '../views/rows';

const rows = [
  row('small'),
  row('big', 'running', { rateHourly: 2 }),
  row('off', 'stopped', { rateHourly: 9 }),
];

interface Watched {
  readonly alerts: BudgetAlerts;
  readonly account: { limits: BudgetLimits; spent: number; rows: readonly InstanceRow[]; changes: number };
}

function alertsOf(limits: BudgetLimits, spent = 6, shown: readonly InstanceRow[] = rows): Watched {
  const account = { limits, spent, rows: shown, changes: 0 };
  const alerts = new BudgetAlerts({
    rows: () => account.rows,
    ledger: { total: () => ({ ...noCost, dollars: account.spent, onMs: 3_600_000 }) },
    limits: () => account.limits,
    now: () => 0,
  });
  alerts.onDidChange(() => account.changes++);
  alerts.update();
  return { account, alerts };
}

test('a budget that is spent marks the most expensive running instance, and no other', () => {
  const { alerts } = alertsOf({ daily: 5 });
  expect(alerts.of('big')).toMatchObject({ kind: 'daily', level: 'reached', amount: 6, limit: 5 });
  expect(alerts.of('small')).toBeUndefined();
  expect(alerts.of('off')).toBeUndefined();
});

test('a rate limit that is exceeded marks it, too', () => {
  expect(alertsOf({ hourly: 2 }, 0).alerts.of('big')).toMatchObject({ kind: 'hourly', amount: 2.5 });
});

test('a limit that is only near marks none, but says which one to stop first', () => {
  const { alerts } = alertsOf({ daily: 7 });
  expect(alerts.all).toMatchObject([{ level: 'near' }]);
  expect(alerts.toStopFirst).toBe('big');
  expect(alerts.of('big')).toBeUndefined();
});

test('the mark moves on when that instance stops, and ends when the last one has', () => {
  const { account, alerts } = alertsOf({ daily: 5 });
  account.rows = [row('small'), row('big', 'stopping', { rateHourly: 2 })];
  alerts.update();
  expect(alerts.of('big')).toBeUndefined();
  expect(alerts.of('small')).toMatchObject({ kind: 'daily' });
  account.rows = [row('small', 'stopped')];
  alerts.update();
  expect(alerts.toStopFirst).toBeUndefined();
});

test('a raised limit ends it', () => {
  const { account, alerts } = alertsOf({ daily: 5 });
  account.limits = { daily: 50 };
  alerts.update();
  expect(alerts.all).toEqual([]);
  expect(alerts.of('big')).toBeUndefined();
});

test('one whose rate is unknown is named only if no rate is known', () => {
  const unknown = row('a', 'running', { rateHourly: undefined });
  expect(alertsOf({ daily: 5 }, 6, [unknown, row('b')]).alerts.toStopFirst).toBe('b');
  expect(alertsOf({ daily: 5 }, 6, [unknown]).alerts.toStopFirst).toBe('a');
});

test('what stays the same is not announced', () => {
  const { account, alerts } = alertsOf({ daily: 5 });
  expect(account.changes).toBe(1);
  alerts.update();
  expect(account.changes).toBe(1);
  account.spent = 6.5;
  alerts.update();
  expect(account.changes).toBe(2);
});
