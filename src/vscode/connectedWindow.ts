import * as vscode from 'vscode';
import { parseSshAuthority } from '../ssh/remote/remoteAuthority';
import type { SshSetup } from './sshSetup';

/** Where this window is: on this computer, at a host alias, or somewhere over SSH that cannot be told. */
export type WindowPlace =
  | { readonly kind: 'local' }
  | { readonly kind: 'alias'; readonly alias: string }
  | { readonly kind: 'unknown' };

/** `unknown`: somewhere over SSH, which may be one of ours. */
export type Connected =
  { readonly kind: 'no' } | { readonly kind: 'instance'; readonly id: string } | { readonly kind: 'unknown' };

/**
 * Which host this window is connected to. `env.remoteAuthority` is proposed API, so it is read from what is open
 * in the window: an empty remote window cannot be told, and counts as connected where stopping is at stake.
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

/** Files with changes that are not saved, wherever they are. */
export function unsavedFiles(): readonly vscode.TextDocument[] {
  return vscode.workspace.textDocuments.filter((document) => document.isDirty);
}

/** The instance this window is inside of, as far as its host alias tells. */
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
