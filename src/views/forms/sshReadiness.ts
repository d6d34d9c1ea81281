import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { formatDuration } from '../../base/duration';
import type { InstanceStore } from '../../instances/store';
import { waitForBanner } from '../../ssh/connect/banner';
import type { Logger } from '../../base/logger';
import { sshEndpoint } from '../../ssh/endpoint';
import { errorText, showInformation } from '../../vscode/messages';

/** How long a new instance can take to answer over SSH, in milliseconds (fact sheet, section 4, number 2). */
const readyMs = 20 * 60_000;

interface ReadinessParts {
  readonly store: InstanceStore;
  readonly clock: Clock;
}

/**
 * Reports when a new instance answers over SSH, or why it doesn't. `report` returns whether the person can see the
 * report; otherwise a notification says when the instance is ready.
 */
export async function followReadiness(
  parts: ReadinessParts & { readonly log: Logger },
  { id, name, since }: { readonly id: string; readonly name: string; readonly since: number },
  report: (message: string, ready: boolean) => boolean,
): Promise<void> {
  const { clock, log } = parts;
  try {
    await waitForSsh(parts, id);
  } catch (error) {
    log.info(`Couldn’t tell whether ${id} answers over SSH: ${errorText(error)}`);
    report(errorText(error), false);
    return;
  }
  const took = formatDuration(clock.now() - since);
  if (report(vscode.l10n.t('Ready to connect (took {0}).', took), true)) return;
  showInformation(vscode.l10n.t('{0} is ready to connect (took {1}).', name, took), {
    title: vscode.l10n.t('Connect'),
    run: () => vscode.commands.executeCommand('tensordock.connect', id),
  });
}

/** Resolves when the instance answers over SSH. Rejects if it doesn't within 20 minutes. */
async function waitForSsh(parts: ReadinessParts, id: string): Promise<void> {
  const deadline = new AbortController();
  const timer = parts.clock.after(readyMs, () => deadline.abort());
  try {
    await reachSsh(parts, id, deadline.signal);
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    const message = vscode.l10n.t('SSH didn’t answer within {0} minutes.', readyMs / 60_000);
    throw new Error(message, { cause: error });
  } finally {
    timer.dispose();
  }
}

async function reachSsh({ store, clock }: ReadinessParts, id: string, signal: AbortSignal): Promise<void> {
  const row = await store.waitFor(
    id,
    (candidate) => {
      if (!candidate) return true;
      return !(
        'none' in sshEndpoint(candidate.instance, { complete: candidate.instance.portForwards !== undefined })
      );
    },
    signal,
  );
  if (!row) throw new Error(vscode.l10n.t('TensorDock no longer has this instance.'));
  const endpoint = sshEndpoint(row.instance, { complete: true });
  if ('none' in endpoint) return;
  const banner = await waitForBanner({ ...endpoint, clock, signal, limitMs: readyMs });
  if (banner.kind !== 'ready') {
    throw new Error(vscode.l10n.t('The instance is running, but SSH doesn’t answer yet ({0}).', banner.kind));
  }
}
