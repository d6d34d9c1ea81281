import * as vscode from 'vscode';
import { formatDollars, formatHourly } from '../../api/price';
import { plainText } from '../../base/text';
import type { BudgetBreach } from '../../instances/operations/budgetGate';
import type { OperationQuestion } from '../../instances/operations/operations';
import { confirm } from '../../vscode/messages';

/** Asks modally whether a start or create may exceed what the person set. Cancel counts as a no. */
export async function askBeyondBudget({
  operation: { record },
  breaches,
  proceed,
  discard,
}: Extract<OperationQuestion, { kind: 'budget' }>): Promise<void> {
  const name = plainText(record.name, 60);
  const isCreate = record.kind === 'create';
  const agreed = await confirm(
    isCreate
      ? vscode.l10n.t('Create “{0}” in spite of your cost limit?', name)
      : vscode.l10n.t('Start “{0}” in spite of your cost limit?', name),
    breaches.map(describeBreach).join('\n\n'),
    isCreate ? vscode.l10n.t('Create Anyway') : vscode.l10n.t('Start Anyway'),
  ).catch(() => false);
  if (agreed) proceed();
  else discard();
}

/** A limit that is reached, or may be, in words, and by how much. */
export function describeBreach({ kind, limit, amount, isAtLeast }: BudgetBreach): string {
  const over = Math.max(0, amount - limit);
  if (kind === 'hourly') {
    const total = formatHourly(amount);
    if (amount > limit) {
      const sum = isAtLeast ? vscode.l10n.t('at least {0}', total) : total;
      return vscode.l10n.t(
        'Your running instances would cost {0} together, {1} more than your limit of {2}.',
        sum,
        formatHourly(over),
        formatHourly(limit),
      );
    }
    return vscode.l10n.t(
      'Your running instances would cost at least {0} together. Not every rate is known, so your limit of {1} may be exceeded.',
      total,
      formatHourly(limit),
    );
  }
  const budget = formatDollars(limit);
  if (amount < limit && isAtLeast) {
    return kind === 'daily'
      ? vscode.l10n.t(
          'What you’ve spent today can’t be read, so your daily budget of {0} may be used up.',
          budget,
        )
      : vscode.l10n.t(
          'What you’ve spent this month can’t be read, so your monthly budget of {0} may be used up.',
          budget,
        );
  }
  const more = formatDollars(over);
  if (more === formatDollars(0)) {
    return kind === 'daily'
      ? vscode.l10n.t('You’ve spent your daily budget of {0}.', budget)
      : vscode.l10n.t('You’ve spent your monthly budget of {0}.', budget);
  }
  const spent = isAtLeast ? vscode.l10n.t('at least {0}', formatDollars(amount)) : formatDollars(amount);
  return kind === 'daily'
    ? vscode.l10n.t('You’ve spent {0} today, {1} more than your daily budget of {2}.', spent, more, budget)
    : vscode.l10n.t(
        'You’ve spent {0} this month, {1} more than your monthly budget of {2}.',
        spent,
        more,
        budget,
      );
}
