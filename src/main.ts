import { systemClock } from './base/clock';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { TensorDockClient } from './api/client';
import { accountCommands } from './commands/account';
import { connectCommands } from './commands/connect';
import { costCommands, costDocument } from './commands/costs';
import { formCommands } from './commands/forms';
import { lifecycleCommands, showFailure } from './commands/lifecycle';
import { portCommands } from './commands/ports';
import type { CommandHandler, Services } from './commands/services';
import { smallCommands } from './commands/small';
import { sshConfigCommands } from './commands/sshConfig';
import { sshOptionCommands } from './commands/sshOptions';
import { CapacityWatches } from './automation/capacityWatch';
import { Ledger } from './cost/ledger';
import { Reminders } from './automation/reminders';
import { Schedules } from './automation/schedules';
import type { PublicInstance } from './extension';
import { Accounts } from './instances/accounts';
import { LocationNames } from './instances/locationNames';
import { FileJournal } from './instances/operations/journal';
import { Operations } from './instances/operations/operations';
import { InstanceStore } from './instances/store';
import { Forms } from './views/forms/forms';
import { InstanceTree } from './views/tree/instanceTree';
import type { TreeNode } from './views/tree/nodes';
import { StatusBar } from './views/statusBar';
import { ViewState } from './views/viewState';
import { keptArrangement } from './views/tree/arrangementMemory';
import { connectedInstance } from './vscode/connectedWindow';
import { followCosts } from './views/notifications/costNotices';
import { dialectMemory } from './vscode/dialectMemory';
import { errorText, showError } from './vscode/messages';
import { runCommand } from './commands/runCommand';
import { followOperations } from './views/notifications/operationProgress';
import { secretStore } from './vscode/secrets';
import { LocalKeys } from './vscode/localKeys';
import { SessionKeeper } from './vscode/sessionKeeper';
import { Settings } from './vscode/settings';
import { SshFollower } from './vscode/sshFollower';
import { SshSetup } from './vscode/sshSetup';
import { Tunnels } from './vscode/tunnels';
import { WindowRegistry } from './instances/windowRegistry';

/** What the small start hands over. */
export interface StartOptions {
  readonly context: vscode.ExtensionContext;
  readonly treeView: vscode.TreeView<TreeNode>;
  readonly redraw: (nodes: TreeNode | TreeNode[] | undefined) => void;
  readonly changes: vscode.EventEmitter<readonly string[]>;
}

/** The extension at work, as the small start uses it. */
export interface Main {
  readonly tree: InstanceTree;
  /** Runs a contributed command. */
  run(id: string, args: readonly unknown[]): Promise<unknown>;
  instances(): readonly PublicInstance[];
  /** Takes back a form that VS Code kept over a reload of the window. */
  restorePanel(viewType: string, panel: vscode.WebviewPanel, state: unknown): void;
  dispose(): Promise<void>;
}

/** Builds the parts and hands them to each other, and does nothing else. */
export function start({ context, treeView, redraw, changes }: StartOptions): Main {
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  const clock = systemClock;
  const log = vscode.window.createOutputChannel('TensorDock', { log: true });
  const settings = new Settings();
  const accounts = new Accounts(secretStore(context.secrets), log);
  const ssh = new SshSetup(settings, context.globalState, log, clock);
  const keys = new LocalKeys(ssh, log);
  const tunnels = new Tunnels(log);
  const storage = context.globalStorageUri.fsPath;
  const dialects = dialectMemory(context.globalState);

  const view = new ViewState(treeView, log);
  const store = new InstanceStore({
    clock,
    log,
    random: Math.random,
    need: () => ({ visible: view.visible, focused: view.focused, intervalMs: settings.refreshIntervalMs }),
    onScreen: () => view.openRows,
  });
  const clientFor = (origin: string, token: string): TensorDockClient =>
    new TensorDockClient({
      origin,
      getToken: async () => token,
      clock,
      logger: log,
      dialects,
      beforeRequest: async () => store.noteRequest(),
    });
  const journal = new FileJournal(path.join(storage, 'operations'), log);
  const operations = new Operations({ journal, store, clock, log });
  const locations = new LocationNames(store, log);
  const arrangement = keptArrangement(context.globalState);
  const windows = new WindowRegistry({
    folder: path.join(storage, 'windows'),
    sessionId: vscode.env.sessionId,
    clock,
    log,
  });
  const connected = async (): ReturnType<Services['connected']> => connectedInstance(ssh, log);
  const sayWhereWeAre = async (): Promise<void> => {
    const place = await connected();
    await windows.set(place.kind === 'instance' ? place.id : undefined);
  };
  const session = new SessionKeeper({ context, settings, accounts, store, storage, clientFor, log });
  const tree = new InstanceTree({
    store,
    operations,
    arrangement: () => arrangement.get(),
    ready: async () => session.ready(),
    marksOf: (id) => ({
      connected: windows.here === id ? 'here' : windows.isElsewhere(id) ? 'elsewhere' : undefined,
      tunnels: tunnels.of(id),
      locationOf: (locationId) => locations.of(locationId),
    }),
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
    checkToken: async (origin, token, signal) => {
      await clientFor(origin, token).listInstances({ signal, flow: randomUUID().slice(0, 8) });
    },
  };
  const forms = new Forms({ ...services, extensionUri: context.extensionUri, memory: context.globalState });
  const shared = { folder: storage, clock, log, store };
  const ledger = new Ledger(shared);
  const schedules = new Schedules({ ...shared, operations });
  const watches = new CapacityWatches(shared);
  const reminders = new Reminders({
    ...shared,
    ledger,
    remindAfterHours: () => settings.remindAfterHours,
    excused: (id) => schedules.of(id) !== undefined,
  });
  const costs = { ledger, schedules, watches };
  const handlers: Readonly<Record<string, CommandHandler | undefined>> = {
    ...accountCommands(services),
    ...lifecycleCommands(services),
    ...connectCommands(services),
    ...portCommands(services),
    ...sshConfigCommands(services),
    ...sshOptionCommands(services, keys),
    ...smallCommands(services),
    ...formCommands(services, forms),
    ...costCommands(services, costs),
  };
  const accountIds = new Set(Object.keys(accountCommands(services)));
  const statusBar = new StatusBar(store);
  const disposables: { dispose(): unknown }[] = [
    log,
    settings,
    accounts,
    store,
    operations,
    tunnels,
    tree,
    statusBar,
    view,
    session,
    forms,
    ledger,
    schedules,
    watches,
    reminders,
    costDocument(services, costs),
    ...followCosts({ schedules, reminders, watches, clock }),
    new SshFollower({ store, ssh, log }),
    locations,
    locations.onDidChange(() => tree.redrawAll()),
    tree.onDidChangeTreeData(redraw),
    arrangement.onDidChange(() => tree.redrawAll()),
    tunnels.onDidChange((id) => tree.redrawInstances([id])),
    windows,
    windows.onDidChange((ids) => tree.redrawInstances(ids)),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void sayWhereWeAre()),
    view.onDidChangeNeed(() => store.poke()),
    settings.onDidChange(() => {
      store.poke();
      forms.settingsChanged();
      reminders.look();
    }),
    store.onDidChange((change) => {
      statusBar.update();
      view.update(store, arrangement.get());
      const ids = [...change.added, ...change.removed, ...change.changed];
      if (ids.length > 0) changes.fire(ids);
    }),
    arrangement.onDidChange(() => view.update(store, arrangement.get())),
    followOperations({
      operations,
      connect: (id) => void runCommand({ log, store }, [], async () => handlers['tensordock.connect']?.(id)),
      onFailure: ({ record }, error) => {
        const row = record.instanceId === undefined ? undefined : store.row(record.instanceId);
        if (row) showFailure(services, record.kind, row, error);
        else showError(log, errorText(error));
      },
    }),
  ];
  session.begin();
  void sayWhereWeAre();

  return {
    tree,
    run: async (id, args) => {
      const handler = handlers[id];
      if (!handler) throw new Error(`No command ${id}`);
      await session.settled();
      return runCommand({ log, store }, args, handler, { changesAccount: accountIds.has(id) });
    },
    instances: () =>
      store.rows().map(({ instance, state }) => ({
        id: instance.id,
        name: instance.name,
        state,
        ipAddress: instance.ipAddress,
        rateHourly: instance.rateHourly,
      })),
    restorePanel: (viewType, panel, state) => forms.restore(viewType, panel, state),
    dispose: async () => {
      await ledger.flush();
      for (const each of disposables.toReversed()) each.dispose();
    },
  };
}
