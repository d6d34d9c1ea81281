import * as vscode from 'vscode';
import { messageText } from '../base/text';
import { runningRate } from '../cost/billing';
import type { InstanceStore } from '../instances/store';
import type { Arrangement } from './tree/arrangement';
import { labelText, rateText, runningText } from './presentation';
import type { TreeNode } from './tree/nodes';

/** The view around the rows: whether it is visible, and its badge, description and message. */
export class ViewState implements vscode.Disposable {
  private readonly open = new Set<string>();
  private readonly needs = new vscode.EventEmitter<void>();
  private readonly listeners: readonly vscode.Disposable[];

  /** Which data this window needs has changed. */
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

  /** IDs of rows whose details are expanded. */
  get openRows(): ReadonlySet<string> {
    return this.open;
  }

  update(store: Pick<InstanceStore, 'rows' | 'status'>, { filter }: Arrangement): void {
    const { accountId, failure, listedAt } = store.status;
    const rows = store.rows();
    const rate = runningRate(rows);
    this.treeView.badge =
      rate.running === 0 ? undefined : { value: rate.running, tooltip: runningText(rate.running) };
    this.treeView.description = [
      rateText(rate),
      filter === '' ? undefined : vscode.l10n.t('filter: {0}', labelText(filter, 60)),
    ]
      .filter((part) => part !== undefined)
      .join(' · ');
    const unlisted = rows.filter((row) => row.unlisted).length;
    const message = failure ? staleMessage(failure.message, listedAt) : unlistedMessage(unlisted);
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
  const shown = messageText(reason);
  if (listedAt === 0) return vscode.l10n.t('{0} Retrying automatically.', shown);
  const time = new Date(listedAt).toLocaleTimeString();
  return vscode.l10n.t('{0} Retrying automatically. Shown as of {1}.', shown, time);
}

function unlistedMessage(unlisted: number): string | undefined {
  if (unlisted === 0) return undefined;
  return unlisted === 1
    ? vscode.l10n.t('1 instance is missing from TensorDock’s list. Checking it directly.')
    : vscode.l10n.t(
        '{0} instances are missing from TensorDock’s list. Checking each one directly.',
        unlisted,
      );
}
