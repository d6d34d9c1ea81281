import { stringify } from 'csv-stringify/sync';
import type { Ledger } from './ledger';
import { daysUntil, keyOf, monthsBetween, type Period } from './period';

/** The columns. Amounts are US dollars, durations hours. */
const columns = [
  'period',
  'instance_id',
  'name',
  'cost_usd',
  'estimated_cost_usd',
  'running_hours',
  'estimated_running_hours',
  'unknown_rate_hours',
  'not_observed_hours',
  'unknown_state_hours',
  'stopped_hours',
] as const;

const hourMs = 3_600_000;

/**
 * All that is known, as CSV (RFC 4180): one row per instance and day, or month for those whose days aren't kept. With
 * several accounts, the last column is the account's name.
 * `cost_usd` contains `estimated_cost_usd`. A spreadsheet takes no cell for a formula: one that would begin one gets an
 * apostrophe in front, and space before it is left out. `now`: milliseconds since the epoch.
 */
export function costsAsCsv(
  ledger: Pick<Ledger, 'costs' | 'since' | 'keepsDaysOf'> & { readonly hasSeveral?: boolean },
  now: number,
): string {
  const rows = periodsOf(ledger, now).flatMap(({ key, period }) =>
    ledger.costs(period).map(({ account, instanceId, name, sum }) => {
      const { dollars, estimatedDollars, onMs, estimatedMs } = sum;
      return [
        key,
        ...[instanceId, name].map((text) => text.trimStart()),
        ...[dollars + estimatedDollars, estimatedDollars].map((amount) => amount.toFixed(6)),
        ...[onMs + estimatedMs, estimatedMs, sum.unknownRateMs, sum.unseenMs, sum.unclearMs, sum.offMs].map(
          (ms) => (ms / hourMs).toFixed(4),
        ),
        ...(ledger.hasSeveral === true ? [(account ?? '').trimStart()] : []),
      ];
    }),
  );
  const titles = ledger.hasSeveral === true ? [...columns, 'account'] : [...columns];
  return stringify([titles, ...rows], { escape_formulas: true, record_delimiter: 'windows' });
}

function periodsOf(
  ledger: Pick<Ledger, 'since' | 'keepsDaysOf'>,
  now: number,
): readonly { readonly key: string; readonly period: Period }[] {
  return monthsBetween(ledger.since ?? now, now).flatMap((month) =>
    ledger.keepsDaysOf(month, now)
      ? daysUntil(month, now).map((day) => ({ key: keyOf(day.from, 'day'), period: day }))
      : [{ key: keyOf(month.from, 'month'), period: month }],
  );
}
