import { plainText } from '../base/text';
import * as vscode from 'vscode';
import { removeSshEntries } from '../ssh/config/cleanUp';
import { SshFileError } from '../ssh/config/fileErrors';
import { forgetHostKeys, recordedHostKeys } from '../ssh/keys/hostKeys';
import type { IncludePlan } from '../ssh/config/personConfig';
import { confirm, showInformation } from '../vscode/messages';
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
 * Makes sure that `ssh` reads our hosts, after asking. A file that is not ours to write is left alone: the
 * terminal works all the same, and the line to add by hand is told. Throws where the person said no.
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
        '{0} A terminal works all the same; for a window over SSH your configuration must begin with this line: {1}',
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
          'At the top of {0}:\n\n{1}\n\nThe machines’ hosts go into that file of their own. Everything else in yours stays as it is; “TensorDock: Remove SSH Entries” takes the line out again.',
          plan.file,
          plan.line,
        ),
        vscode.l10n.t('Add Line'),
      ]
    : [
        vscode.l10n.t('Move our line to the top of your SSH configuration?'),
        vscode.l10n.t(
          'In {0} other directives stand above it and would win:\n\n{1}\n\nEverything else stays as it is.',
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
  void vscode.window.showWarningMessage(text);
}

/** Forgets the host key that is on file, after asking; false where the person said no. */
export async function acceptHostKey(services: Services, args: readonly unknown[]): Promise<boolean> {
  const { row } = await target(
    services,
    args,
    () => true,
    vscode.l10n.t('Whose new host key is to be accepted?'),
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
    vscode.l10n.t('Remove everything this extension put into your SSH configuration?'),
    vscode.l10n.t(
      'Our line in {0} and our hosts and host keys in {1} go. Keys that were made here stay. Machines are not touched.',
      personConfig,
      folder,
    ),
    vscode.l10n.t('Remove'),
  );
  if (!agreed) throw new vscode.CancellationError();
  const gone = await removeSshEntries(services.ssh.person, services.ssh.hosts);
  showInformation(
    gone
      ? vscode.l10n.t('Your SSH configuration is as it was before.')
      : vscode.l10n.t(
          'Your SSH configuration is as it was before. {0} stays, since there are keys or other files in it.',
          folder,
        ),
  );
}
