import * as vscode from 'vscode';
import { runningRate } from '../cost/billing';
import type { InstanceStore } from '../instances/store';
import { rateText, runningText } from './presentation';

/** How many instances are running and their rate. Hidden while none is. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'tensordock.running',
    vscode.StatusBarAlignment.Left,
    0,
  );

  constructor(private readonly store: Pick<InstanceStore, 'rows'>) {
    this.item.name = vscode.l10n.t('TensorDock: Running Instances');
    this.item.command = 'tensordock.instances.focus';
  }

  update(): void {
    const rate = runningRate(this.store.rows());
    if (rate.running === 0) {
      this.item.hide();
      return;
    }
    const total = rateText(rate);
    this.item.text = `$(vm-running) ${[String(rate.running), total].filter(Boolean).join(' · ')}`;
    this.item.tooltip = [
      vscode.l10n.t('TensorDock: {0}', runningText(rate.running)),
      ...(total === undefined ? [] : [vscode.l10n.t('Total: {0}', total)]),
      ...(rate.unknown === 1 ? [vscode.l10n.t('The rate of 1 instance is unknown')] : []),
      ...(rate.unknown > 1 ? [vscode.l10n.t('The rates of {0} instances are unknown', rate.unknown)] : []),
    ].join('\n');
    this.item.accessibilityInformation = { label: this.item.tooltip };
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}
