import * as vscode from 'vscode';
import { plainText } from '../base/text';
import type { InstanceRow } from '../instances/store';
import { SshFileError } from '../ssh/config/fileErrors';
import { hostKeyPath } from '../ssh/config/ownConfig';
import type { IncludePlan } from '../ssh/config/personConfig';
import type { SshTarget } from '../ssh/connect/sshExecutable';
import type { Endpoint } from '../ssh/endpoint';
import { confirm, showWarning } from '../vscode/messages';
import { signedInAccount, type Services } from './services';

/** How `ssh` reaches an instance. */
export interface SshEntry {
  readonly target: SshTarget;
  readonly endpoint: Endpoint;
  /** Whether the person's configuration includes our hosts, so that Remote-SSH finds them. */
  readonly included: boolean;
}

/**
 * Makes sure that `ssh <alias>` reaches an instance, after asking for the line in the person's configuration. The one
 * way from a row to an SSH connection.
 * @throws Error if the instance can't be reached over SSH, and CancellationError if the person declined.
 */
export async function ensureSshEntry(services: Services, { instance }: InstanceRow): Promise<SshEntry> {
  const account = signedInAccount(services);
  await services.ssh.choosePlace();
  const included = await includeOurHosts(services);
  const { ssh } = services;
  const entry = await ssh.hosts.ensureEntry(account, instance, ssh.optionsFor(instance));
  if ('none' in entry) {
    const name = plainText(instance.name, 60);
    throw new Error(
      entry.none === 'no-forward'
        ? vscode.l10n.t(
            '“{0}” has port forwards, but none for SSH (port 22). Its location may not support them. Use the ports listed below the instance.',
            name,
          )
        : vscode.l10n.t('“{0}” can’t be reached over SSH right now.', name),
    );
  }
  const target = await ssh.target(entry.alias, included);
  const knownHostsFile = hostKeyPath(ssh.paths, instance.id);
  return { target: { ...target, knownHostsFile }, endpoint: entry.endpoint, included };
}

/**
 * Makes sure that `ssh` reads our hosts, after asking; resolves with whether it does. A file that can't be edited is
 * left alone: a terminal still works, and a warning shows the line to add by hand.
 */
async function includeOurHosts(services: Services): Promise<boolean> {
  const { person, paths } = services.ssh;
  let plan: IncludePlan;
  try {
    plan = await person.plan();
    if (services.ssh.unwritable !== undefined && plan.kind !== 'none') {
      warnOfFolder(services, services.ssh.unwritable);
      return false;
    }
  } catch (error) {
    if (!(error instanceof SshFileError)) throw error;
    warnOnce(
      services,
      vscode.l10n.t(
        '{0} You can still use a terminal. To use Remote-SSH, add this line to the top of your SSH configuration: {1}',
        error.message,
        paths.includeLine,
      ),
    );
    return false;
  }
  for (let attempt = 0; plan.kind !== 'none' && attempt < 3; attempt++) {
    if (!(await confirm(...question(plan)))) throw new vscode.CancellationError();
    try {
      if ((await person.apply(plan)) === 'done') return true;
    } catch (error) {
      if (!(error instanceof SshFileError)) throw error;
      warnOnce(services, error.message);
      return false;
    }
    plan = await person.plan();
  }
  return plan.kind === 'none';
}

function question(plan: Exclude<IncludePlan, { kind: 'none' }>): [string, string, string] {
  return plan.kind === 'add'
    ? [
        vscode.l10n.t('Add one line to your SSH configuration?'),
        vscode.l10n.t(
          'At the top of {0}:\n\n{1}\n\nThe instances’ hosts are kept in that separate file. The rest of your configuration isn’t changed. “TensorDock: Remove SSH Entries” removes the line again.',
          plan.file,
          plan.line,
        ),
        vscode.l10n.t('Add Line'),
      ]
    : [
        vscode.l10n.t('Move the TensorDock line to the top of your SSH configuration?'),
        vscode.l10n.t(
          'In {0}, other directives come before it and take precedence:\n\n{1}\n\nNothing else is changed.',
          plan.file,
          plan.line,
        ),
        vscode.l10n.t('Move Line'),
      ];
}

function warnOfFolder(services: Services, unwritable: string): void {
  const { folder, includeLine } = services.ssh.paths;
  warnOnce(
    services,
    vscode.l10n.t(
      '{0} can’t be written, so the TensorDock hosts are kept in {1}. You can connect in a terminal. To use Remote-SSH, make the folder writable, or add this line to the top of your SSH configuration: {2}',
      unwritable,
      folder,
      includeLine,
    ),
  );
}

const warned = new Set<string>();

function warnOnce(services: Services, text: string): void {
  services.log.warn(text);
  if (warned.has(text)) return;
  warned.add(text);
  showWarning(text);
}
