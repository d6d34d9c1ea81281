import * as v from 'valibot';
import { runningRate } from '../cost/billing';
import { budgetStates, percentUsed, spendingOf } from '../cost/budget';
import { isComplete } from '../cost/describe';
import type { CostSum } from '../cost/history';
import { totalOf } from '../cost/ledger';
import { monthOf } from '../cost/period';
import { plainId, reading, untrusted, type Data } from './tool';

/** More rows would fill an agent's memory. */
const mostRows = 100;

export const getCosts = reading(v.strictObject({}), async (parts) => {
  const { ledger, settings, store, clock, spentByAll = { ledger, rows: () => rows } } = parts;
  await ledger.settled();
  const rows = store.rows();
  const now = clock.now();
  const { today, month } = spendingOf(ledger, rows, now);
  const { dollarsHourly, running, unknown, stopped, unclear } = runningRate(rows);
  const limits = settings.budgetLimits;
  const spending = spendingOf(spentByAll.ledger, spentByAll.rows(), now);
  const costs = ledger.costs(monthOf(now));
  return {
    // What was spent before is unknown while the file of costs can't be read.
    isKnown: ledger.isLoaded,
    today: amount(today),
    month: amount(month),
    running: { rateHourly: dollarsHourly, instances: running, atUnknownRate: unknown, unclear },
    stoppedAndMaybeBilled: stopped,
    budgets: budgetStates(limits, spending).map((state) => ({
      kind: state.kind,
      limit: state.limit,
      used: state.amount,
      percentUsed: percentUsed(state),
      isAtLeast: state.isAtLeast,
    })),
    maxHourlyRate: limits.hourly ?? null,
    monthByInstance: costs.slice(0, mostRows).map(({ instanceId, name, sum }) => ({
      instanceId: plainId(instanceId) ?? null,
      name: untrusted(name, 100),
      ...amount(sum),
    })),
    leftOut: Math.max(0, costs.length - mostRows),
  };
});

/** US dollars, as far as observed. */
function amount(sum: CostSum): Data {
  return { dollars: totalOf(sum), isAtLeast: !isComplete(sum), isEstimated: sum.estimatedMs > 0 };
}
