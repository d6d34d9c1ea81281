import * as vscode from 'vscode';
import { parseSshAuthority } from '../ssh/remote/remoteAuthority';
import type { SshSetup } from './sshSetup';

/** What this window is connected to: nothing, a host alias, or an unknown host over SSH. */
export type WindowPlace =
  | { readonly kind: 'local' }
  | { readonly kind: 'alias'; readonly alias: string }
  | { readonly kind: 'unknown' };

/** `unknown`: a host over SSH, which may be an instance. */
export type Connected =
  { readonly kind: 'no' } | { readonly kind: 'instance'; readonly id: string } | { readonly kind: 'unknown' };

/**
 * Which host this window is connected to. `env.remoteAuthority` is proposed API, so it's read from what is open in the
 * window. For an empty remote window it's unknown, which counts as connected before an instance is stopped.
 */
export function windowPlace(): WindowPlace {
  if (vscode.env.remoteName !== 'ssh-remote') return { kind: 'local' };
  const uris = [
    ...(vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri),
    ...(vscode.workspace.workspaceFile ? [vscode.workspace.workspaceFile] : []),
    ...vscode.workspace.textDocuments.map((document) => document.uri),
  ];
  for (const uri of uris) {
    const host = uri.scheme === 'vscode-remote' ? parseSshAuthority(uri.authority)?.host : undefined;
    if (host !== undefined) return { kind: 'alias', alias: host };
  }
  return { kind: 'unknown' };
}

/** Files with unsaved changes, on this computer or elsewhere. */
export function unsavedFiles(): readonly vscode.TextDocument[] {
  return vscode.workspace.textDocuments.filter((document) => document.isDirty);
}

/** The instance that this window is connected to, by its host alias. */
export async function connectedInstance(ssh: SshSetup, log: vscode.LogOutputChannel): Promise<Connected> {
  const place = windowPlace();
  if (place.kind === 'local') return { kind: 'no' };
  if (place.kind === 'unknown') return { kind: 'unknown' };
  try {
    const entry = (await ssh.hosts.entries()).find(({ alias }) => alias === place.alias);
    return entry ? { kind: 'instance', id: entry.id } : { kind: 'no' };
  } catch (error) {
    log.warn(`connected window: ${String(error)}`);
    return { kind: 'unknown' };
  }
}
