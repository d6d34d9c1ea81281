import { plainText } from '../base/text';
import * as vscode from 'vscode';
import type { PortForward } from '../api/types';
import { describeOutcome } from '../ssh/connect/outcome';
import type { InstanceRow } from '../instances/store';
import { showError, showInformation, showProgress } from '../vscode/messages';
import { askText, pick } from '../vscode/prompts';
import { agreedToInclude } from './sshConfig';
import type { Commands, Services } from './services';
import { isNode, target } from './targets';

/** Ports that don't speak HTTP. */
const notHttp = new Set([22, 3389]);

export function portCommands(
  services: Services,
): Commands<'tensordock.openPort' | 'tensordock.openTunnel' | 'tensordock.closeTunnel'> {
  return {
    'tensordock.openPort': async (...args) => openPort(services, args),
    'tensordock.openTunnel': async (...args) => openTunnel(services, args),
    'tensordock.closeTunnel': async (...args) => closeTunnel(services, args),
  };
}

async function openPort(services: Services, args: readonly unknown[]): Promise<void> {
  const { row } = await target(
    services,
    args,
    isReachable,
    vscode.l10n.t('Select an instance to open a port of'),
  );
  const forward = givenPort(args) ?? (await pickForward(row));
  const { ipAddress } = row.instance;
  if (ipAddress === undefined) throw new Error(vscode.l10n.t('The instance has no address yet.'));
  const host = ipAddress.includes(':') ? `[${ipAddress}]` : ipAddress;
  await vscode.env.openExternal(vscode.Uri.parse(`http://${host}:${forward.externalPort}`));
}

async function openTunnel(services: Services, args: readonly unknown[]): Promise<number> {
  const { row } = await target(
    services,
    args,
    isReachable,
    vscode.l10n.t('Select an instance to open a tunnel to'),
  );
  const { instance } = row;
  const name = plainText(instance.name, 60);
  const port = givenPort(args)?.internalPort ?? (await askForPort());
  const { accountId } = services.store.status;
  if (accountId === undefined) throw new Error(vscode.l10n.t('Not signed in to TensorDock. Sign in first.'));
  await agreedToInclude(services);
  const host = await services.ssh.hosts.ensureEntry(accountId, instance, services.ssh.optionsFor(instance));
  if ('none' in host) throw new Error(vscode.l10n.t('“{0}” can’t be reached over SSH right now.', name));
  const sshTarget = await services.ssh.target(host.alias);
  const localPort = await showProgress(
    { title: vscode.l10n.t('Opening a tunnel to port {0} of “{1}”', port, name) },
    async (_report, signal) => {
      return services.tunnels.start(
        instance.id,
        port,
        sshTarget,
        (state) => {
          if (state.kind !== 'failed') return;
          const { message, nextStep } = describeOutcome(state.outcome, name);
          showError(
            services.log,
            vscode.l10n.t('The tunnel to port {0} closed. {1} {2}', port, message, nextStep),
          );
        },
        signal,
      );
    },
  );
  const open = {
    title: vscode.l10n.t('Open in Browser'),
    run: () => vscode.env.openExternal(vscode.Uri.parse(`http://127.0.0.1:${localPort}`)),
  };
  showInformation(
    vscode.l10n.t(
      'Port {0} of “{1}” is available at localhost:{2} while this window is open.',
      port,
      name,
      localPort,
    ),
    ...(isBesidePerson(services) ? [open] : []),
  );
  return localPort;
}

async function closeTunnel(services: Services, args: readonly unknown[]): Promise<void> {
  const [node] = args;
  if (isNode(node) && node.kind === 'port') {
    services.tunnels.close(node.parent.id, node.forward.internalPort);
    return;
  }
  const items = services.tunnels.all().map((tunnel) => ({
    label: vscode.l10n.t('Port {0}', tunnel.port),
    description: plainText(services.store.row(tunnel.id)?.instance.name ?? tunnel.id, 60),
    detail: `localhost:${tunnel.localPort}`,
    tunnel,
  }));
  if (items.length === 0) throw new Error(vscode.l10n.t('This window has no open tunnels.'));
  const picked = await pick(items, { placeHolder: vscode.l10n.t('Select a tunnel to close') });
  if (!picked) throw new vscode.CancellationError();
  services.tunnels.close(picked.tunnel.id, picked.tunnel.port);
}

/** In a remote window VS Code would tunnel a localhost link a second time, so it isn't offered there. */
function isBesidePerson(services: Services): boolean {
  return (
    vscode.env.remoteName === undefined ||
    services.context.extension.extensionKind === vscode.ExtensionKind.Workspace
  );
}

function isReachable(row: InstanceRow): boolean {
  return row.instance.ipAddress !== undefined && row.state === 'running';
}

function givenPort(args: readonly unknown[]): PortForward | undefined {
  const [node, port] = args;
  if (isNode(node) && node.kind === 'port') return node.forward;
  return typeof port === 'number' ? { internalPort: port, externalPort: port } : undefined;
}

async function pickForward({ instance }: InstanceRow): Promise<PortForward> {
  const forwards = instance.portForwards ?? [];
  if (forwards.length === 0) {
    const port = await askForPort();
    return { internalPort: port, externalPort: port };
  }
  const items = forwards
    .filter(({ internalPort }) => !notHttp.has(internalPort))
    .map((forward) => ({
      label: vscode.l10n.t('Port {0}', forward.internalPort),
      description: vscode.l10n.t('public port {0}', forward.externalPort),
      forward,
    }));
  if (items.length === 0)
    throw new Error(vscode.l10n.t('The instance has no port forward that a browser can open.'));
  const picked = await pick(items, { placeHolder: vscode.l10n.t('Select a port') });
  if (!picked) throw new vscode.CancellationError();
  return picked.forward;
}

async function askForPort(): Promise<number> {
  const typed = await askText({
    prompt: vscode.l10n.t('The port on the instance (1 to 65535).'),
    placeHolder: '8888',
    validate: (value) => (isPort(value) ? undefined : vscode.l10n.t('Enter a number from 1 to 65535.')),
  });
  if (typed === undefined) throw new vscode.CancellationError();
  return Number(typed);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
