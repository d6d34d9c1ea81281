import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { TensorDockApi } from './api/client';
import { LazyClient } from './api/lazyClient';
import { CapacityWatches } from './automation/capacityWatch';
import { Reminders } from './automation/reminders';
import { Schedules } from './automation/schedules';
import { SeenOffers } from './automation/seenOffers';
import { StopTimers } from './automation/stopTimers';
import { followStarts } from './automation/unusedStops';
import { needsWakeUp } from './automation/wakeUp';
import { systemClock } from './base/clock';
import { Lazy } from './base/lazy';
import { setLanguage } from './base/locale';
import type { CommandId } from './commands/ids';
import { runCommand } from './commands/runCommand';
import type { Services } from './commands/services';
import { budgetCheck } from './cost/budget';
import { BudgetAlerts } from './cost/budgetAlerts';
import { Ledger } from './cost/ledger';
import { AccountIds } from './instances/accountIds';
import { Accounts } from './instances/accounts';
import { LocationNames } from './instances/locationNames';
import { FileJournal } from './instances/operations/fileJournal';
import { Operations, type RunningOperation } from './instances/operations/operations';
import { Session } from './instances/session';
import { InstanceStore } from './instances/store';
import { TrackRecord } from './instances/trackRecord';
import { WindowRegistry } from './instances/windowRegistry';
import { publicInstance, type PublicInstance } from './publicApi';
import { ActivityTree } from './views/activityTree';
import type { CostsPageParts } from './views/costs/costsPage';
import type { FormParts } from './views/forms/parts';
import { updateMenus } from './views/menuContext';
import { followCosts } from './views/notifications/costNotices';
import { fileNotices } from './views/notifications/fileNotices';
import { followOperations } from './views/notifications/operationProgress';
import { followReminders } from './views/notifications/reminderNotices';
import {
  followSchedules,
  followTimers,
  showLostStop,
  showUnusedStop,
} from './views/notifications/scheduleNotices';
import { followSession } from './views/notifications/sessionNotices';
import { overviewOf } from './views/overview';
import { StatusBar } from './views/statusBar';
import { storedArrangement } from './views/tree/arrangementMemory';
import { InstanceTree } from './views/tree/instanceTree';
import type { TreeNode } from './views/tree/nodes';
import { ViewState } from './views/viewState';
import { connectedInstance, type Connected } from './vscode/connectedWindow';
import { addDevelopmentAccount } from './vscode/developmentAccount';
import { dialectMemory } from './vscode/dialectMemory';
import type { PersonKeys } from './vscode/localKeys';
import { manifestVersion } from './vscode/manifestVersion';
import { secretStore } from './vscode/secrets';
import { Settings } from './vscode/settings';
import { SshFollower } from './ssh/config/follower';
import type { AgentParts, Agents } from './tools/agents';
import { SshSetup } from './vscode/sshSetup';
import { Tunnels } from './vscode/tunnels';

/** What `extension.ts` passes in. */
export interface StartOptions {
  readonly context: vscode.ExtensionContext;
  readonly treeView: vscode.TreeView<TreeNode>;
  readonly redraw: (nodes: TreeNode | TreeNode[] | undefined) => void;
  readonly changes: vscode.EventEmitter<readonly string[]>;
  /** Whether the windows that open next load this file at once. */
  readonly setWakeUp: (needed: boolean) => PromiseLike<void>;
  /** How an agent starts the MCP server. */
  readonly program: AgentParts['program'];
  /** The windows that open next let MCP servers reach them. */
  readonly keepListening: AgentParts['keepListening'];
}

type RunCommand = (id: CommandId, args: readonly unknown[]) => Promise<unknown>;

/** The running extension, as `extension.ts` uses it. */
export interface Main {
  readonly tree: InstanceTree;
  /** Runs a contributed command. */
  run(id: CommandId, args: readonly unknown[]): Promise<unknown>;
  /** What agents ask for. */
  readonly agents: Pick<Agents, 'prepare' | 'invoke' | 'listen'>;
  /** Opens a link to this extension. */
  openLink(uri: vscode.Uri): Promise<void>;
  instances(): readonly PublicInstance[];
  /** Restores a page that VS Code kept over a window reload. */
  restorePanel(viewType: string, panel: vscode.WebviewPanel, state: unknown): Promise<void>;
  /** Resolves when everything is written. */
  dispose(): Promise<void>;
}

/** Creates the parts and connects them; it decides nothing. */
export function start(options: StartOptions): Main {
  const { context, treeView, changes, setWakeUp } = options;
  setLanguage(vscode.env.language);
  const clock = systemClock;
  const log = vscode.window.createOutputChannel('TensorDock', { log: true });
  const settings = new Settings();
  const storage = context.globalStorageUri.fsPath;
  const secrets = secretStore(context.secrets);
  const fileEvents = fileNotices();
  const accountIds = new AccountIds({ secrets, folder: storage, log, events: fileEvents('accounts') });
  const accounts = new Accounts(secrets, accountIds, log);
  addDevelopmentAccount(context, accounts, settings);
  const ssh = new SshSetup(settings, context.globalState, log, clock, storage);
  const localKeys = async (): Promise<PersonKeys> =>
    new (await import('./vscode/localKeys')).LocalKeys(ssh, log);
  const keys: PersonKeys = {
    list: async () => (await localKeys()).list(),
    generate: async () => (await localKeys()).generate(),
  };
  const tunnels = new Tunnels(log);
  const dialects = dialectMemory(context.globalState);

  const view = new ViewState(treeView, log);
  const store = new InstanceStore({
    clock,
    log,
    random: Math.random,
    need: () => ({ visible: view.visible, focused: view.focused, intervalMs: settings.refreshIntervalMs }),
    onScreen: () => view.openRows,
  });
  const seen = new SeenOffers(storage, log);
  const clientFor = (origin: string, getToken: () => Promise<string>): TensorDockApi =>
    new LazyClient({
      origin,
      getToken,
      clock,
      logger: log,
      dialects,
      version: manifestVersion(context),
      onLocations: (locations) => void seen.note(origin, locations),
      beforeRequest: async () => store.noteRequest(),
    });
  const journal = new FileJournal(
    path.join(storage, 'operations'),
    log,
    fileEvents('operations').onUnwritable,
  );
  const shared = { folder: storage, clock, log, store };
  const ledger = new Ledger({ ...shared, fileEvents: fileEvents('costs') });
  const operations = new Operations({
    journal,
    store,
    clock,
    log,
    budget: budgetCheck(
      ledger,
      () => store.rows(),
      () => settings.budgetLimits,
      () => clock.now(),
    ),
  });
  const locations = new LocationNames({ store, clock, random: Math.random, log });
  const arrangement = storedArrangement(context.globalState);
  const windows = new WindowRegistry({
    folder: path.join(storage, 'windows'),
    sessionId: vscode.env.sessionId,
    clock,
    log,
  });
  const connected = async (): Promise<Connected> => connectedInstance(ssh, log);
  const registerWindow = async (): Promise<void> => {
    const instance = await connected();
    await windows.set(instance.kind === 'instance' ? instance.id : undefined);
  };
  const session = new Session({
    accounts,
    store,
    origin: () => settings.origin,
    storage,
    clientFor,
    log,
    events: fileEvents('instances'),
  });
  const services: Services = {
    context,
    clock,
    log,
    settings,
    accounts,
    store,
    operations,
    ssh,
    keys,
    tunnels,
    treeView,
    arrangement,
    connected,
    isOpenElsewhere: (id) => windows.isElsewhere(id),
    mcpConfiguration: async () => (await agents.get()).configuration(),
    checkToken: async (origin, token, signal) => {
      const client = clientFor(origin, async () => token);
      const { instances } = await client.listInstances({ signal, flow: randomUUID().slice(0, 8) });
      return instances.map(({ id }) => id);
    },
  };
  const trackRecord = new TrackRecord({ ...shared, operations, fileEvents: fileEvents('locations') });
  const reportedByForm = new WeakSet<RunningOperation>();
  const formParts: FormParts = {
    ...services,
    extensionUri: context.extensionUri,
    memory: context.globalState,
    reportedByForm,
    trackRecord,
  };
  const forms = new Lazy(async () => new (await import('./views/forms/forms')).Forms(formParts));
  const isConnected = (id: string): boolean => windows.here === id || windows.isElsewhere(id);
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
  const timers = new StopTimers({
    ...shared,
    accounts,
    origin: () => settings.origin,
    accountId: () => store.status.accountId,
    program: context.asAbsolutePath('dist/stopTimer.js'),
    version: manifestVersion(context),
    texts: vscode.l10n.bundle,
    language: vscode.env.language,
  });
  const watches = new CapacityWatches({ ...shared, fileEvents: fileEvents('watches') });
  const reminders = new Reminders({
    ...shared,
    fileEvents: fileEvents('reminders'),
    ledger,
    remindAfterHours: () => settings.remindAfterHours,
    // A stop that repeats may be days ahead.
    excused: (id) => {
      const next = schedules.of(id);
      return next !== undefined && (!next.repeat || next.at - clock.now() < 12 * 3_600_000);
    },
    isConnected,
  });
  const costsPageParts: CostsPageParts = {
    extensionUri: context.extensionUri,
    log,
    clock,
    ledger,
    store,
    limits: () => settings.budgetLimits,
    onDidChangeSettings: settings.onDidChange,
  };
  const costsPage = new Lazy(
    async () => new (await import('./views/costs/costsPage')).CostsPage(costsPageParts),
  );
  const costs = { ledger, schedules, timers, watches, page: costsPage, seen };
  const agentParts: AgentParts = {
    ...services,
    ...costs,
    reportedByForm,
    memory: context.globalState,
    settled: async () => session.settled(),
    storage,
    program: options.program,
    keepListening: options.keepListening,
  };
  const agents = new Lazy(async () => new (await import('./tools/agents')).Agents(agentParts));
  let commands: Promise<RunCommand> | undefined;
  const loadCommands = async (): Promise<RunCommand> => {
    const { accountCommands, commandTable } = await import('./commands/table');
    const table = commandTable(services, forms, costs);
    return async (id, args) =>
      runCommand({ log, store }, args, table[id], { changesAccount: accountCommands.has(id) });
  };
  const alerts = new BudgetAlerts({
    rows: () => store.rows(),
    ledger,
    limits: () => settings.budgetLimits,
    now: () => clock.now(),
  });
  const overview = overviewOf({
    clock,
    operations,
    schedules,
    timers,
    tunnels,
    windows,
    ledger,
    locations,
    alerts,
  });
  const tree = new InstanceTree({
    ...overview,
    store,
    operations,
    clock,
    arrangement: () => arrangement.get(),
    isVisible: () => view.visible,
    isOpen: (id) => view.openRows.has(id),
    ready: async () => session.ready(),
  });
  const activity: ActivityTree = new ActivityTree({
    clock,
    operations,
    schedules,
    timers,
    watches,
    tunnels,
    store,
    isVisible: () => activityView.visible,
  });
  // Hidden until something goes on, which nobody knows before.
  const activityView = vscode.window.createTreeView('tensordock.activity', { treeDataProvider: activity });
  const statusBar = new StatusBar(store, overview, alerts);
  const update = (): void => {
    alerts.update();
    statusBar.update();
    view.update(store, arrangement.get(), overview);
    updateMenus({ store, operations, tunnels, activity, windows });
    const needed = needsWakeUp({ store, session, operations, ...costs });
    if (needed !== undefined) void setWakeUp(needed);
  };
  const disposables: { dispose(): unknown }[] = [
    log,
    settings,
    accounts,
    store,
    operations,
    tunnels,
    tree,
    activity,
    activityView,
    statusBar,
    view,
    session,
    forms,
    trackRecord,
    ledger,
    schedules,
    timers,
    watches,
    reminders,
    costsPage,
    agents,
    ...followCosts({ watches, clock }),
    ...followSchedules(schedules, clock),
    followTimers(timers, clock),
    followReminders({ reminders, schedules, clock }),
    ...followSession({ session, store, log }),
    new SshFollower({ store, ssh, onDidChangeSettings: settings.onDidChange, logger: log }),
    locations,
    locations.onDidChange(() => {
      tree.redrawAll();
      update();
    }),
    tree.onDidChangeTreeData(options.redraw),
    activityView.onDidChangeVisibility(() => activity.visibilityChanged()),
    arrangement.onDidChange(() => tree.redrawAll()),
    ...[schedules, timers, tunnels, windows, alerts].map((part) =>
      part.onDidChange(() => tree.redrawChanged()),
    ),
    windows,
    windows.onDidChange(() => {
      schedules.check();
      reminders.check();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void registerWindow()),
    view.onDidChangeNeed(() => {
      store.poke();
      tree.visibilityChanged();
    }),
    settings.onDidChange((event) => {
      if (event.affectsConfiguration('tensordock.apiUrl')) session.update();
      store.poke();
      forms.ifLoaded((loaded) => loaded.settingsChanged());
      reminders.check();
      update();
    }),
    session.onDidSettle(update),
    session.onDidSettle(() => timers.update()),
    store.onDidChange((change) => {
      update();
      const ids = [...change.added, ...change.removed, ...change.changed];
      if (ids.length > 0) changes.fire(ids);
    }),
    ...[operations, schedules, watches, tunnels, windows, arrangement].map((part) =>
      part.onDidChange(update),
    ),
    ledger.onDidChange(() => {
      alerts.update();
      statusBar.update();
    }),
    alerts,
    followOperations({ operations, clock, log, reportedByForm }),
  ];
  session.begin();
  void registerWindow();

  return {
    tree,
    run: async (id, args) => {
      await session.settled();
      commands ??= loadCommands();
      return (await commands)(id, args);
    },
    agents: {
      prepare: async (...args) => (await agents.get()).prepare(...args),
      invoke: async (...args) => (await agents.get()).invoke(...args),
      listen: async () => (await agents.get()).listen(),
    },
    openLink: async (uri) => {
      await session.settled();
      const { openLink } = await import('./commands/openLink');
      await openLink(services, uri, (id) => tree.nodeOf(id));
    },
    instances: () => store.rows().map(publicInstance),
    restorePanel: async (viewType, panel, state) =>
      viewType === 'tensordock.costs'
        ? (await costsPage.get()).restore(panel)
        : (await forms.get()).restore(viewType, panel, state),
    dispose: async () => {
      await ledger.flush();
      for (const each of disposables.toReversed()) await each.dispose();
    },
  };
}
