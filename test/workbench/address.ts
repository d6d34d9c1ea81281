import type { WorkbenchServer } from './server';

/** What a page of the workbench is to load and open. */
export interface PageOptions {
  /** The folder of an extension to load as under development: one alone, since of several only the last is taken. */
  readonly extension?: string;
  /** A bundled test suite to run and then end. */
  readonly tests?: string;
  /** A folder to open, as an absolute path. */
  readonly folder?: string;
}

/** The address of a page of a server; extensions and tests count only in a server of mode `development`. */
export function workbenchAddress(
  { authority, connectionToken }: Pick<WorkbenchServer, 'authority' | 'connectionToken'>,
  options: PageOptions = {},
): string {
  const remote = (file: string): string => `vscode-remote://${authority}${file}`;
  const payload: [string, string][] = [['skipWelcome', 'true']];
  if (options.extension !== undefined) payload.push(['extensionDevelopmentPath', remote(options.extension)]);
  if (options.tests !== undefined) payload.push(['extensionTestsPath', remote(options.tests)]);
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  if (connectionToken !== undefined) query.set('tkn', connectionToken);
  if (options.folder === undefined) query.set('ew', 'true');
  else query.set('folder', options.folder);
  return `http://${authority}/?${query.toString()}`;
}
