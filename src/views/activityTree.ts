import * as vscode from 'vscode';
import type { CapacityWatches } from '../automation/capacityWatch';
import type { Schedules } from '../automation/schedules';
import type { StopTimers } from '../automation/stopTimers';
import type { Clock } from '../base/clock';
import type { Operations } from '../instances/operations/operations';
import type { InstanceStore } from '../instances/store';
import type { Tunnels } from '../vscode/tunnels';
import { activityText, type Activity } from './activity';
import { plannedStop } from './situation';
import { Clockwork } from './tree/clockwork';
import { activityItem, type ActivityNode } from './tree/nodes';

export interface ActivityTreeOptions {
  /** The ID of the account with which it goes on. */
  readonly account?: string;
  readonly clock: Clock;
  readonly operations: Pick<Operations, 'pending' | 'onDidChange'>;
  readonly schedules: Pick<Schedules, 'list' | 'onDidChange'>;
  readonly timers: Pick<StopTimers, 'has' | 'onDidChange'>;
  readonly watches: Pick<CapacityWatches, 'list' | 'nextCheckAt' | 'onDidChange'>;
  readonly tunnels: Pick<Tunnels, 'all' | 'onDidChange'>;
  readonly store: Pick<InstanceStore, 'row'>;
  readonly isVisible: () => boolean;
}

type Row = ActivityNode & { activity: Activity };

/** What goes on with an account's instances, with what happens next and when. */
export class ActivityTree implements vscode.TreeDataProvider<ActivityNode>, vscode.Disposable {
  private readonly redraw = new vscode.EventEmitter<ActivityNode | ActivityNode[] | undefined>();
  private readonly changes = new vscode.EventEmitter<void>();
  /** By ID of the activity. VS Code knows a row by its object. */
  private rows: ReadonlyMap<string, Row> = new Map();
  private readonly shown = new Map<string, string>();
  private readonly clockwork: Clockwork;
  private readonly listeners: readonly { dispose(): unknown }[];

  readonly onDidChangeTreeData = this.redraw.event;
  /** Something began or ended. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly options: ActivityTreeOptions) {
    const { clock, isVisible, operations, schedules, timers, watches, tunnels } = options;
    this.clockwork = new Clockwork({ clock, isVisible, onTick: () => this.update() });
    this.listeners = [
      this.clockwork,
      ...[operations, schedules, timers, watches, tunnels].map((part) =>
        part.onDidChange(() => this.update()),
      ),
    ];
    this.update();
  }

  /** How many things go on. */
  get count(): number {
    return this.rows.size;
  }

  /** Call this when the view is shown or hidden. */
  visibilityChanged(): void {
    if (this.options.isVisible()) this.update();
    this.clockwork.arm();
  }

  getChildren(node?: ActivityNode): ActivityNode[] {
    return node ? [] : [...this.rows.values()];
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(node: ActivityNode): vscode.TreeItem {
    const text = activityText(node.activity, this.options.clock.now());
    this.shown.set(text.id, JSON.stringify(text));
    this.clockwork.set(text.id, text.changesEveryMs);
    return activityItem(node, text);
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.redraw.dispose();
    this.changes.dispose();
  }

  /** Shows what goes on now. */
  update(): void {
    const now = this.options.clock.now();
    const before = this.rows;
    const texts = this.activities().map((activity) => ({ activity, text: activityText(activity, now) }));
    this.rows = new Map(
      texts.map(({ activity, text }) => [
        text.id,
        Object.assign(before.get(text.id) ?? { kind: 'activity' as const, account: this.options.account }, {
          activity,
        }),
      ]),
    );
    for (const id of before.keys()) {
      if (this.rows.has(id)) continue;
      this.shown.delete(id);
      this.clockwork.set(id, undefined);
    }
    if ([...before.keys()].join() !== [...this.rows.keys()].join()) {
      this.redraw.fire(undefined);
      this.changes.fire();
      return;
    }
    const changed = texts
      .filter(({ text }) => this.shown.has(text.id) && this.shown.get(text.id) !== JSON.stringify(text))
      .map(({ text }) => this.rows.get(text.id))
      .filter((row) => row !== undefined);
    if (changed.length > 0) this.redraw.fire(changed);
  }

  private activities(): readonly Activity[] {
    const { operations, schedules, timers, watches, tunnels, store } = this.options;
    const { nextCheckAt } = watches;
    return [
      ...operations.pending().map((record): Activity => ({ kind: 'operation', record })),
      ...schedules
        .list()
        .map((schedule): Activity => ({ kind: 'schedule', schedule: plannedStop(schedule, timers) })),
      ...tunnels.all().map((tunnel): Activity => ({
        kind: 'tunnel',
        tunnel,
        name: store.row(tunnel.id)?.instance.name ?? tunnel.id,
      })),
      ...watches.list().map((watch): Activity => ({ kind: 'watch', watch, nextCheckAt })),
    ];
  }
}
