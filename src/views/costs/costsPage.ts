import * as vscode from 'vscode';
import type { BudgetLimits } from '../../cost/budget';
import { costReport, type ReportLedger } from '../../cost/report';
import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import type { InstanceRow } from '../../instances/store';
import { pageTexts, webviewFolder } from '../pages/html';
import { PagePanel } from '../pages/pagePanel';
import { stateText } from '../presentation';
import { fromCostsPage, type FromCostsPage, type ToCostsPage } from '../webview/shared/costsProtocol';

export const costsViewType = 'tensordock.costs';

export interface CostsPageParts {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly clock: Clock;
  /** Of all accounts. */
  readonly ledger: ReportLedger;
  readonly rows: () => readonly InstanceRow[];
  readonly isSignedIn: () => boolean;
  /** The costs or the rows have changed. */
  readonly onDidChange: (listener: () => void) => Disposable;
  readonly limits: () => BudgetLimits;
  /** Limits were set. */
  readonly onDidChangeSettings: (listener: () => void) => Disposable;
}

/** While only time passes, the page is brought up to date this often, in milliseconds. */
const refreshMs = 60_000;
/** Changes within this time are shown together, in milliseconds. */
const gatherMs = 250;

/** The costs of a month as a page. It is drawn anew only while it is visible. */
export class CostsPage implements vscode.Disposable {
  private readonly listeners: Disposable[];
  private panel: PagePanel<FromCostsPage, ToCostsPage> | undefined;
  private month: string | undefined;
  private timer: Disposable | undefined;
  private due: Disposable | undefined;

  constructor(private readonly parts: CostsPageParts) {
    const { onDidChange, onDidChangeSettings } = parts;
    const changed = (): void => this.scheduleReport();
    this.listeners = [onDidChange(changed), onDidChangeSettings(changed)];
  }

  /** Shows the page, in its tab if there is one. */
  open(): void {
    if (this.panel) {
      this.panel.reveal();
      return;
    }
    this.adopt(
      vscode.window.createWebviewPanel(
        costsViewType,
        vscode.l10n.t('TensorDock Costs'),
        vscode.ViewColumn.Active,
        { enableScripts: true, localResourceRoots: [webviewFolder(this.parts.extensionUri)] },
      ),
    );
  }

  /** Restores the page that VS Code kept over a window reload. */
  restore(panel: vscode.WebviewPanel): void {
    if (this.panel) panel.dispose();
    else this.adopt(panel);
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.stop();
    this.panel?.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    const { extensionUri, log } = this.parts;
    this.panel = new PagePanel(panel, 'costs', extensionUri, fromCostsPage, log, {
      receive: (message) => this.receive(message),
      visible: (visible) => (visible ? this.scheduleReport() : this.stop()),
      closed: () => {
        this.stop();
        this.panel = undefined;
      },
    });
  }

  private receive(message: FromCostsPage): void {
    switch (message.type) {
      case 'ready':
        this.month = message.month ?? this.month;
        this.panel?.post({ type: 'init', texts: pageTexts() });
        this.report();
        return;
      case 'month':
        this.month = message.month;
        this.report();
        return;
      case 'export':
        void vscode.commands.executeCommand('tensordock.exportCosts');
        return;
      case 'setLimits':
        void vscode.commands.executeCommand('workbench.action.openSettings', 'tensordock.cost');
        return;
    }
  }

  private scheduleReport(): void {
    if (this.panel?.isVisible !== true) return;
    this.due ??= this.parts.clock.after(gatherMs, () => this.report());
  }

  private report(): void {
    const { clock, ledger, rows, isSignedIn, limits } = this.parts;
    this.stop();
    if (!this.panel) return;
    const now = clock.now();
    const options = { month: this.month, limits: limits(), stateOf: stateText };
    const report = costReport({ ledger, rows: rows(), now, ...options });
    this.panel.post({ type: 'report', signedIn: isSignedIn(), report });
    if (this.panel.isVisible) this.timer = clock.after(refreshMs, () => this.report());
  }

  private stop(): void {
    this.timer?.dispose();
    this.due?.dispose();
    this.timer = undefined;
    this.due = undefined;
  }
}
