import * as vscode from 'vscode';
import * as v from 'valibot';
import { isWindowsImage } from '../api/images';
import { SshFileError } from '../ssh/config/fileErrors';
import { followInstance } from '../views/forms/instanceSteps';
import { requireRow } from './instances';
import { field, InvalidInputError, reading, untrusted, type ToolParts } from './tool';

/** How long one call waits, in seconds, if the agent doesn't say: clients give up after a minute. */
const usualWait = 45;

export const waitUntilReady = reading(
  v.strictObject({ instanceId: field.id, timeoutSeconds: v.optional(field.whole(1, 600)) }),
  async (parts, { instanceId, timeoutSeconds = usualWait }, signal) => {
    const { clock, store } = parts;
    const { session } = store;
    const { instance } = await requireRow(parts, instanceId);
    const timeout = new AbortController();
    const timer = clock.after(timeoutSeconds * 1_000, () => timeout.abort());
    const reached: string[] = [];
    let waitingFor = '';
    try {
      await followInstance({
        session,
        clock,
        id: instanceId,
        windows: isWindowsImage(instance.image),
        reach: (step) => reached.push(step),
        report: (message) => (waitingFor = message),
        signal: AbortSignal.any([signal, timeout.signal]),
      });
      return { instanceId, ready: true };
    } catch (error) {
      if (!timeout.signal.aborted || signal.aborted) throw error;
      return { instanceId, ready: false, reached, waitingFor: untrusted(waitingFor) };
    } finally {
      timer.dispose();
    }
  },
);

/** Writes no more than what the extension's own SSH file gets anyway; the person's own is only read. */
export const getSshAlias = reading(
  v.strictObject({ instanceId: field.id }),
  async (parts, { instanceId }) => {
    const { instance } = await requireRow(parts, instanceId);
    const { ssh, store } = parts;
    await ssh.choosePlace();
    const entry = await ssh.hosts.ensureEntry(store.session.accountId, instance, ssh.optionsFor(instance));
    if ('none' in entry) {
      throw new InvalidInputError(
        vscode.l10n.t('It can’t be reached over SSH yet. Start it, and wait until it’s ready.'),
      );
    }
    const included = await isIncluded(parts);
    const { alias } = entry;
    return {
      instanceId,
      alias,
      command: included ? ['ssh', alias] : ['ssh', '-F', ssh.paths.ownConfig, alias],
      remoteSshFindsIt: included,
      toOpenAWindow: `vscode://vscode-tensordock.tensordock/connect/${instanceId}`,
    };
  },
);

async function isIncluded({ ssh }: ToolParts): Promise<boolean> {
  try {
    return (await ssh.person.plan()).kind === 'none';
  } catch (error) {
    if (error instanceof SshFileError) return false;
    throw error;
  }
}
