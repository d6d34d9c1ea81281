import type * as vscode from 'vscode';
import type { TensorDockApi } from './api/client';
import { CapacityWatches } from './automation/capacityWatch';
import { Reminders } from './automation/reminders';
import { Schedules } from './automation/schedules';
import type { StopTimers } from './automation/stopTimers';
import { followStarts } from './automation/unusedStops';
import { Lazy } from './base/lazy';
import type { CostParts } from './commands/costParts';
import type { Services } from './commands/services';
import type { BudgetAlerts } from './cost/budgetAlerts';
import { Ledger } from './cost/ledger';
import { LocationNames } from './instances/locationNames';
import type { Journal } from './instances/operations/journal';
import { Operations, type OperationsOptions, type RunningOperation } from './instances/operations/operations';
import { Session } from './instances/session';
import type { AccountWork } from './instances/signedIn';
import { InstanceStore } from './instances/store';
import { TrackRecord } from './instances/trackRecord';
import type { WindowRegistry } from './instances/windowRegistry';
import { SshFollower } from './ssh/config/follower';
import { ActivityTree } from './views/activityTree';
import type { Forms } from './views/forms/forms';
import { followCosts } from './views/notifications/costNotices';
import type { fileNotices } from './views/notifications/fileNotices';
import { followOperations } from './views/notifications/operationProgress';
import { followReminders } from './views/notifications/reminderNotices';
import { followSchedules, showLostStop, showUnusedStop } from './views/notifications/scheduleNotices';
import { followSession } from './views/notifications/sessionNotices';
import { overviewOf, type Overview } from './views/overview';
import type { ArrangementMemory } from './views/tree/arrangementMemory';
import { InstanceTree } from './views/tree/instanceTree';
import type { ViewState } from './views/viewState';
import type { OpenTunnel } from './vscode/tunnels';

/** What the accounts of a window share. */
export interface WindowParts
  extends
    Pick<Services, 'accounts' | 'clock' | 'connected' | 'context' | 'isOpenElsewhere'>,
    Pick<Services, 'checkToken' | 'keys' | 'log' | 'mcpConfiguration' | 'settings' | 'ssh' | 'treeView'>,
    Pick<Services, 'tunnels'>,
    Pick<CostParts, 'page' | 'seen'>,
    Pick<OperationsOptions, 'budget' | 'sharesBudget'> {
  /** A folder that all windows share. */
  readonly storage: string;
  readonly fileEvents: ReturnType<typeof fileNotices>;
  readonly arrangement: ArrangementMemory;
  /** A client that reads the token for each call, and says when it sends a request. */
  readonly clientFor: (
    origin: string,
    getToken: () => Promise<string>,
    noteRequest: () => void,
  ) => TensorDockApi;
  readonly view: Pick<ViewState, 'visible' | 'focused' | 'lookedAt' | 'openRows'>;
  readonly isActivityVisible: () => boolean;
  readonly windows: WindowRegistry;
  readonly journal: Journal;
  readonly timers: StopTimers;
  readonly alerts: BudgetAlerts;
  readonly isShown: (accountId: string | undefined) => boolean;
  readonly nameIfSeveral: (accountId: string | undefined) => string | undefined;
  /** Whether the tunnel is listed with this account. */
  readonly hasTunnel: (accountId: string | undefined, tunnel: OpenTunnel) => boolean;
}

/** Everything that works for one account, and never for another one. */
export interface AccountParts extends AccountWork {
  readonly session: Session;
  readonly store: InstanceStore;
  readonly operations: Operations;
  readonly overview: Overview;
  readonly tree: InstanceTree;
  readonly activity: ActivityTree;
  readonly services: Services;
  readonly costs: CostParts;
  readonly forms: Lazy<Forms>;
  readonly trackRecord: TrackRecord;
  readonly reminders: Reminders;
  readonly reportedByForm: WeakSet<RunningOperation>;
}

/** Creates the parts of one account and connects them; `undefined`: of nobody. It decides nothing. */
export function openAccount(parts: WindowParts, id: string | undefined): AccountParts {
  const { clock, log, settings, storage, accounts, ssh, tunnels, view, windows, timers, fileEvents } = parts;
  const name = (): string | undefined => parts.nameIfSeveral(id);
  const store = new InstanceStore({
    clock,
    log,
    random: Math.random,
    need: () => ({
      visible: view.visible && parts.isShown(id),
      focused: view.focused,
      lookedAt: view.lookedAt,
      intervalMs: settings.refreshIntervalMs,
    }),
    onScreen: () => view.openRows,
  });
  const session = new Session({
    accounts,
    account: async (origin) => (await accounts.all(origin)).find((account) => account.id === id),
    store,
    origin: () => settings.origin,
    storage,
    clientFor: (origin, getToken) => parts.clientFor(origin, getToken, () => store.noteRequest()),
    log,
    events: fileEvents('instances'),
  });
  const shared = { folder: storage, clock, log, store };
  const ledger = new Ledger({ ...shared, fileEvents: fileEvents('costs') });
  const { journal, budget, sharesBudget } = parts;
  const operations = new Operations({ journal, store, clock, log, budget, sharesBudget });
  const locations = new LocationNames({ store, clock, random: Math.random, log });
  const trackRecord = new TrackRecord({ ...shared, operations, fileEvents: fileEvents('locations') });
  const isConnected = (instanceId: string): boolean =>
    windows.here === instanceId || windows.isElsewhere(instanceId);
  const schedules = new Schedules({
    ...shared,
    operations,
    isConnected,
    fileEvents: fileEvents('schedules'),
  });
  followStarts({
    operations,
    schedules,
    clock,
    log,
    onDidSchedule: (one) => showUnusedStop(one, clock),
    onDidFail: showLostStop,
  });
  const watches = new CapacityWatches({ ...shared, fileEvents: fileEvents('watches') });
  const reminders = new Reminders({
    ...shared,
    fileEvents: fileEvents('reminders'),
    ledger,
    remindAfterHours: () => settings.remindAfterHours,
    // A stop that repeats may be days ahead.
    excused: (instanceId) => {
      const next = schedules.of(instanceId);
      return next !== undefined && (!next.repeat || next.at - clock.now() < 12 * 3_600_000);
    },
    isConnected,
  });
  const overview = overviewOf({ ...parts, operations, schedules, ledger, locations });
  const reportedByForm = new WeakSet<RunningOperation>();
  const services: Services = {
    ...parts,
    store,
    operations,
    accountName: name,
  };
  const forms = new Lazy(async () => {
    const { Forms: Opened } = await import('./views/forms/forms');
    const { context } = parts;
    const memory: vscode.Memento = context.globalState;
    return new Opened({
      ...services,
      extensionUri: context.extensionUri,
      memory,
      reportedByForm,
      trackRecord,
    });
  });
  const tree = new InstanceTree({
    ...overview,
    account: id,
    store,
    operations,
    clock,
    arrangement: () => parts.arrangement.get(),
    isVisible: () => view.visible,
    isOpen: (instanceId) => view.openRows.has(instanceId),
    ready: async () => session.ready(),
  });
  const activity = new ActivityTree({
    account: id,
    clock,
    operations,
    schedules,
    timers,
    watches,
    tunnels: {
      all: () => tunnels.all().filter((tunnel) => parts.hasTunnel(id, tunnel)),
      onDidChange: tunnels.onDidChange,
    },
    store,
    isVisible: parts.isActivityVisible,
  });
  const disposables: { dispose(): unknown }[] = [
    store,
    operations,
    tree,
    activity,
    session,
    forms,
    trackRecord,
    ledger,
    schedules,
    watches,
    reminders,
    ...followCosts({ watches, clock, account: id }),
    ...followSchedules(schedules, clock),
    followReminders({ reminders, schedules, clock }),
    followSession({ store, nameIfSeveral: name, log }),
    new SshFollower({ store, ssh, onDidChangeSettings: settings.onDidChange, logger: log }),
    locations,
    locations.onDidChange(() => tree.locationsChanged()),
    parts.arrangement.onDidChange(() => tree.redrawAll()),
    ...[schedules, timers, tunnels, windows, parts.alerts].map((part) =>
      part.onDidChange(() => tree.redrawChanged()),
    ),
    windows.onDidChange(() => {
      schedules.check();
      reminders.check();
    }),
    followOperations({ operations, clock, log, reportedByForm, accountName: name }),
  ];
  return {
    id,
    session,
    store,
    operations,
    overview,
    tree,
    activity,
    services,
    costs: { ledger, schedules, timers, watches, page: parts.page, seen: parts.seen },
    forms,
    trackRecord,
    reminders,
    reportedByForm,
    dispose: async () => {
      await ledger.flush();
      for (const each of disposables.toReversed()) await each.dispose();
    },
  };
}
