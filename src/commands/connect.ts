import { isWindowsImage } from '../api/rules';
import { plainText } from '../base/text';
import * as vscode from 'vscode';
import { rdpEndpoint, sshEndpoint, type Endpoint } from '../ssh/endpoint';
import { describeOutcome, type SshOutcome } from '../ssh/connect/outcome';
import { remoteUri, sshAuthority } from '../ssh/remote/remoteAuthority';
import { chooseFlavour, type RemoteFlavour } from '../ssh/remote/remoteFlavours';
import { waitUntilReady } from '../ssh/connect/readiness';
import { isStopped } from '../instances/state';
import type { InstanceRow } from '../instances/store';
import { allows } from '../views/presentation';
import { askInNotification, confirm, showProgress } from '../vscode/messages';
import { askText, pick } from '../vscode/prompts';
import { openLocalTerminal } from '../vscode/sshSetup';
import { openRdp } from './rdp';
import { acceptHostKey, agreedToInclude } from './sshConfig';
import type { CommandHandler, Commands, Services } from './services';
import { target } from './targets';

type Way = 'here' | 'newWindow' | 'terminal';

/** Folders that were opened on an instance, newest first; kept by instance id. */
const recentsKey = 'ssh.recentFolders';
const rememberedFolders = 5;

export function connectCommands(
  services: Services,
): Commands<
  | 'tensordock.connect'
  | 'tensordock.connectInNewWindow'
  | 'tensordock.openTerminal'
  | 'tensordock.openRecentFolder'
> {
  const command =
    (way: Way): CommandHandler =>
    async (...args) => {
      const { row } = await target(
        services,
        args,
        (candidate) => allows(candidate, 'connect'),
        vscode.l10n.t('Select an instance to connect to'),
      );
      const folder =
        typeof args[1] === 'object' && args[1] !== null && 'folder' in args[1] ? args[1].folder : undefined;
      await connect(services, row.instance.id, way, typeof folder === 'string' ? folder : undefined);
    };
  return {
    'tensordock.connect': command('here'),
    'tensordock.connectInNewWindow': command('newWindow'),
    'tensordock.openTerminal': command('terminal'),
    'tensordock.openRecentFolder': async (...args) => {
      const { row } = await target(
        services,
        args,
        (candidate) => allows(candidate, 'connect'),
        vscode.l10n.t('Select an instance to connect to'),
      );
      await connect(services, row.instance.id, 'newWindow', await pickFolder(services, row));
    },
  };
}

/** Starts the instance if it is stopped, waits for its address, writes its SSH entry, waits for SSH, and opens it. */
async function connect(services: Services, id: string, way: Way, folder?: string): Promise<void> {
  const first = services.store.row(id);
  if (!first) throw new vscode.CancellationError();
  const flavour =
    way === 'terminal' || isWindowsImage(first.instance.image)
      ? undefined
      : await remoteFlavour(services, id);
  const name = plainText(first.instance.name, 60);
  const started = isStopped(first.state);
  if (started && !(await agreedToStart(name))) throw new vscode.CancellationError();
  const ready = await showProgress(
    { title: vscode.l10n.t('Connecting to “{0}”', name) },
    async (report, signal) => {
      if (started) {
        report(vscode.l10n.t('Starting…'));
        const operation = await services.operations.begin('start', id);
        await unlessAborted(operation.done, signal);
      }
      report(vscode.l10n.t('Waiting for an address…'));
      const row = await reachable(services, id, signal);
      if (isWindowsImage(row.instance.image) || onlyRdp(row)) return { row, rdp: true as const };
      const host = await writeHost(services, row);
      const target = await services.ssh.target(host.alias);
      const outcome = await waitUntilReady({
        ...target,
        clock: services.clock,
        logger: services.log,
        signal,
        endpoint: host.endpoint,
        startedAt: row.runningSince,
        limitMs: 300_000,
        onProgress: (phase, last) =>
          report(
            last
              ? describeOutcome(last, name).message
              : phase === 'login'
                ? vscode.l10n.t('Signing in over SSH…')
                : vscode.l10n.t('Waiting for SSH…'),
          ),
      });
      return { row, host, target, outcome };
    },
  );
  if ('rdp' in ready) {
    await openRdp(services, ready.row);
    return;
  }
  const { row, host, outcome } = ready;
  if (!letsIn(outcome)) {
    const answer = await askHowToGoOn(services, row, outcome);
    if (answer === 'again') return connect(services, id, way, folder);
    if (answer === 'give up') throw new vscode.CancellationError();
  }
  const included = ready.target.configFile !== services.ssh.paths.ownConfig;
  if (way === 'terminal' || !flavour || (!included && !(await openUnfound(name)))) {
    const { ssh, configFile } = ready.target;
    openLocalTerminal(name, ssh, [...(configFile === undefined ? [] : ['-F', configFile]), host.alias]);
    return;
  }
  await services.ssh.setRemotePlatform(host.alias, row.instance.image);
  await openWindow(services, id, host.alias, folder ?? services.settings.defaultFolder, way === 'here');
}

async function writeHost(
  services: Services,
  row: InstanceRow,
): Promise<{ readonly alias: string; readonly endpoint: Endpoint }> {
  await agreedToInclude(services);
  const { accountId } = services.store.status;
  if (accountId === undefined) throw new Error(vscode.l10n.t('Not signed in to TensorDock. Sign in first.'));
  const { instance } = row;
  const host = await services.ssh.hosts.ensureEntry(accountId, instance, services.ssh.optionsFor(instance));
  if ('none' in host) {
    throw new Error(
      vscode.l10n.t(
        '“{0}” has port forwards, but none for SSH (port 22). Its location may not support them. Use the ports listed below the instance.',
        plainText(instance.name, 60),
      ),
    );
  }
  return host;
}

/** Resolves once the service reports where the instance listens, or that it does not. */
async function reachable(services: Services, id: string, signal: AbortSignal): Promise<InstanceRow> {
  await services.store.refreshOne(id);
  const row = await services.store.waitFor(
    id,
    (candidate) => {
      if (!candidate || isStopped(candidate.state) || candidate.state === 'error') return true;
      const endpoint = sshEndpoint(candidate.instance, {
        complete: candidate.instance.portForwards !== undefined,
      });
      return !('none' in endpoint) || endpoint.none === 'no-forward';
    },
    signal,
  );
  if (!row) throw new Error(vscode.l10n.t('TensorDock no longer knows this instance.'));
  if (isStopped(row.state))
    throw new Error(vscode.l10n.t('“{0}” stopped while connecting.', plainText(row.instance.name, 60)));
  return row;
}

function onlyRdp({ instance }: InstanceRow): boolean {
  const endpoint = sshEndpoint(instance, { complete: true });
  const forwards = instance.portForwards ?? [];
  return (
    'none' in endpoint &&
    forwards.some(({ internalPort }) => internalPort === 3389) &&
    !('none' in rdpEndpoint(instance, { complete: true }))
  );
}

function letsIn(outcome: SshOutcome): boolean {
  return outcome.kind === 'ok' || outcome.kind === 'locked-key';
}

/** Reports why the connection failed, and asks what to do. */
async function askHowToGoOn(
  services: Services,
  row: InstanceRow,
  outcome: SshOutcome,
): Promise<'open' | 'again' | 'give up'> {
  const { message, nextStep } = describeOutcome(outcome, plainText(row.instance.name, 60));
  const anyway = vscode.l10n.t('Open Anyway');
  const accept = vscode.l10n.t('Accept the New Key');
  const log = vscode.l10n.t('Show Log');
  services.log.warn(`connect: ${message}`);
  const buttons = outcome.kind === 'host-key-changed' ? [accept, anyway, log] : [anyway, log];
  const answer = await askInNotification('warning', `${message} ${nextStep}`, ...buttons);
  if (answer === log) services.log.show();
  if (answer === accept && (await acceptHostKey(services, [row.instance.id]))) return 'again';
  return answer === anyway ? 'open' : 'give up';
}

/** Where the person's SSH configuration doesn't include ours: false for a terminal, true for a window anyway. */
async function openUnfound(name: string): Promise<boolean> {
  const terminal = vscode.l10n.t('Open Terminal');
  const anyway = vscode.l10n.t('Open Anyway');
  const answer = await askInNotification(
    'warning',
    vscode.l10n.t(
      'Remote-SSH can’t find “{0}” because your SSH configuration doesn’t include the TensorDock hosts. You can use a terminal instead.',
      name,
    ),
    terminal,
    anyway,
  );
  if (answer === undefined) throw new vscode.CancellationError();
  return answer === anyway;
}

async function agreedToStart(name: string): Promise<boolean> {
  return confirm(
    vscode.l10n.t('“{0}” is stopped. Start it and connect?', name),
    vscode.l10n.t('It will be billed at its full rate from then on.'),
    vscode.l10n.t('Start and Connect'),
  );
}

/**
 * The extension that opens windows over SSH here. Where there is none it is offered; in a browser, or where we run
 * on the far side, the terminal is what works.
 */
async function remoteFlavour(services: Services, id: string): Promise<RemoteFlavour | undefined> {
  const { use, offer } = chooseFlavour({
    appName: vscode.env.appName,
    uriScheme: vscode.env.uriScheme,
    isInstalled: (extensionId) => vscode.extensions.getExtension(extensionId) !== undefined,
  });
  if (use) return use;
  const terminal = vscode.l10n.t('Open Terminal');
  const farSide = vscode.env.uiKind === vscode.UIKind.Web || farAway(services);
  const install = vscode.l10n.t('Install {0}', offer.name);
  const answer = farSide
    ? await askInNotification(
        'information',
        vscode.l10n.t(
          'Remote-SSH isn’t available here because VS Code is running in a browser or on another computer. You can use a terminal instead.',
        ),
        terminal,
      )
    : await askInNotification(
        'information',
        vscode.l10n.t(
          'To open a window on the instance, install the “{0}” extension. A terminal works without it.',
          offer.name,
        ),
        install,
        terminal,
      );
  if (answer === install) {
    await vscode.commands.executeCommand('workbench.extensions.installExtension', offer.extensionId);
    const installed = vscode.extensions.getExtension(offer.extensionId);
    if (installed) return offer;
  }
  if (answer === terminal) await vscode.commands.executeCommand('tensordock.openTerminal', id);
  throw new vscode.CancellationError();
}

function farAway(services: Services): boolean {
  return (
    services.context.extension.extensionKind === vscode.ExtensionKind.Workspace &&
    vscode.env.remoteName !== undefined
  );
}

async function openWindow(
  services: Services,
  id: string,
  alias: string,
  folder: string,
  reuse: boolean,
): Promise<void> {
  if (folder === '') {
    await vscode.commands.executeCommand('vscode.newWindow', {
      remoteAuthority: sshAuthority(alias),
      reuseWindow: reuse,
    });
    return;
  }
  await rememberFolder(services, id, folder);
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.from(remoteUri(alias, folder)), {
    forceReuseWindow: reuse,
    forceNewWindow: !reuse,
  });
}

async function rememberFolder(services: Services, id: string, folder: string): Promise<void> {
  const known = recents(services);
  const folders = [folder, ...(known[id] ?? []).filter((other) => other !== folder)];
  await services.context.globalState.update(recentsKey, {
    ...known,
    [id]: folders.slice(0, rememberedFolders),
  });
}

function recents(services: Services): Readonly<Record<string, readonly string[]>> {
  return services.context.globalState.get<Readonly<Record<string, readonly string[]>>>(recentsKey) ?? {};
}

async function pickFolder(services: Services, row: InstanceRow): Promise<string> {
  const folders = new Set([...(recents(services)[row.instance.id] ?? []), services.settings.defaultFolder]);
  const known = [...folders].filter(Boolean).map((folder) => ({ label: folder, folder }));
  const picked = await pick([...known, { label: vscode.l10n.t('Another folder…'), folder: undefined }], {
    placeHolder: vscode.l10n.t('Select a folder on “{0}”', plainText(row.instance.name, 60)),
  });
  if (!picked) throw new vscode.CancellationError();
  if (picked.folder !== undefined) return picked.folder;
  const typed = await askText({
    prompt: vscode.l10n.t('The path of a folder on the instance.'),
    value: services.settings.defaultFolder,
  });
  if (!typed) throw new vscode.CancellationError();
  return typed;
}

async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  await Promise.race([
    work,
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new vscode.CancellationError()), { once: true });
    }),
  ]);
}
