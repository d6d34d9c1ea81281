import * as vscode from 'vscode';
import { formatDollars } from '../api/price';
import type { InstanceStore } from '../instances/store';

/** What runs and what it costs an hour, below; hidden while nothing runs. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'tensordock.running',
    vscode.StatusBarAlignment.Left,
    0,
  );

  constructor(private readonly store: InstanceStore) {
    this.item.name = vscode.l10n.t('TensorDock: Running Instances');
    this.item.command = 'tensordock.instances.focus';
  }

  update(): void {
    const running = this.store.rows().filter((row) => row.state === 'running' || row.state === 'starting');
    if (running.length === 0) {
      this.item.hide();
      return;
    }
    const rates = running.map((row) => row.instance.rateHourly);
    const known = rates.filter((rate) => rate !== undefined);
    const total = vscode.l10n.t('{0}/hr', formatDollars(known.reduce((sum, rate) => sum + rate, 0)));
    const unknown = rates.length - known.length;
    this.item.text =
      known.length === 0
        ? `$(vm-running) ${running.length}`
        : `$(vm-running) ${running.length} · ${total}${unknown > 0 ? '+' : ''}`;
    this.item.tooltip = [
      vscode.l10n.t('TensorDock: {0} running', running.length),
      ...(known.length > 0 ? [vscode.l10n.t('Total: {0}', total)] : []),
      ...(unknown > 0 ? [vscode.l10n.t('The rate of {0} isn’t known yet', unknown)] : []),
    ].join('\n');
    this.item.accessibilityInformation = { label: this.item.tooltip };
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}
