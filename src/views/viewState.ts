import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { formatTimeToSecond } from '../base/locale';
import { messageText } from '../base/text';
import { runningRate } from '../cost/billing';
import { rateText } from '../cost/describe';
import type { InstanceStore } from '../instances/store';
import { matchingRows, type ArrangedBy, type Arrangement } from './tree/arrangement';
import { setContextKey } from './contextKeys';
import { labelText, runningText } from './presentation';
import type { TreeNode } from './tree/nodes';

/** The view around the rows: whether it is visible, and its badge, description and message. */
export class ViewState implements vscode.Disposable {
  private readonly open = new Set<string>();
  private problem: string | undefined;
  private looked = 0;
  private readonly needs = new vscode.EventEmitter<void>();
  private readonly listeners: readonly vscode.Disposable[];

  /** Which data this window needs has changed. */
  readonly onDidChangeNeed = this.needs.event;

  constructor(
    private readonly treeView: vscode.TreeView<TreeNode>,
    private readonly log: vscode.LogOutputChannel,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.listeners = [
      treeView.onDidChangeVisibility(() => this.look()),
      // Also when a person does something in the window after a while.
      vscode.window.onDidChangeWindowState(() => this.look()),
      treeView.onDidExpandElement(({ element }) => {
        if (element.kind === 'instance') this.open.add(element.id);
        this.look();
      }),
      treeView.onDidChangeSelection(({ selection }) => {
        setContextKey('severalSelected', selection.length > 1);
        this.look();
      }),
      treeView.onDidCollapseElement(({ element }) => {
        if (element.kind === 'instance') this.open.delete(element.id);
      }),
    ];
  }

  /** When a person last did something with the view or came back to the window, milliseconds since the epoch. */
  get lookedAt(): number {
    return this.looked;
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

  update(store: Pick<InstanceStore, 'rows' | 'status'>, arrangement: Arrangement, by: ArrangedBy): void {
    const { accountId, failure, listedAt } = store.status;
    const { filter } = arrangement;
    const rows = store.rows();
    const rate = runningRate(rows);
    const badge =
      rate.running === 0 ? undefined : { value: rate.running, tooltip: runningText(rate.running) };
    if (this.treeView.badge?.value !== badge?.value) this.treeView.badge = badge;
    const description = rateText(rate);
    if (this.treeView.description !== description) this.treeView.description = description;
    const unlisted = rows.filter((row) => row.unlisted).length;
    const problem = failure ? staleMessage(failure.message, listedAt) : unlistedMessage(unlisted);
    if (problem !== this.problem && problem) this.log.warn(problem);
    this.problem = problem;
    const matching = matchingRows(rows, filter, by).length;
    // An empty view says what to do in its welcome text, which VS Code shows only without a message.
    const isExplained = listedAt === 0 || (matching === 0 && rows.length > 0 && problem === undefined);
    const message = [problem, filter === '' ? undefined : filterMessage(filter, matching, rows.length)]
      .filter((part) => part !== undefined)
      .join(' ');
    const shown = isExplained && matching === 0 ? '' : message;
    if ((this.treeView.message ?? '') !== shown) this.treeView.message = shown || undefined;
    setContextKey('account', accountId === undefined ? 'none' : 'signedIn');
    setContextKey('loaded', listedAt > 0);
    setContextKey('failure', failure?.code ?? '');
    setContextKey('filtered', filter !== '');
  }

  private look(): void {
    this.looked = this.clock.now();
    this.needs.fire();
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.needs.dispose();
  }
}

function staleMessage(reason: string, listedAt: number): string {
  const shown = messageText(reason);
  if (listedAt === 0) return vscode.l10n.t('{0} Retrying automatically.', shown);
  const time = formatTimeToSecond(listedAt);
  return vscode.l10n.t('{0} Retrying automatically. Shown as of {1}.', shown, time);
}

function filterMessage(filter: string, matching: number, all: number): string {
  const shown = labelText(filter, 60);
  return all === 1
    ? vscode.l10n.t('Showing {0} of 1 instance, filtered by “{1}”.', matching, shown)
    : vscode.l10n.t('Showing {0} of {1} instances, filtered by “{2}”.', matching, all, shown);
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
