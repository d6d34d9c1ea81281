import { plainText } from '../base/text';
import * as vscode from 'vscode';
import { removeSshEntries } from '../ssh/config/cleanUp';
import { SshFileError } from '../ssh/config/fileErrors';
import { forgetHostKeys, recordedHostKeys } from '../ssh/keys/hostKeys';
import type { IncludePlan } from '../ssh/config/personConfig';
import { confirm, showInformation, showWarning } from '../vscode/messages';
import type { Commands, Services } from './services';
import { target } from './targets';

export function sshConfigCommands(
  services: Services,
): Commands<'tensordock.acceptHostKey' | 'tensordock.removeSshEntries'> {
  return {
    'tensordock.acceptHostKey': async (...args) => {
      if (!(await acceptHostKey(services, args))) throw new vscode.CancellationError();
      showInformation(vscode.l10n.t('The next connection records the key that the machine shows then.'));
    },
    'tensordock.removeSshEntries': async () => removeAll(services),
  };
}

/**
 * Makes sure that `ssh` reads our hosts, after asking. A file that can't be edited is left alone: the terminal
 * still works, and the line to add by hand is shown.
 * @throws CancellationError where the person declined.
 */
export async function agreedToInclude(services: Services): Promise<void> {
  let plan: IncludePlan;
  try {
    plan = await services.ssh.person.plan();
  } catch (error) {
    if (!(error instanceof SshFileError)) throw error;
    warnOnce(
      services,
      vscode.l10n.t(
        '{0} You can still use a terminal. To use Remote-SSH, add this line to the top of your SSH configuration: {1}',
        error.message,
        services.ssh.paths.includeLine,
      ),
    );
    return;
  }
  for (let attempt = 0; plan.kind !== 'none' && attempt < 3; attempt++) {
    if (!(await confirm(...question(plan)))) throw new vscode.CancellationError();
    try {
      if ((await services.ssh.person.apply(plan)) === 'done') return;
    } catch (error) {
      if (!(error instanceof SshFileError)) throw error;
      warnOnce(services, error.message);
      return;
    }
    plan = await services.ssh.person.plan();
  }
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

const warned = new Set<string>();

function warnOnce(services: Services, text: string): void {
  services.log.warn(text);
  if (warned.has(text)) return;
  warned.add(text);
  showWarning(text);
}

/** Forgets the host key that is on file, after asking; false where the person said no. */
export async function acceptHostKey(services: Services, args: readonly unknown[]): Promise<boolean> {
  const { row } = await target(
    services,
    args,
    () => true,
    vscode.l10n.t('Select the instance whose new host key you want to accept'),
  );
  const { instance } = row;
  const known = await recordedHostKeys(services.ssh.paths, instance.id);
  const agreed = await confirm(
    vscode.l10n.t('Accept a new host key of “{0}”?', plainText(instance.name, 60)),
    [
      vscode.l10n.t(
        'Do this if the machine was installed anew. If it was not, somebody may be between you and it.',
      ),
      ...known.map((key) => vscode.l10n.t('Known until now: {0} {1}', key.type, key.fingerprint)),
    ].join('\n\n'),
    vscode.l10n.t('Forget the Known Key'),
  );
  if (agreed) await forgetHostKeys(services.ssh.paths, instance.id);
  return agreed;
}

async function removeAll(services: Services): Promise<void> {
  const { personConfig, folder } = services.ssh.paths;
  const agreed = await confirm(
    vscode.l10n.t('Remove everything this extension added to your SSH configuration?'),
    vscode.l10n.t(
      'This removes the line in {0} and the hosts and host keys in {1}. Keys created here are kept. Instances aren’t affected.',
      personConfig,
      folder,
    ),
    vscode.l10n.t('Remove'),
  );
  if (!agreed) throw new vscode.CancellationError();
  const gone = await removeSshEntries(services.ssh.person, services.ssh.hosts);
  showInformation(
    gone
      ? vscode.l10n.t('Your SSH configuration is back to what it was.')
      : vscode.l10n.t(
          'Your SSH configuration is back to what it was. {0} was kept because it contains keys or other files.',
          folder,
        ),
  );
}
