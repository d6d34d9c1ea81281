import * as vscode from 'vscode';

/**
 * The value that the person set for themselves, on this computer: never one of a workspace, a folder or a remote
 * host, which strangers may have written. Unchecked; `undefined` if nothing is set.
 *
 * VS Code protects a setting by its scope only where the extension that registers it is installed, so settings of
 * other extensions need this as well.
 */
export function ownValue(section: string, key: string): unknown {
  const found = vscode.workspace.getConfiguration(section).inspect<unknown>(key);
  if (!found) return undefined;
  // `globalValue` has the settings of the remote host merged in. The other two are not in `vscode.d.ts`.
  const { globalRemoteValue, globalLocalValue }: RemoteValues = found;
  return globalRemoteValue === undefined ? found.globalValue : globalLocalValue;
}

interface RemoteValues {
  readonly key: string;
  readonly globalRemoteValue?: unknown;
  readonly globalLocalValue?: unknown;
}

/** The value that the manifest of the extension gives the setting. */
export function defaultValue(section: string, key: string): unknown {
  return vscode.workspace.getConfiguration(section).inspect<unknown>(key)?.defaultValue;
}
