import * as vscode from 'vscode';
import { plainText } from '../base/text';
import type { InstanceRow } from '../instances/store';
import { shellKind } from '../base/shellQuote';
import { sshCommandLine } from '../ssh/connect/commandLine';
import { sshEndpoint } from '../ssh/endpoint';
import { isReachable } from '../views/ports';
import { copyText } from './copyText';
import { DeadEnd } from './deadEnd';
import type { Services } from './services';
import { target } from './targets';

/** Copies a command that works in any terminal without this extension, and resolves with it. */
export async function copySshCommand(services: Services, args: readonly unknown[]): Promise<string> {
  const placeholder = vscode.l10n.t('Select an instance to copy its SSH command');
  const { row } = await target(services, args, isReachable, placeholder);
  const command = sshCommand(services, row);
  await copyText(command);
  return command;
}

function sshCommand(services: Services, { instance }: InstanceRow): string {
  const endpoint = sshEndpoint(instance, { complete: true });
  if ('none' in endpoint) {
    throw new DeadEnd(
      vscode.l10n.t(
        '“{0}” can’t be reached over SSH right now. Connect to it instead, which waits until it can be.',
        plainText(instance.name),
      ),
      'tensordock.refresh',
    );
  }
  const { user, identityFile } = services.ssh.optionsFor(instance);
  return sshCommandLine({ ...endpoint, user, identityFile }, shellKind(vscode.env.shell));
}
