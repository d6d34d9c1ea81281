import * as vscode from 'vscode';
import { formatDollars } from '../api/price';
import type { InstanceStore } from '../instances/store';
import type { Arrangement } from './tree/arrangement';
import type { TreeNode } from './tree/nodes';

/** The view around the rows: what of it can be seen, and what stands above and beside them. */
export class ViewState implements vscode.Disposable {
  private readonly open = new Set<string>();
  private readonly needs = new vscode.EventEmitter<void>();
  private readonly listeners: readonly vscode.Disposable[];

  /** What this window needs to know has changed. */
  readonly onDidChangeNeed = this.needs.event;

  constructor(
    private readonly treeView: vscode.TreeView<TreeNode>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.listeners = [
      treeView.onDidChangeVisibility(() => this.needs.fire()),
      vscode.window.onDidChangeWindowState(() => this.needs.fire()),
      treeView.onDidExpandElement(({ element }) => {
        if (element.kind === 'instance') this.open.add(element.id);
        this.needs.fire();
      }),
      treeView.onDidCollapseElement(({ element }) => {
        if (element.kind === 'instance') this.open.delete(element.id);
      }),
    ];
  }

  get visible(): boolean {
    return this.treeView.visible;
  }

  get focused(): boolean {
    return vscode.window.state.focused;
  }

  /** Ids of rows whose details are on screen. */
  get openRows(): ReadonlySet<string> {
    return this.open;
  }

  update(store: InstanceStore, { filter }: Arrangement): void {
    const { accountId, failure, listedAt } = store.status;
    const rows = store.rows();
    const running = rows.filter((row) => row.state === 'running');
    const rates = running.map((row) => row.instance.rateHourly).filter((rate) => rate !== undefined);
    this.treeView.badge =
      running.length === 0
        ? undefined
        : { value: running.length, tooltip: vscode.l10n.t('{0} instances are running', running.length) };
    this.treeView.description = [
      rates.length > 0
        ? vscode.l10n.t('{0}/hr', formatDollars(rates.reduce((sum, rate) => sum + rate, 0)))
        : undefined,
      filter === '' ? undefined : vscode.l10n.t('filter: {0}', filter),
    ]
      .filter((part) => part !== undefined)
      .join(' · ');
    const unlisted = rows.filter((row) => row.unlisted).length;
    const message = failure
      ? staleMessage(failure.message, listedAt)
      : unlisted > 0
        ? vscode.l10n.t('{0} instances are missing from TensorDock’s list. Checking each one…', unlisted)
        : undefined;
    if (this.treeView.message !== message) {
      if (message) this.log.warn(message);
      this.treeView.message = message;
    }
    const account = accountId === undefined ? 'none' : 'signedIn';
    void vscode.commands.executeCommand('setContext', 'tensordock.account', account);
    void vscode.commands.executeCommand('setContext', 'tensordock.loaded', listedAt > 0);
    void vscode.commands.executeCommand('setContext', 'tensordock.filtered', filter !== '');
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.needs.dispose();
  }
}

function staleMessage(reason: string, listedAt: number): string {
  if (listedAt === 0) return vscode.l10n.t('{0} Retrying automatically.', reason);
  const time = new Date(listedAt).toLocaleTimeString();
  return vscode.l10n.t('As of {0}. Retrying automatically. {1}', time, reason);
}
