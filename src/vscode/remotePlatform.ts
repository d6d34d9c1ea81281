import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import { ownValue } from './ownValue';

const platformsSchema = v.record(v.string(), v.string());

/**
 * Tells Remote-SSH the operating system of a host, so that it doesn't ask. The setting exists only if a Remote-SSH
 * extension is installed; a failure is logged.
 */
export async function setRemotePlatform(
  alias: string,
  platform: 'linux' | 'windows',
  log: Pick<Logger, 'debug'>,
): Promise<void> {
  const section = vscode.workspace.getConfiguration('remote.SSH');
  const set = ownValue('remote.SSH', 'remotePlatform');
  const known = v.is(platformsSchema, set) ? set : {};
  if (known[alias] === platform) return;
  try {
    await section.update(
      'remotePlatform',
      { ...known, [alias]: platform },
      vscode.ConfigurationTarget.Global,
    );
  } catch (error) {
    log.debug(`remote.SSH.remotePlatform was not set: ${String(error)}`);
  }
}
