import * as vscode from 'vscode';
import type { Instance } from '../../api/types';
import type { Disposable } from '../../base/disposable';
import type { InstanceStore } from '../../instances/store';

/** The account's instances as last known, each in the state that the tree shows. */
export function currentInstances(store: InstanceStore): readonly Instance[] {
  return store.rows().map((row) => ({ ...row.instance, state: row.state }));
}

/** Asks the service for one instance with its details. Throws where it has none of that id. */
export async function fetchInstance(
  store: InstanceStore,
  id: string,
  signal: AbortSignal,
): Promise<Instance> {
  const row = await store.refreshOne(id);
  signal.throwIfAborted();
  if (!row) throw new Error(vscode.l10n.t('TensorDock no longer has this instance.'));
  // Where the request failed, the row stays as it was: the form needs the details, or the reason.
  return row.instance.resources ? row.instance : store.api.getInstance(id, { signal });
}

/** Calls `listener` when somebody signs in or switches to another account. */
export function onDidSignIn(store: InstanceStore, listener: () => void): Disposable {
  let before = store.status.accountId;
  return store.onDidChange(() => {
    const { accountId } = store.status;
    if (accountId !== undefined && accountId !== before) listener();
    before = accountId;
  });
}
