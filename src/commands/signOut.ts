import * as vscode from 'vscode';
import { NotSignedInError } from '../api/errors';
import { gpuName } from '../api/gpuName';
import { formatRepeat } from '../automation/repeat';
import { plainText } from '../base/text';
import { formatWhenInSentence } from '../base/when';
import { confirm, showInformation } from '../vscode/messages';
import type { CostParts } from './costParts';
import type { Services } from './services';

/** Removes the token of the account in use, after saying what won't happen while it's signed out. */
export async function signOut(services: Services, parts: CostParts): Promise<void> {
  const { origin } = services.settings;
  const { accountId } = services.store.status;
  const account = (await services.accounts.all(origin)).find(({ id }) => id === accountId);
  if (!account) throw new NotSignedInError();
  const paused = pausedBySigningOut(services, parts, account.id);
  if (paused.length > 0) {
    const agreed = await confirm(
      vscode.l10n.t('Sign out of TensorDock?'),
      [
        vscode.l10n.t('Running instances keep running and keep being billed. While you’re signed out:'),
        paused.map((line) => `• ${line}`).join('\n'),
      ].join('\n\n'),
      vscode.l10n.t('Sign Out'),
    );
    if (!agreed) throw new vscode.CancellationError();
  }
  await parts.timers.endAll(account.id);
  await services.accounts.remove(origin, account.id);
  const entries = await services.ssh.hosts.entries().catch(() => []);
  const own = entries.filter((entry) => entry.account === account.id);
  if (own.length === 0) {
    showInformation(vscode.l10n.t('Signed out. Running instances keep running and keep being billed.'));
    return;
  }
  showInformation(
    own.length === 1
      ? vscode.l10n.t(
          'Signed out. Running instances keep running and keep being billed. 1 SSH host stays in {0}.',
          services.ssh.paths.ownConfig,
        )
      : vscode.l10n.t(
          'Signed out. Running instances keep running and keep being billed. {0} SSH hosts stay in {1}.',
          own.length,
          services.ssh.paths.ownConfig,
        ),
    {
      title: vscode.l10n.t('Remove SSH Hosts'),
      run: async () => services.ssh.hosts.removeAccount(account.id),
    },
  );
}

/** One line for each thing that happens only while the account is signed in. */
function pausedBySigningOut(
  { operations, clock }: Services,
  { schedules, watches }: CostParts,
  accountId: string,
): readonly string[] {
  const name = (text: string): string => plainText(text, 60);
  return [
    ...schedules
      .list(accountId)
      .map((schedule) =>
        vscode.l10n.t(
          '“{0}” won’t stop {1}.',
          name(schedule.name),
          schedule.repeat ? formatRepeat(schedule.repeat) : formatWhenInSentence(schedule.at, clock.now()),
        ),
      ),
    ...operations
      .pending()
      .map((record) =>
        record.kind === 'startWhenAvailable'
          ? vscode.l10n.t('“{0}” won’t start when a GPU is available.', name(record.name))
          : vscode.l10n.t('What you asked for on “{0}” may not finish.', name(record.name)),
      ),
    ...watches
      .list()
      .map((watch) => vscode.l10n.t('You won’t be notified when {0} is available.', gpuName(watch.model))),
  ];
}
