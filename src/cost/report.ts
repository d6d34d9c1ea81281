import * as l10n from '@vscode/l10n';
import { formatDollars, formatHourly } from '../api/price';
import { formatDuration } from '../base/duration';
import { formatDate, formatMonth, formatPercent } from '../base/locale';
import { plainText } from '../base/text';
import type { InstanceRow } from '../instances/store';
import { billingOf, knownRate, runningRate } from './billing';
import { budgetStates, percentUsed, type BudgetLimits } from './budget';
import { describeRate, describeSum, isComplete } from './describe';
import { addUp, noCost, type CostSum } from './history';
import { totalOf, type InstanceCost, type Ledger } from './ledger';
import { reportNotes } from './reportNotes';
import { dayOf, daysUntil, keyOf, monthOf, monthsBetween, startOfKey, type Period } from './period';

/** What the report reads. */
export type ReportLedger = Pick<Ledger, 'costs' | 'since' | 'keepsDaysOf'> & {
  /** The name of an account, where there are costs of several. */
  accountName?(accountId: string): string | undefined;
};

export interface ReportOptions {
  readonly ledger: ReportLedger;
  readonly rows: readonly InstanceRow[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A key of `CostReport.months`. The default is the current month. */
  readonly month?: string;
  readonly limits?: BudgetLimits;
  /** What a person reads for the state of an instance: `Running`. */
  readonly stateOf: (row: InstanceRow) => string;
}

/** A number to sort by and its words. The number is less than the truth, or nothing, where the words say so. */
export interface Amount {
  readonly value: number;
  readonly text: string;
}

/** One instance in a month, deleted ones too. */
export interface InstanceRecord {
  readonly id: string;
  /** Cleaned. */
  readonly name: string;
  readonly state: string;
  readonly rate: Amount;
  /** Only in the current month. */
  readonly today?: Amount;
  readonly month: Amount;
  readonly running: Amount;
  readonly unseen: Amount;
}

/** The costs of one day, in US dollars. */
export interface DayRecord {
  /** `2026-11-24`, in English. */
  readonly title: string;
  readonly cost: Amount;
  readonly running: string;
  /** What instances cost, highest first in the month; only those with a cost. */
  readonly parts: readonly { readonly id: string; readonly dollars: number; readonly estimated: number }[];
  /** A part of the day isn't known: not observed, at an unknown rate, or in an unknown state. */
  readonly hasUnknown: boolean;
}

/** A month, as numbers and texts to show. Nothing in it is markup. */
export interface CostReport {
  /** `2026-11`. */
  readonly month: string;
  /** All months that something is known of, newest first. */
  readonly months: readonly { readonly key: string; readonly title: string }[];
  readonly summary: readonly { readonly label: string; readonly value: string; readonly detail?: string }[];
  readonly instances: readonly InstanceRecord[];
  /** All instances together. */
  readonly total: Pick<InstanceRecord, 'today' | 'month' | 'running' | 'unseen'>;
  /** In order, up to today; `undefined` for a month whose days aren't kept anymore. */
  readonly days?: readonly DayRecord[];
  /** What the numbers leave out, one sentence each. */
  readonly notes: readonly string[];
}

/** What is known of the costs of a month. */
export function costReport({
  ledger,
  rows,
  now,
  limits = {},
  stateOf,
  ...options
}: ReportOptions): CostReport {
  const months = monthsBetween(ledger.since ?? now, now).map(({ from }) => keyOf(from, 'month'));
  const month = months.find((key) => key === options.month) ?? keyOf(now, 'month');
  const period = monthOf(startOfKey(month));
  const isCurrent = now < period.to;
  const costs = ledger.costs(period);
  const today = isCurrent ? ledger.costs(dayOf(now)) : [];
  const sum = addUp(costs.map((cost) => cost.sum));
  const sumOfToday = addUp(today.map((cost) => cost.sum));
  // What was running before the first observation is unknown.
  const isPartial = ({ from }: Period): boolean => ledger.since === undefined || ledger.since > from;
  const unseen = isCurrent
    ? rows
        .filter((row) => !costs.some((cost) => isCostOf(cost, row)))
        .map(({ accountId, instance: { id, name } }): InstanceCost => ({
          accountId,
          account: ledger.accountName?.(accountId),
          instanceId: id,
          name,
          sum: noCost,
        }))
    : [];
  return {
    month,
    months: months.map((key) => ({ key, title: formatMonth(startOfKey(key)) })).toReversed(),
    summary: isCurrent
      ? currentSummary(rows, now, limits, {
          month: { sum, partial: isPartial(period) },
          today: { sum: sumOfToday, partial: isPartial(dayOf(now)) },
        })
      : [{ label: l10n.t('Month'), value: describeSum(sum, isPartial(period)) }],
    instances: [...costs, ...unseen].map((cost) => {
      const row = rows.find((each) => isCostOf(cost, each));
      const ofToday = today.find((each) => idOf(each) === idOf(cost));
      const isNew = row !== undefined && unseen.includes(cost);
      const state = describeState(row, stateOf);
      return recordOf(
        cost,
        { row, state, isNew },
        isCurrent ? { cost: ofToday, isIn: row !== undefined } : undefined,
      );
    }),
    total: {
      today: isCurrent ? amount(sumOfToday, isPartial(dayOf(now))) : undefined,
      month: amount(sum, isPartial(period)),
      running: duration(sum.onMs + sum.estimatedMs),
      unseen: duration(sum.unseenMs),
    },
    days: ledger.keepsDaysOf(period, now)
      ? daysUntil(period, now).map((day) => dayRecord(day, ledger.costs(day), isPartial(day)))
      : undefined,
    notes: reportNotes(ledger.since, sum, isCurrent ? rows : []),
  };
}

/** Two accounts may have the same ID. */
function idOf({ accountId, account, instanceId }: InstanceCost): string {
  return account === undefined ? instanceId : `${accountId ?? ''}:${instanceId}`;
}

function isCostOf({ accountId, instanceId }: InstanceCost, row: InstanceRow): boolean {
  return instanceId === row.instance.id && (accountId === undefined || accountId === row.accountId);
}

interface Spent {
  readonly sum: CostSum;
  readonly partial: boolean;
}

function currentSummary(
  rows: readonly InstanceRow[],
  now: number,
  limits: BudgetLimits,
  { month, today }: { readonly month: Spent; readonly today: Spent },
): CostReport['summary'] {
  const states = budgetStates(limits, { today: today.sum, month: month.sum });
  const budget = (kind: 'daily' | 'monthly'): string | undefined => {
    const state = states.find((each) => each.kind === kind);
    // What isn't known is no percentage.
    if (!state || (state.isAtLeast && state.amount === 0)) return undefined;
    return l10n.t('{0} of your budget of {1}', formatPercent(percentUsed(state)), formatDollars(state.limit));
  };
  return [
    {
      label: l10n.t('This month'),
      value: describeSum(month.sum, month.partial),
      detail: budget('monthly'),
    },
    { label: l10n.t('By the end of the month'), ...projection(rows, now, month) },
    { label: l10n.t('Today'), value: describeSum(today.sum, today.partial), detail: budget('daily') },
    runningNow(rows, limits),
  ];
}

function runningNow(rows: readonly InstanceRow[], { hourly }: BudgetLimits): CostReport['summary'][number] {
  const { rate, text } = describeRate(rows);
  const details = [
    ...(rate === undefined ? [] : [text]),
    ...(hourly === undefined ? [] : [l10n.t('your limit is {0}', formatHourly(hourly))]),
  ];
  return {
    label: l10n.t('Running now'),
    value: rate ?? text,
    detail: details.length === 0 ? undefined : details.join(', '),
  };
}

/** What the month will have cost if everything goes on as it is. */
function projection(
  rows: readonly InstanceRow[],
  now: number,
  { sum, partial }: Spent,
): { value: string; detail: string } {
  const { dollarsHourly, running, unknown } = runningRate(rows);
  const hours = (monthOf(now).to - now) / 3_600_000;
  const amount = totalOf(sum) + dollarsHourly * hours;
  const dollars = formatDollars(amount);
  const isLess = partial || !isComplete(sum) || unknown > 0;
  return {
    value: !isLess
      ? l10n.t('about {0}', dollars)
      : amount > 0
        ? l10n.t('at least {0}', dollars)
        : l10n.t('unknown'),
    detail: running === 0 ? l10n.t('If nothing is started') : l10n.t('If what is running now keeps running'),
  };
}

function recordOf(
  cost: InstanceCost,
  {
    row,
    state,
    isNew,
  }: { readonly row: InstanceRow | undefined; readonly state: string; readonly isNew: boolean },
  today: { readonly cost: InstanceCost | undefined; readonly isIn: boolean } | undefined,
): InstanceRecord {
  const { name, account, sum } = cost;
  const rate = knownRate(row?.instance.rateHourly);
  const ofToday = today?.cost?.sum ?? noCost;
  return {
    id: idOf(cost),
    name: [name, account].flatMap((text) => (text === undefined ? [] : plainText(text))).join(' · '),
    state,
    rate: { value: rate ?? -1, text: rate === undefined ? l10n.t('unknown') : formatHourly(rate) },
    // Nothing today: it's either new to us or already deleted.
    today: today && amount(ofToday, today.isIn && today.cost === undefined),
    month: amount(sum, isNew),
    running: duration(sum.onMs + sum.estimatedMs),
    unseen: duration(sum.unseenMs),
  };
}

function dayRecord(day: Period, costs: readonly InstanceCost[], partial: boolean): DayRecord {
  const sum = addUp(costs.map((cost) => cost.sum));
  return {
    title: formatDate(day.from),
    cost: amount(sum, partial),
    running: formatDuration(sum.onMs + sum.estimatedMs),
    parts: costs
      .filter((cost) => totalOf(cost.sum) > 0)
      .map((cost) => ({
        id: idOf(cost),
        dollars: cost.sum.dollars,
        estimated: cost.sum.estimatedDollars,
      })),
    hasUnknown: partial || sum.unseenMs + sum.unknownRateMs + sum.unclearMs > 0,
  };
}

function amount(sum: CostSum, partial: boolean): Amount {
  return { value: totalOf(sum), text: describeSum(sum, partial) };
}

function duration(ms: number): Amount {
  return { value: ms, text: formatDuration(ms) };
}

function describeState(row: InstanceRow | undefined, stateOf: ReportOptions['stateOf']): string {
  if (!row) return l10n.t('Not in the list');
  switch (billingOf(row.state)) {
    case 'off':
      return l10n.t('Stopped, may still be billed');
    case 'on':
    case 'none':
      return stateOf(row);
    case 'unclear':
      return l10n.t('{0}, may be billed', stateOf(row));
  }
}
