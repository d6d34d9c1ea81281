import * as vscode from 'vscode';
import { formatDollars, formatHourly } from '../api/price';
import { percentUsed, type BudgetAlert } from '../cost/budget';

/** How much of a limit is used, in a few words: `83% of today’s budget`. */
export function shortAlert(alert: BudgetAlert): string {
  const percent = percentUsed(alert);
  switch (alert.kind) {
    case 'daily':
      return vscode.l10n.t('{0}% of today’s budget', percent);
    case 'monthly':
      return vscode.l10n.t('{0}% of this month’s budget', percent);
    case 'hourly':
      return vscode.l10n.t('{0}% of your rate limit', percent);
  }
}

/** The same as a sentence, with amounts. */
export function describeAlert(alert: BudgetAlert): string {
  const isHourly = alert.kind === 'hourly';
  const limit = isHourly ? formatHourly(alert.limit) : formatDollars(alert.limit);
  const amount = isHourly ? formatHourly(alert.amount) : formatDollars(alert.amount);
  const known = alert.isAtLeast ? vscode.l10n.t('at least {0}', amount) : amount;
  switch (alert.kind) {
    case 'daily':
      return vscode.l10n.t('You’ve spent {0} of your daily budget of {1}.', known, limit);
    case 'monthly':
      return vscode.l10n.t('You’ve spent {0} of your monthly budget of {1}.', known, limit);
    case 'hourly':
      return vscode.l10n.t('Your running instances cost {0}. Your limit is {1}.', known, limit);
  }
}
