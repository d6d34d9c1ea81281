import type * as vscode from 'vscode';

/** Our version, as the manifest has it. */
export function manifestVersion(context: vscode.ExtensionContext): string | undefined {
  const manifest: unknown = context.extension.packageJSON;
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' ? version : undefined;
}
