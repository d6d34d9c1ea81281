import * as vscode from 'vscode';
import type { Instance } from '../../api/types';
import type { Disposable } from '../../base/disposable';
import type { InstanceStore } from '../../instances/store';

/** The account's last known instances, each in the state that the tree shows. */
export function currentInstances(store: InstanceStore): readonly Instance[] {
  return store.rows().map((row) => ({ ...row.instance, state: row.state }));
}

/** Fetches one instance with its details. Throws if the service doesn't have it. */
export async function fetchInstance(
  store: InstanceStore,
  id: string,
  signal: AbortSignal,
): Promise<Instance> {
  const row = await store.refreshOne(id);
  signal.throwIfAborted();
  if (!row) throw new Error(vscode.l10n.t('TensorDock no longer has this instance.'));
  // The row stays unchanged after a failed request, but the form needs the details or the reason.
  return row.instance.resources ? row.instance : store.api.getInstance(id, { signal });
}

/** Calls `listener` when someone signs in or switches to another account. */
export function onDidSignIn(store: InstanceStore, listener: () => void): Disposable {
  let before = store.status.accountId;
  return store.onDidChange(() => {
    const { accountId } = store.status;
    if (accountId !== undefined && accountId !== before) listener();
    before = accountId;
  });
}
