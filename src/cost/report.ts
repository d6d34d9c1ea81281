import * as l10n from '@vscode/l10n';
import { formatDollars, formatHourly } from '../api/price';
import { formatDuration } from '../base/duration';
import { plainText } from '../base/text';
import type { InstanceRow } from '../instances/store';
import { billingOf, knownRate, runningRate } from './billing';
import { addUp, type CostSum } from './history';
import { totalOf, type InstanceCost, type Ledger } from './ledger';
import { dayOf, keyOf, monthOf, type Period } from './period';

/** A table of texts; nothing in it is markup. */
export interface ReportTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The costs, as texts to show. */
export interface CostReport {
  readonly title: string;
  /** The rate now, and the costs of today and this month, one sentence each. */
  readonly summary: readonly string[];
  readonly instances: ReportTable;
  readonly days: ReportTable;
  /** What the numbers leave out. */
  readonly notes: readonly string[];
}

/** The month to date: by instance (deleted ones too) and by day. */
export function costReport(
  ledger: Pick<Ledger, 'costs' | 'daily' | 'since'>,
  rows: readonly InstanceRow[],
  now: number,
): CostReport {
  const month = ledger.costs(monthOf(now));
  const today = ledger.costs(dayOf(now));
  const sum = addUp(month.map((cost) => cost.sum));
  const sumOfToday = addUp(today.map((cost) => cost.sum));
  // What was running before the first observation is unknown.
  const isPartial = ({ from }: Period): boolean => ledger.since === undefined || ledger.since > from;
  const known = new Set(month.map(({ instanceId }) => instanceId));
  const unseen = rows
    .filter(({ instance }) => !known.has(instance.id))
    .map(({ instance }): InstanceCost => ({ instanceId: instance.id, name: instance.name, sum: addUp([]) }));
  return {
    title: l10n.t('TensorDock costs: {0}', monthName(now)),
    summary: [
      l10n.t('Now: {0}', describeRate(rows)),
      l10n.t('Today: {0}', describeSum(sumOfToday, isPartial(dayOf(now)))),
      l10n.t('This month: {0}', describeSum(sum, isPartial(monthOf(now)))),
    ],
    instances: {
      columns: [
        l10n.t('Instance'),
        l10n.t('State'),
        l10n.t('Rate'),
        l10n.t('Today'),
        l10n.t('This month'),
        l10n.t('Running'),
        l10n.t('Not observed'),
      ],
      rows: [...month, ...unseen].map((cost) => {
        const row = rows.find(({ instance }) => instance.id === cost.instanceId);
        const todays = today.find(({ instanceId }) => instanceId === cost.instanceId);
        return [
          plainText(cost.name),
          describeState(row),
          describeInstanceRate(row),
          // Nothing today: it's either new to us or already deleted.
          describeSum(todays?.sum ?? addUp([]), row !== undefined && todays === undefined),
          describeSum(cost.sum, row !== undefined && !known.has(cost.instanceId)),
          formatDuration(cost.sum.onMs + cost.sum.estimatedMs),
          formatDuration(cost.sum.unseenMs),
        ];
      }),
    },
    days: {
      columns: [l10n.t('Day'), l10n.t('Cost'), l10n.t('Running')],
      rows: ledger
        .daily(monthOf(now))
        .map(({ day, sum: ofDay }) => [
          keyOf(day.from, 'day'),
          describeSum(ofDay, isPartial(day)),
          formatDuration(ofDay.onMs + ofDay.estimatedMs),
        ]),
    },
    notes: notesOn(ledger.since, sum, rows),
  };
}

/**
 * A cost in words, wherever one is shown: `$1.20`; `~$1.20` if a part is estimated; `at least $1.20` if the sum
 * includes time whose cost isn't known (no rate, nothing observed, stopped, an unclear state, or `partial`: more
 * time that the sum doesn't mention); `unknown` if no cost is known at all.
 */
export function describeSum(sum: CostSum, partial = false): string {
  const isComplete = !partial && sum.unknownRateMs + sum.unseenMs + sum.unclearMs + sum.offMs === 0;
  const dollars = formatDollars(totalOf(sum));
  const amount = sum.estimatedMs > 0 ? `~${dollars}` : dollars;
  if (isComplete) return amount;
  return sum.onMs + sum.estimatedMs > sum.unknownRateMs ? l10n.t('at least {0}', amount) : l10n.t('unknown');
}

/** `$0.99/hr (2 running)`, with how many have no known rate, and how many are stopped and may be billed. */
export function describeRate(rows: readonly InstanceRow[]): string {
  const { dollarsHourly, running, unknown, stopped, unclear } = runningRate(rows);
  const parts = [
    running === 0 ? l10n.t('nothing is running') : l10n.t('{0} running', running),
    ...(unknown > 0 ? [l10n.t('{0} at an unknown rate, not counted', unknown)] : []),
    ...(stopped > 0 ? [l10n.t('{0} stopped, may still be billed', stopped)] : []),
    ...(unclear > 0 ? [l10n.t('{0} in an unknown state, may be billed', unclear)] : []),
  ];
  const text = parts.join(', ');
  return unknown < running ? `${formatHourly(dollarsHourly)} (${text})` : text;
}

/** As Markdown, in which names from outside stay plain text. */
export function toMarkdown(report: CostReport): string {
  return [
    `# ${escape(report.title)}`,
    report.summary.map((line) => `- ${escape(line)}`).join('\n'),
    tableOf(report.instances),
    ...(report.days.rows.length > 0 ? [tableOf(report.days)] : []),
    report.notes.map((note) => `- ${escape(note)}`).join('\n'),
    '',
  ].join('\n\n');
}

function describeInstanceRate(row: InstanceRow | undefined): string {
  const rate = knownRate(row?.instance.rateHourly);
  return rate === undefined ? l10n.t('unknown') : formatHourly(rate);
}

function describeState(row: InstanceRow | undefined): string {
  if (!row) return l10n.t('not in the list');
  switch (billingOf(row.state)) {
    case 'off':
      return l10n.t('stopped, may still be billed');
    case 'on':
    case 'none':
      return row.state;
    case 'unclear':
      return l10n.t('{0}, may be billed', plainText(row.instance.statusText) || row.state);
  }
}

function notesOn(since: number | undefined, sum: CostSum, rows: readonly InstanceRow[]): string[] {
  const stopped = rows.some(({ state }) => billingOf(state) === 'off') || sum.offMs > 0;
  return [
    l10n.t(
      'These totals are based on the rates and states that this extension observed. Your TensorDock invoice may differ.',
    ),
    ...(since === undefined
      ? [l10n.t('Nothing has been observed yet.')]
      : [l10n.t('Observed since {0}. Earlier costs are unknown.', keyOf(since, 'day'))]),
    ...(sum.estimatedMs > 0
      ? [
          l10n.t(
            '~ includes an estimate of {0} for {1} without an open window. The instance was running before and after.',
            formatDollars(sum.estimatedDollars),
            formatDuration(sum.estimatedMs),
          ),
        ]
      : []),
    ...(sum.unknownRateMs > 0
      ? [
          l10n.t(
            '{0} of running time had an unknown rate and isn’t included in any total.',
            formatDuration(sum.unknownRateMs),
          ),
        ]
      : []),
    ...(sum.unseenMs > 0
      ? [
          l10n.t(
            '“Not observed”: No window was open for a total of {0}, so costs for that time are unknown.',
            formatDuration(sum.unseenMs),
          ),
        ]
      : []),
    ...(sum.unclearMs > 0
      ? [
          l10n.t(
            'Instances were in an unknown state for a total of {0}. They may have been billed, and aren’t included in any total.',
            formatDuration(sum.unclearMs),
          ),
        ]
      : []),
    ...(stopped
      ? [
          l10n.t(
            'Stopped instances may still be billed, at least for storage, and aren’t included in any total. Delete an instance to end its costs.',
          ),
        ]
      : []),
  ];
}

function tableOf({ columns, rows }: ReportTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '')).replaceAll('  ', ' --- '), ...rows.map(line)].join('\n');
}

/** Escapes everything that Markdown gives a meaning: markup, addresses that become links, math. */
function escape(text: string): string {
  return text.replace(/[\\`*_[\]<>|&~@#$]|:(?=\/\/)|\/(?=\/)|(?<=www)\./gi, (sign) => `\\${sign}`);
}

/** `November 2026`, in local time. */
function monthName(now: number): string {
  return new Date(now).toLocaleDateString('en-US', { month: 'long', year: 'numeric' });
}
