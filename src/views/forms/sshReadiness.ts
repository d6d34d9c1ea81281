import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import type { InstanceStore } from '../../instances/store';
import { waitForBanner } from '../../ssh/connect/banner';
import { sshEndpoint } from '../../ssh/endpoint';

/** How long a new instance can take to answer over SSH, in milliseconds (fact sheet, section 4, number 2). */
const readyMs = 20 * 60_000;

/** Resolves when the instance answers over SSH. Rejects if it doesn't within 20 minutes, or on abort. */
export async function waitForSsh(
  { store, clock }: { readonly store: InstanceStore; readonly clock: Clock },
  id: string,
  aborted: AbortSignal,
): Promise<void> {
  const deadline = new AbortController();
  const timer = clock.after(readyMs, () => deadline.abort());
  const signal = AbortSignal.any([aborted, deadline.signal]);
  try {
    await reachSsh({ store, clock }, id, signal);
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    throw new Error(vscode.l10n.t('SSH didn’t answer within {0} minutes.', readyMs / 60_000), {
      cause: error,
    });
  } finally {
    timer.dispose();
  }
}

async function reachSsh(
  { store, clock }: { readonly store: InstanceStore; readonly clock: Clock },
  id: string,
  signal: AbortSignal,
): Promise<void> {
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
