import * as vscode from 'vscode';
import { plainText } from '../base/text';
import { fetchHostKey } from '../ssh/connect/fetchHostKey';
import { describeOutcome } from '../ssh/connect/outcome';
import { installHostKey, recordedHostKeys, type HostKey } from '../ssh/keys/hostKeys';
import { isReachable } from '../views/ports';
import { confirm, showInformation, showProgress } from '../vscode/messages';
import { ensureSshEntry } from './ensureSshEntry';
import type { Services } from './services';
import { target } from './targets';

/**
 * Shows the key that an instance's server has now beside the one on record, and records exactly the shown key if the
 * person agrees. A key that the server changes to afterwards is refused like any other.
 * @throws Error if there is no key to show, and CancellationError if the person declined.
 */
export async function acceptHostKey(services: Services, args: readonly unknown[]): Promise<void> {
  const placeholder = vscode.l10n.t('Select the instance whose new host key you want to accept');
  const { row } = await target(services, args, isReachable, placeholder);
  const { instance } = row;
  const name = plainText(instance.name, 60);
  const { ssh, clock } = services;
  const entry = await ensureSshEntry(services, row);
  const fetched = await showProgress(
    { title: vscode.l10n.t('Getting the host key of “{0}”', name) },
    async (_report, signal) => fetchHostKey({ ...entry.target, signal }),
  );
  if (!fetched.ok) {
    const { message, nextStep } = describeOutcome(fetched.outcome, name);
    throw new Error(`${message} ${nextStep}`);
  }
  const { key } = fetched;
  const known = await recordedHostKeys(ssh.paths, instance.id);
  if (known.some(({ body }) => body === key.body)) {
    showInformation(vscode.l10n.t('The host key of “{0}” is the one on record: {1}', name, shown(key)));
    return;
  }
  const agreed = await confirm(
    vscode.l10n.t('Accept the new host key of “{0}”?', name),
    [
      vscode.l10n.t('New key: {0}', shown(key)),
      ...known.map((each) => vscode.l10n.t('Key on record: {0}', shown(each))),
      vscode.l10n.t(
        'Accept it only if you reinstalled the instance. Otherwise, someone may be intercepting the connection.',
      ),
    ].join('\n\n'),
    vscode.l10n.t('Accept This Key'),
  );
  if (!agreed) throw new vscode.CancellationError();
  await installHostKey(ssh.paths, instance.id, key, clock);
  showInformation(vscode.l10n.t('The new host key of “{0}” is on record.', name));
}

function shown({ type, fingerprint }: HostKey): string {
  return `${type} ${fingerprint}`;
}
