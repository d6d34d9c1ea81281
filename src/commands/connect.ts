import * as vscode from 'vscode';
import { isWindowsImage } from '../api/images';
import { plainText } from '../base/text';
import { isStopped } from '../instances/state';
import type { InstanceRow } from '../instances/store';
import { handedOver } from '../ssh/connect/handedOver';
import { terminalSsh } from '../ssh/connect/isolation';
import { describeOutcome, type SshOutcome } from '../ssh/connect/outcome';
import { askInNotification, confirm, showProgress } from '../vscode/messages';
import { openLocalTerminal } from '../vscode/localTerminal';
import { setRemotePlatform } from '../vscode/remotePlatform';
import { acceptHostKey } from './acceptHostKey';
import { askHowToStart } from './askHowToStart';
import { openRdp } from './openRdp';
import { warnOfHandedOver } from './warnOfHandedOver';
import { pickFolder } from './recentFolders';
import { openRemoteWindow, remoteExtension } from './remoteWindow';
import type { Services } from './services';
import { allowing, target } from './targets';
import { waitForLogin } from './waitForLogin';

/** What to open on the instance. */
type Destination = 'thisWindow' | 'newWindow' | 'terminal';

/** Connects to an instance in this window, in a new one or in a terminal. */
export async function connect(
  services: Services,
  args: readonly unknown[],
  destination: Destination,
): Promise<void> {
  const row = await connectable(services, args);
  const [, options] = args;
  const folder = typeof options === 'object' && options !== null && 'folder' in options ? options.folder : '';
  const given = typeof folder === 'string' && folder !== '' ? folder : undefined;
  await connectOnce(services, row.instance.id, destination, given);
}

/** Opens a folder that the person picks on an instance, in a new window. */
export async function openRecentFolder(services: Services, args: readonly unknown[]): Promise<void> {
  const row = await connectable(services, args);
  await connectOnce(services, row.instance.id, 'newWindow', await pickFolder(services, row));
}

async function connectable(services: Services, args: readonly unknown[]): Promise<InstanceRow> {
  const placeholder = vscode.l10n.t('Select an instance to connect to');
  const { row } = await target(services, args, allowing(services, 'connect'), placeholder);
  return row;
}

const connecting = new Map<string, Promise<void>>();

/** A second click while the first one is still working joins it. */
async function connectOnce(
  services: Services,
  id: string,
  destination: Destination,
  folder?: string,
): Promise<void> {
  const key = JSON.stringify([id, destination, folder]);
  const running = connecting.get(key);
  if (running) return running;
  const work = connectTo(services, id, destination, folder).finally(() => connecting.delete(key));
  connecting.set(key, work);
  return work;
}

/** Starts the instance if it is stopped, waits for its address, writes its SSH entry, waits for SSH, and opens it. */
async function connectTo(
  services: Services,
  id: string,
  destination: Destination,
  folder?: string,
): Promise<void> {
  const first = services.store.row(id);
  if (!first) throw new vscode.CancellationError();
  const wantsWindow = destination !== 'terminal' && !isWindowsImage(first.instance.image);
  if (wantsWindow) {
    await remoteExtension(services, async () =>
      vscode.commands.executeCommand('tensordock.openTerminal', id),
    );
  }
  const name = plainText(first.instance.name, 60);
  const start = isStopped(first.state);
  const chosen = await askHowToStart(first, vscode.l10n.t('Start and Connect'));
  if (start && !chosen && !(await agreedToStart(name))) throw new vscode.CancellationError();
  const ready = await showProgress(
    { title: vscode.l10n.t('Connecting to “{0}”', name) },
    async (report, signal) => waitForLogin(services, { id, name, start }, report, signal),
  );
  if (ready.entry === undefined) {
    await openRdp(services, ready.row);
    return;
  }
  const { row, entry, outcome, config } = ready;
  if (outcome.kind !== 'ok' && outcome.kind !== 'locked-key') {
    const answer = await askHowToContinue(services, row, outcome);
    if (answer === 'again') return connectTo(services, id, destination, folder);
    if (answer === 'cancel') throw new vscode.CancellationError();
  }
  const { ssh, alias } = entry.target;
  if (!wantsWindow || (!entry.included && !(await openNotIncluded(name)))) {
    const { args, environment } = terminalSsh(entry.target, config);
    openLocalTerminal(name, ssh, args, environment);
    return;
  }
  if (config) await warnOfHandedOver(services, handedOver(config, process.env));
  await setRemotePlatform(alias, isWindowsImage(row.instance.image) ? 'windows' : 'linux', services.log);
  await openRemoteWindow(services, {
    id,
    alias,
    folder: folder ?? services.settings.defaultFolder,
    reuse: destination === 'thisWindow',
  });
}

/** Outcomes after which a window would reach the wrong server, or none. */
const pointless: ReadonlySet<SshOutcome['kind']> = new Set([
  'host-key-changed',
  'host-key-not-recorded',
  'overridden',
  'no-ssh',
]);

/** Reports why the connection failed, and asks what to do. */
async function askHowToContinue(
  services: Services,
  { instance }: InstanceRow,
  outcome: SshOutcome,
): Promise<'open' | 'again' | 'cancel'> {
  const { message, nextStep } = describeOutcome(outcome, plainText(instance.name, 60));
  const accept = vscode.l10n.t('Accept the New Key');
  const options = vscode.l10n.t('Select Key');
  const again = vscode.l10n.t('Try Again');
  const anyway = vscode.l10n.t('Open Anyway');
  const log = vscode.l10n.t('Show Log');
  services.log.warn(`connect: ${message}`);
  const buttons = [
    ...(outcome.kind === 'host-key-changed'
      ? [accept]
      : outcome.kind === 'key-refused'
        ? [options]
        : [again]),
    ...(pointless.has(outcome.kind) ? [] : [anyway]),
    log,
  ];
  const answer = await askInNotification('warning', `${message} ${nextStep}`, ...buttons);
  if (answer === log) services.log.show();
  if (answer === accept) await acceptHostKey(services, [instance.id]);
  if (answer === options) await vscode.commands.executeCommand('tensordock.setSshOptions', instance.id);
  if (answer === accept || answer === options || answer === again) return 'again';
  return answer === anyway ? 'open' : 'cancel';
}

/** If the person's SSH configuration doesn't include ours: false for a terminal, true for a window anyway. */
async function openNotIncluded(name: string): Promise<boolean> {
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
