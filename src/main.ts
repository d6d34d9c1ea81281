import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { type AccountParts, openAccount, type WindowParts } from './accountParts';
import { LazyClient } from './api/lazyClient';
import { SeenOffers } from './automation/seenOffers';
import { StopTimers } from './automation/stopTimers';
import { anyNeedsWakeUp } from './automation/wakeUp';
import { systemClock } from './base/clock';
import { Lazy } from './base/lazy';
import { onceInARow } from './base/onceInARow';
import { setLanguage } from './base/locale';
import type { CommandId } from './commands/ids';
import { budgetCheck } from './cost/budget';
import { BudgetAlerts } from './cost/budgetAlerts';
import { LedgerOfAll } from './cost/ledgerOfAll';
import { AccountIds } from './instances/accountIds';
import { Accounts } from './instances/accounts';
import { FileJournal } from './instances/operations/fileJournal';
import { SignedIn } from './instances/signedIn';
import { type InstanceRow, storesTogether } from './instances/store';
import { WindowRegistry } from './instances/windowRegistry';
import { publicInstance, type PublicInstance } from './publicApi';
import { AccountsActivity } from './views/accountsActivity';
import type { CostsPageParts } from './views/costs/costsPage';
import { updateMenus } from './views/menuContext';
import { fileNotices } from './views/notifications/fileNotices';
import { followTimers } from './views/notifications/scheduleNotices';
import { overviewOfAll } from './views/overview';
import { StatusBar } from './views/statusBar';
import { storedArrangement } from './views/tree/arrangementMemory';
import { AccountsTree } from './views/tree/accountsTree';
import type { TreeNode } from './views/tree/nodes';
import { ViewState } from './views/viewState';
import { connectedInstance, type Connected } from './vscode/connectedWindow';
import { addDevelopmentAccount } from './vscode/developmentAccount';
import { dialectMemory } from './vscode/dialectMemory';
import { errorText, showError } from './vscode/messages';
import type { PersonKeys } from './vscode/localKeys';
import { manifestVersion } from './vscode/manifestVersion';
import { secretStore } from './vscode/secrets';
import { Settings } from './vscode/settings';
import type { AgentParts, Agents } from './tools/agents';
import type { ToolParts } from './tools/tool';
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

/** The running extension, as `extension.ts` uses it. */
export interface Main {
  readonly tree: AccountsTree;
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

  const view = new ViewState(treeView, log, clock);
  const seen = new SeenOffers(storage, log);
  const clientFor: WindowParts['clientFor'] = (origin, getToken, noteRequest) =>
    new LazyClient({
      origin,
      getToken,
      clock,
      logger: log,
      dialects,
      version: manifestVersion(context),
      onLocations: (locations) => void seen.note(origin, locations),
      beforeRequest: async () => noteRequest(),
    });
  const journal = new FileJournal(
    path.join(storage, 'operations'),
    log,
    fileEvents('operations').onUnwritable,
  );
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
  const timers = new StopTimers({
    folder: storage,
    clock,
    log,
    accounts,
    origin: () => settings.origin,
    accountIds: () => signedIn.all().flatMap(({ store }) => store.status.accountId ?? []),
    program: context.asAbsolutePath('dist/stopTimer.js'),
    version: manifestVersion(context),
    texts: vscode.l10n.bundle,
    language: vscode.env.language,
  });

  // Budgets, and what is shown of running instances, are about all accounts that are signed in.
  const ledger = new LedgerOfAll(() =>
    signedIn.all().map(({ id, costs }) => ({ id, ledger: costs.ledger, name: signedIn.nameIfSeveral(id) })),
  );
  const allRows = (): readonly InstanceRow[] => signedIn.all().flatMap(({ store }) => store.rows());
  const alerts = new BudgetAlerts({
    rows: allRows,
    ledger,
    limits: () => settings.budgetLimits,
    now: () => clock.now(),
  });
  const overview = overviewOfAll(
    (id) => signedIn.of(id).overview,
    () => [...signedIn.all(), ...signedIn.shown()].map((each) => each.overview),
  );
  const costsPageParts: CostsPageParts = {
    extensionUri: context.extensionUri,
    log,
    clock,
    ledger,
    rows: allRows,
    isSignedIn: () => signedIn.all().length > 0,
    onDidChange: (listener) => changesOfAll.event(listener),
    limits: () => settings.budgetLimits,
    onDidChangeSettings: settings.onDidChange,
  };
  const costsPage = new Lazy(
    async () => new (await import('./views/costs/costsPage')).CostsPage(costsPageParts),
  );
  const changesOfAll = new vscode.EventEmitter<void>();
  const parts: WindowParts = {
    context,
    clock,
    log,
    settings,
    storage,
    accounts,
    ssh,
    keys,
    tunnels,
    treeView,
    arrangement,
    connected,
    isOpenElsewhere: (id) => windows.isElsewhere(id),
    mcpConfiguration: async () => (await agents.get()).configuration(),
    checkToken: async (origin, token, signal) => {
      const client = clientFor(
        origin,
        async () => token,
        () => undefined,
      );
      const { instances } = await client.listInstances({ signal, flow: randomUUID().slice(0, 8) });
      return instances.map(({ id }) => id);
    },
    page: costsPage,
    seen,
    fileEvents,
    clientFor,
    view,
    isActivityVisible: () => activityView.visible,
    windows,
    journal,
    timers,
    alerts,
    budget: budgetCheck(
      ledger,
      allRows,
      () => settings.budgetLimits,
      () => clock.now(),
    ),
    sharesBudget: (id) => signedIn.nameOf(id) !== undefined,
    isShown: (id) => signedIn.isShown(id),
    nameIfSeveral: (id) => signedIn.nameIfSeveral(id),
    hasTunnel: (id, tunnel) => {
      const owner = signedIn.all().find(({ store }) => store.row(tunnel.id) !== undefined);
      return (owner ?? signedIn.shown()[0]).id === id;
    },
  };
  const signedIn = new SignedIn<AccountParts>({
    accounts,
    origin: () => settings.origin,
    open: (id) => follow(openAccount(parts, id)),
    log,
  });
  const follow = (account: AccountParts): AccountParts => {
    const { store, operations, costs } = account;
    tree.add(account);
    activity.add(account.id, account.activity);
    store.onDidChange((change) => {
      changesOfAll.fire();
      update();
      const ids = [...change.added, ...change.removed, ...change.changed];
      if (ids.length > 0) changes.fire(ids);
    });
    for (const part of [operations, costs.schedules, costs.watches]) part.onDidChange(update);
    costs.ledger.onDidChange(() => {
      changesOfAll.fire();
      update();
    });
    return account;
  };
  const toolParts = ({ services, costs, reportedByForm }: AccountParts): ToolParts => ({
    ...services,
    ...costs,
    reportedByForm,
    memory: context.globalState,
    spentByAll: { ledger, rows: allRows },
    settled: async () => signedIn.settled(),
  });
  const agentParts: AgentParts = {
    all: () =>
      signedIn
        .all()
        .map((account) => ({ name: signedIn.nameOf(account.id) ?? '', parts: toolParts(account) })),
    nobody: () => toolParts(signedIn.shown()[0]),
    log,
    settled: async () => signedIn.settled(),
    storage,
    program: options.program,
    keepListening: options.keepListening,
  };
  const agents = new Lazy(async () => new (await import('./tools/agents')).Agents(agentParts));
  const commands = new Lazy(async () => {
    const { AccountCommands } = await import('./commands/accountCommands');
    return new AccountCommands({ signedIn, ledger });
  });
  const tree = new AccountsTree({
    shown: () => signedIn.shown(),
    of: (id) => signedIn.of(id),
    nameOf: (id) => signedIn.nameOf(id),
    settled: async () => signedIn.settled(),
  });
  const activity = new AccountsActivity((id) => signedIn.nameIfSeveral(id));
  // Hidden until something goes on, which nobody knows before.
  const activityView = vscode.window.createTreeView('tensordock.activity', { treeDataProvider: activity });
  const statusBar = new StatusBar({ rows: allRows }, overview, alerts);
  const update = onceInARow(() => {
    alerts.update();
    statusBar.update();
    view.update(storesTogether(signedIn.shown().map(({ store }) => store)), arrangement.get(), overview);
    updateMenus({
      store: { rows: allRows },
      operationOn: ({ accountId, instance }) => signedIn.of(accountId).operations.of(instance.id),
      tunnels,
      activity,
      windows,
    });
    const needed = anyNeedsWakeUp(
      signedIn
        .all()
        .map(({ store, session, operations, costs }) => ({ store, session, operations, ...costs })),
      signedIn.isKnown,
    );
    if (needed !== undefined) void setWakeUp(needed);
  });
  const disposables: { dispose(): unknown }[] = [
    log,
    settings,
    accounts,
    tunnels,
    tree,
    activity,
    activityView,
    statusBar,
    view,
    timers,
    costsPage,
    agents,
    commands,
    changesOfAll,
    windows,
    alerts,
    followTimers(timers, clock),
    tree.onDidChangeTreeData(options.redraw),
    activityView.onDidChangeVisibility(() => activity.visibilityChanged()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void registerWindow()),
    view.onDidChangeNeed(() => {
      for (const { store, tree: own } of signedIn.all()) {
        store.poke();
        own.visibilityChanged();
      }
    }),
    settings.onDidChange((event) => {
      if (event.affectsConfiguration('tensordock.apiUrl')) signedIn.update();
      for (const { session, store, forms, reminders } of signedIn.all()) {
        if (event.affectsConfiguration('tensordock.apiUrl')) session.update();
        store.poke();
        forms.ifLoaded((loaded) => loaded.settingsChanged());
        reminders.check();
      }
      update();
    }),
    signedIn.onDidFail((error) => showError(log, errorText(error))),
    signedIn.onDidSettle(() => {
      tree.update();
      activity.update();
      for (const { store } of signedIn.all()) store.poke();
      update();
      timers.update();
    }),
    ...[tunnels, windows, arrangement].map((part) => part.onDidChange(update)),
    signedIn,
    update,
  ];
  signedIn.begin();
  void registerWindow();

  return {
    tree,
    run: async (id, args) => {
      await signedIn.settled();
      return (await commands.get()).run(id, args);
    },
    agents: {
      prepare: async (...args) => (await agents.get()).prepare(...args),
      invoke: async (...args) => (await agents.get()).invoke(...args),
      listen: async () => (await agents.get()).listen(),
    },
    openLink: async (uri) => {
      await signedIn.settled();
      await (await commands.get()).openLink(uri);
    },
    instances: () => allRows().map(publicInstance),
    restorePanel: async (viewType, panel, state) => {
      if (viewType === 'tensordock.costs') {
        (await costsPage.get()).restore(panel);
        return;
      }
      await signedIn.settled();
      const saved = savedAccount(state);
      const { forms } = signedIn.all().find(({ id }) => id === saved) ?? signedIn.shown()[0];
      (await forms.get()).restore(viewType, panel, state);
    },
    dispose: async () => {
      for (const each of disposables.toReversed()) await each.dispose();
    },
  };
}

/** The account of the form that VS Code kept over a window reload. */
function savedAccount(state: unknown): string | undefined {
  const saved = v.safeParse(v.object({ accountId: v.string() }), state);
  return saved.success ? saved.output.accountId : undefined;
}
