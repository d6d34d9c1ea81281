import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import type { InstanceStore } from '../../instances/store';
import { waitForBanner } from '../../ssh/connect/banner';
import { sshEndpoint } from '../../ssh/endpoint';

/** How long a new instance may take until it answers over SSH, in milliseconds (fact sheet, section 4, number 2). */
const readyMs = 20 * 60_000;

/** Resolves when the instance answers over SSH; rejects when it doesn't within the usual time, or on abort. */
export async function waitForSsh(
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
    throw new Error(vscode.l10n.t('It is running, but SSH doesn’t answer yet ({0}).', banner.kind));
  }
}
