import {
  exceeds,
  type BillingStart,
  type BudgetBreach,
  type BudgetCheck,
} from '../instances/operations/budgetGate';
import type { InstanceRow } from '../instances/store';
import { billingOf, knownRate, runningRate } from './billing';
import { isComplete } from './describe';
import { noCost, type CostSum } from './history';
import { totalOf, type Ledger } from './ledger';
import { dayOf, monthOf } from './period';

/** What the person doesn't want to exceed without being asked, in US dollars. Missing: no limit. */
export interface BudgetLimits {
  readonly daily?: number;
  readonly monthly?: number;
  /** US dollars an hour, of all running instances together. */
  readonly hourly?: number;
}

/** What was spent and what is being spent, as far as it was observed. */
export interface Spending {
  readonly today: CostSum;
  readonly month: CostSum;
  readonly rows: readonly Pick<InstanceRow, 'state' | 'instance'>[];
}

/** From this part of a budget on, a person is warned. */
const warningPart = 0.8;

/** The check of `Operations`, against what the ledger and the list know. `now`: milliseconds since the epoch. */
export function budgetCheck(
  ledger: Pick<Ledger, 'settled' | 'total' | 'isLoaded'>,
  rows: () => Spending['rows'],
  limits: () => BudgetLimits,
  now: () => number,
): BudgetCheck {
  return async (start, others) => {
    const set = limits();
    if (!hasLimits(set)) return [];
    await ledger.settled();
    const breaches = breachesOf(set, spendingOf(ledger, rows(), now()), start, others);
    return ledger.isLoaded ? breaches : [...breaches, ...unknownBudgets(set, breaches)];
  };
}

/** Whether anything is limited. If not, nothing has to be added up. */
export function hasLimits(limits: BudgetLimits): boolean {
  return Object.values(limits).some((limit) => limit !== undefined);
}

/** What the signed-in account spends. `now`: milliseconds since the epoch. */
export function spendingOf(ledger: Pick<Ledger, 'total'>, rows: Spending['rows'], now: number): Spending {
  return { today: ledger.total(dayOf(now)), month: ledger.total(monthOf(now)), rows };
}

/** The limits that a start would exceed, or that it can't be shown to keep. */
export function breachesOf(
  limits: BudgetLimits,
  spending: Spending,
  start: BillingStart,
  others: readonly BillingStart[] = [],
): readonly BudgetBreach[] {
  const hourly = hourlyWith(spending.rows, start, others);
  const breaches: BudgetBreach[] = [];
  if (limits.hourly !== undefined && (hourly.isAtLeast || exceeds(hourly.amount, limits.hourly))) {
    breaches.push({ kind: 'hourly', limit: limits.hourly, ...hourly });
  }
  for (const state of budgetStates(limits, spending)) {
    if (!exceeds(state.limit, state.amount)) breaches.push(state);
  }
  return breaches;
}

/** The budgets of which nothing can be said, since what was spent couldn't be read. */
function unknownBudgets(limits: BudgetLimits, breaches: readonly BudgetBreach[]): readonly BudgetBreach[] {
  return budgetStates(limits, { today: noCost, month: noCost })
    .filter(({ kind }) => !breaches.some((breach) => breach.kind === kind))
    .map((state) => ({ ...state, isAtLeast: true }));
}

/** How much of a day's or month's budget is used. */
export interface BudgetState extends BudgetBreach {
  readonly kind: 'daily' | 'monthly';
}

/** The budgets of the day and month that are set, with what is used of them. */
export function budgetStates(
  limits: BudgetLimits,
  { today, month }: Pick<Spending, 'today' | 'month'>,
): readonly BudgetState[] {
  const budgets = [
    { kind: 'daily', limit: limits.daily, sum: today },
    { kind: 'monthly', limit: limits.monthly, sum: month },
  ] as const;
  return budgets.flatMap(({ kind, limit, sum }) =>
    limit === undefined ? [] : [{ kind, limit, amount: totalOf(sum), isAtLeast: !isComplete(sum) }],
  );
}

/** How much of a limit is used, in whole percent; a limit of 0 is used up. */
export function percentUsed({ amount, limit }: Pick<BudgetBreach, 'amount' | 'limit'>): number {
  return limit > 0 ? Math.floor((100 * amount) / limit + 1e-9) : 100;
}

/** A limit that needs a person's attention: `near` from 80 percent on, `reached` from 100 percent. */
export interface BudgetAlert extends BudgetBreach {
  readonly level: 'near' | 'reached';
}

/** The limits that need a person's attention, worst first. */
export function budgetAlerts(limits: BudgetLimits, spending: Spending): readonly BudgetAlert[] {
  const { dollarsHourly, unknown } = runningRate(spending.rows);
  const states: BudgetBreach[] = [...budgetStates(limits, spending)];
  if (limits.hourly !== undefined && dollarsHourly > 0) {
    states.push({ kind: 'hourly', limit: limits.hourly, amount: dollarsHourly, isAtLeast: unknown > 0 });
  }
  return states
    .map((state) => ({ state, part: state.limit > 0 ? state.amount / state.limit : Infinity }))
    .filter(({ state, part }) => state.amount > 0 && !exceeds(warningPart, part))
    .sort((one, other) => other.part - one.part)
    .map(({ state, part }) => ({ ...state, level: exceeds(1, part) ? 'near' : 'reached' }));
}

/**
 * The rate of everything that would run then. Where an instance is in the list and another request is about to start
 * it, too, the higher of its two rates counts.
 */
function hourlyWith(
  rows: Spending['rows'],
  start: BillingStart,
  others: readonly BillingStart[],
): { amount: number; isAtLeast: boolean } {
  const isOther = ({ instanceId }: BillingStart): boolean =>
    instanceId === undefined || instanceId !== start.instanceId;
  const started = [start, ...others.filter(isOther)];
  const rateOf = (id: string | undefined): number | undefined => {
    const row = rows.find(({ instance, state }) => instance.id === id && billingOf(state) === 'on');
    return id === start.instanceId ? undefined : knownRate(row?.instance.rateHourly);
  };
  const rates = started.map(({ instanceId, rateHourly }) =>
    higher(knownRate(rateHourly), rateOf(instanceId)),
  );
  const { dollarsHourly, unknown, unclear } = runningRate(
    rows.filter(({ instance }) => !started.some(({ instanceId }) => instanceId === instance.id)),
  );
  return {
    amount: dollarsHourly + rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0),
    isAtLeast: unknown + unclear > 0 || rates.includes(undefined),
  };
}

function higher(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
