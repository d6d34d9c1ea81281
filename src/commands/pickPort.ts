import * as vscode from 'vscode';
import type { PortForward } from '../api/types';
import type { InstanceRow } from '../instances/store';
import { isUsablePort } from '../ssh/endpoint';
import { isBrowsable, portText } from '../views/ports';
import { askText, pick } from '../vscode/prompts';
import { DeadEnd } from './deadEnd';
import { isNode } from './targets';

/** The port that a command was called with: a port's row, or an ID and a number. @throws Error if it isn't a port. */
export function givenPort(args: readonly unknown[]): PortForward | undefined {
  const [node, port] = args;
  const given =
    isNode(node) && node.kind === 'port'
      ? node.forward
      : typeof port === 'number'
        ? { internalPort: port, externalPort: port }
        : undefined;
  // A command link can hold anything under these names.
  if (given && !(isUsablePort(given.internalPort) && isUsablePort(given.externalPort))) {
    throw new Error(notAPort());
  }
  return given;
}

/** Lets the person pick one of the instance's port forwards, or type a port if it has none. */
export async function pickForward({ instance }: InstanceRow): Promise<PortForward> {
  const forwards = instance.portForwards ?? [];
  if (forwards.length === 0) {
    const port = await askForPort();
    return { internalPort: port, externalPort: port };
  }
  const items = forwards
    .filter(({ internalPort }) => isBrowsable(internalPort))
    .map((forward) => ({
      label: portText(forward.internalPort),
      description: vscode.l10n.t('public port {0}', forward.externalPort),
      forward,
    }));
  if (items.length === 0) {
    throw new DeadEnd(
      vscode.l10n.t(
        'The instance has no port forward that a browser can open. A tunnel reaches its other ports.',
      ),
      'tensordock.openTunnel',
    );
  }
  const picked = await pick(items, { placeHolder: vscode.l10n.t('Select a port') });
  if (!picked) throw new vscode.CancellationError();
  return picked.forward;
}

/** Asks for a port of an instance, 1 to 65535. */
export async function askForPort(): Promise<number> {
  const typed = await askText({
    prompt: vscode.l10n.t('The port on the instance (1 to 65535).'),
    placeHolder: '8888',
    validate: (value) => (isPort(value) ? undefined : notAPort()),
  });
  if (typed === undefined) throw new vscode.CancellationError();
  return Number(typed);
}

function notAPort(): string {
  return vscode.l10n.t('Enter a number from 1 to 65535.');
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && isUsablePort(Number(text));
}
