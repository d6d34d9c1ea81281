import * as vscode from 'vscode';
import { escapeMarkdown } from '../base/markdown';
import { formatWhen } from '../base/when';
import { billingOf, runningRate } from '../cost/billing';
import type { BudgetAlerts } from '../cost/budgetAlerts';
import { describeSum, rateText } from '../cost/describe';
import type { InstanceRow, InstanceStore } from '../instances/store';
import { scheduleTime } from './activity';
import { describeAlert, shortAlert } from './budgetText';
import { joined, nameText, rateOfRow, runningText } from './presentation';
import { actionLink, commandLink, trustedMarkdown } from './tooltip';
import type { Overview } from './overview';

/** The colors that VS Code has for a status bar item that warns. */
const backgrounds = {
  near: 'statusBarItem.warningBackground',
  reached: 'statusBarItem.errorBackground',
} as const;

/** How many instances the tooltip lists. */
const mostRows = 15;

/** How many instances are running and their rate. Hidden while none is. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'tensordock.running',
    vscode.StatusBarAlignment.Left,
    0,
  );
  private shown = '';

  constructor(
    private readonly store: Pick<InstanceStore, 'rows'>,
    private readonly overview: Pick<Overview, 'situationOf' | 'costsOf'>,
    private readonly budget: Pick<BudgetAlerts, 'all' | 'toStopFirst'>,
  ) {
    this.item.name = vscode.l10n.t('TensorDock: Running Instances');
    this.item.command = 'tensordock.instances.focus';
  }

  /** Shows what is known now. Does nothing where that looks the same. */
  update(): void {
    const rows = this.store.rows().filter(({ state }) => billingOf(state) === 'on');
    const rate = runningRate(rows);
    const total = rateText(rate);
    const alerts = rate.running === 0 ? [] : this.budget.all;
    const [worst] = alerts;
    const text = `$(vm-running) ${joined([String(rate.running), total, worst && shortAlert(worst)])}`;
    const sentences = [
      vscode.l10n.t('TensorDock: {0}', runningText(rate.running)),
      ...(total === undefined ? [] : [vscode.l10n.t('Total: {0}', total)]),
      ...(rate.unknown === 1 ? [vscode.l10n.t('The rate of 1 instance is unknown')] : []),
      ...(rate.unknown > 1 ? [vscode.l10n.t('The rates of {0} instances are unknown', rate.unknown)] : []),
    ];
    const tooltip = rate.running === 0 ? '' : this.tooltip(rows, sentences);
    const shown = `${text}\n${worst?.level ?? ''}\n${tooltip}`;
    if (shown === this.shown) return;
    this.shown = shown;
    if (rate.running === 0) {
      this.item.hide();
      return;
    }
    this.item.text = text;
    this.item.tooltip = trustedMarkdown(tooltip);
    this.item.accessibilityInformation = {
      label: [sentences.join('. '), ...alerts.map(describeAlert)].join('. '),
    };
    this.item.backgroundColor = worst && new vscode.ThemeColor(backgrounds[worst.level]);
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }

  /** A table of the instances, the most expensive ones first, between what they are together and what to do. */
  private tooltip(rows: readonly InstanceRow[], sentences: readonly string[]): string {
    const rateOf = (row: InstanceRow): number => row.instance.rateHourly ?? 0;
    const sorted = rows.toSorted((one, other) => rateOf(other) - rateOf(one));
    const header = [
      vscode.l10n.t('Instance'),
      vscode.l10n.t('Rate'),
      vscode.l10n.t('Running since'),
      vscode.l10n.t('Today'),
      vscode.l10n.t('Stops'),
    ];
    const lines = [header, ...sorted.slice(0, mostRows).map((row) => this.cells(row))].map(
      // VS Code leaves hardly any room between columns.
      (cells) => `| ${cells.join(' &nbsp; | ')} |`,
    );
    const more = sorted.length - mostRows;
    return [
      escapeMarkdown(sentences.join(' · ')),
      ...(this.budget.all.length === 0 ? [] : [this.alertText(rows)]),
      [lines[0], '| --- | --- | --- | --- | --- |', ...lines.slice(1)].join('\n'),
      ...(more > 0 ? [vscode.l10n.t('and {0} more', more)] : []),
      [
        commandLink(vscode.l10n.t('Costs'), 'tensordock.showCosts'),
        commandLink(vscode.l10n.t('Stop All…'), 'tensordock.stopAll'),
      ].join(' · '),
    ].join('\n\n');
  }

  private cells(row: InstanceRow): readonly string[] {
    const { schedule, now } = this.overview.situationOf(row);
    const { runningSince, today } = this.overview.costsOf(row);
    const since = runningSince === undefined ? undefined : formatWhen(runningSince, now);
    const isExact = row.runningSince !== undefined;
    return [
      nameText(row.instance, 40),
      rateOfRow(row) ?? vscode.l10n.t('unknown'),
      since === undefined ? vscode.l10n.t('unknown') : isExact ? since : vscode.l10n.t('before {0}', since),
      describeSum(today, !isExact),
      schedule ? scheduleTime(schedule, now) : '–',
    ].map(escapeMarkdown);
  }

  /** What is used of the limits, and the instance to stop first. */
  private alertText(rows: readonly InstanceRow[]): string {
    const { all, toStopFirst } = this.budget;
    const texts = all.map((alert) => escapeMarkdown(describeAlert(alert)));
    const first = rows.find(({ instance }) => instance.id === toStopFirst);
    if (!first) return texts.join('  \n');
    const { id } = first.instance;
    const stop = vscode.l10n.t('Stop the most expensive one first:');
    return [
      ...texts,
      `${escapeMarkdown(stop)} ${actionLink(escapeMarkdown(nameText(first.instance, 40)), 'tensordock.stopInstance', id)}`,
    ].join('  \n');
  }
}
