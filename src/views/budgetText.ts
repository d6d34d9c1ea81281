import * as vscode from 'vscode';
import { formatDollars, formatHourly } from '../api/price';
import { formatPercent } from '../base/locale';
import { percentUsed, type BudgetAlert } from '../cost/budget';

/** How much of a limit is used, in a few words: `83% of today’s budget`. */
export function shortAlert(alert: BudgetAlert): string {
  const percent = formatPercent(percentUsed(alert));
  switch (alert.kind) {
    case 'daily':
      return vscode.l10n.t('{0} of today’s budget', percent);
    case 'monthly':
      return vscode.l10n.t('{0} of this month’s budget', percent);
    case 'hourly':
      return vscode.l10n.t('{0} of your rate limit', percent);
  }
}

/** That a limit is reached, beside the other things of a row: `daily budget spent`. */
export function limitMark({ kind }: Pick<BudgetAlert, 'kind'>): string {
  switch (kind) {
    case 'daily':
      return vscode.l10n.t('daily budget spent');
    case 'monthly':
      return vscode.l10n.t('monthly budget spent');
    case 'hourly':
      return vscode.l10n.t('rate limit reached');
  }
}

/** The same as a row of its own. */
export function limitTitle({ kind }: Pick<BudgetAlert, 'kind'>): string {
  switch (kind) {
    case 'daily':
      return vscode.l10n.t('Daily budget spent');
    case 'monthly':
      return vscode.l10n.t('Monthly budget spent');
    case 'hourly':
      return vscode.l10n.t('Rate limit reached');
  }
}

/** What is used of a limit: `$5.20 of $5.00`. */
export function usedOfLimit(alert: BudgetAlert): string {
  const { amount, limit } = amountsOf(alert);
  return vscode.l10n.t('{0} of {1}', amount, limit);
}

/** The same as a sentence, with amounts. */
export function describeAlert(alert: BudgetAlert): string {
  const { amount, limit } = amountsOf(alert);
  switch (alert.kind) {
    case 'daily':
      return vscode.l10n.t('You’ve spent {0} of your daily budget of {1}.', amount, limit);
    case 'monthly':
      return vscode.l10n.t('You’ve spent {0} of your monthly budget of {1}.', amount, limit);
    case 'hourly':
      return vscode.l10n.t('Your running instances cost {0}. Your limit is {1}.', amount, limit);
  }
}

function amountsOf({ kind, amount, limit, isAtLeast }: BudgetAlert): { amount: string; limit: string } {
  const format = kind === 'hourly' ? formatHourly : formatDollars;
  const known = format(amount);
  return { amount: isAtLeast ? vscode.l10n.t('at least {0}', known) : known, limit: format(limit) };
}
