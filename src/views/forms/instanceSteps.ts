import * as vscode from 'vscode';
import { plainText } from '../../base/text';
import type { Clock } from '../../base/clock';
import { isStopped } from '../../instances/state';
import type { InstanceRow } from '../../instances/store';
import type { AccountSession } from '../../instances/accountSession';
import { waitForBanner } from '../../ssh/connect/banner';
import {
  formatEndpoint,
  rdpEndpoint,
  type Endpoint,
  sshEndpoint,
  type EndpointResult,
} from '../../ssh/endpoint';
import type { CreateStep } from '../webview/shared/protocol';

/** How long a new instance can take to answer over SSH, in milliseconds (fact sheet, section 4, number 2). */
const readyMs = 20 * 60_000;

/** TensorDock no longer has the instance, or is deleting it: there is nothing to connect to. */
export class InstanceGoneError extends Error {}

/** What follows a new instance until it can be used. */
export interface InstanceSteps {
  readonly session: Pick<AccountSession, 'refreshOne' | 'waitFor'>;
  readonly clock: Clock;
  readonly id: string;
  /** Windows has no SSH to wait for. */
  readonly windows: boolean;
  /** Called when a step is done, with what came of it. */
  readonly reach: (step: CreateStep, detail?: string) => void;
  /** Called with what is waited for, in words. */
  readonly report: (message: string) => void;
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Follows a new instance: it runs, it has an address, it answers over SSH. Rejects with an `Error` for a person if it
 * fails, is gone, or doesn't answer within 20 minutes, and with `AccountLeftError` if the account is left.
 */
export async function followInstance(steps: InstanceSteps): Promise<void> {
  const { session, clock, id, windows, reach, report } = steps;
  const deadline = new AbortController();
  const timer = clock.after(readyMs, () => deadline.abort());
  const signal = steps.signal ? AbortSignal.any([deadline.signal, steps.signal]) : deadline.signal;
  let waitingFor = vscode.l10n.t('The instance didn’t start within {0} minutes.', readyMs / 60_000);
  try {
    report(vscode.l10n.t('The instance is starting.'));
    // After a reload there may be no row yet, which doesn't mean that there is no instance.
    await session.refreshOne(id);
    const running = await session.waitFor(
      id,
      (row) => !row || row.state === 'running' || failed(row),
      signal,
    );
    requireUsable(running);
    reach('booting');
    report(vscode.l10n.t('Waiting for the address.'));
    waitingFor = vscode.l10n.t('No address was assigned within {0} minutes.', readyMs / 60_000);
    const endpointOf = windows ? rdpEndpoint : sshEndpoint;
    const row = await session.waitFor(
      id,
      (each) => !each || failed(each) || hasEnd(each, endpointOf),
      signal,
    );
    const { instance } = requireUsable(row);
    const endpoint = endpointOf(instance, { complete: true });
    if ('none' in endpoint) throw new Error(noEndpoint(windows));
    reach('address', windows ? instance.ipAddress : formatEndpoint(endpoint));
    if (!windows) {
      report(vscode.l10n.t('Waiting for SSH to answer.'));
      waitingFor = vscode.l10n.t('SSH didn’t answer within {0} minutes.', readyMs / 60_000);
      await untilSshAnswers(steps, endpoint, signal);
      reach('ssh');
    }
    reach('ready');
  } catch (error) {
    throw deadline.signal.aborted ? new Error(waitingFor, { cause: error }) : error;
  } finally {
    timer.dispose();
  }
}

/** Rejects as soon as the instance is gone or has stopped, too. */
async function untilSshAnswers(steps: InstanceSteps, endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  const { session, clock, id } = steps;
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  try {
    const banner = await Promise.race([
      waitForBanner({ ...endpoint, clock, signal: either, limitMs: readyMs }),
      session.waitFor(id, (row) => !row || failed(row), either).then(requireUsable),
    ]);
    if ('kind' in banner && banner.kind !== 'ready') {
      throw new Error(
        vscode.l10n.t('The instance is running, but SSH doesn’t answer yet ({0}).', banner.kind),
      );
    }
  } finally {
    ended.abort();
  }
}

function failed({ state }: InstanceRow): boolean {
  return state === 'error' || state === 'deleting' || state === 'deleted' || isStopped(state);
}

function requireUsable(row: InstanceRow | undefined): InstanceRow {
  if (!row) throw new InstanceGoneError(vscode.l10n.t('TensorDock no longer has this instance.'));
  if (isStopped(row.state)) throw new Error(vscode.l10n.t('The instance stopped while it was starting.'));
  if (row.state === 'deleting' || row.state === 'deleted') {
    throw new InstanceGoneError(vscode.l10n.t('The instance is being deleted.'));
  }
  if (failed(row)) {
    throw new Error(
      vscode.l10n.t(
        'TensorDock reports that the instance failed ({0}).',
        plainText(row.instance.statusText, 60),
      ),
    );
  }
  return row;
}

/** Whether it's known where it listens, or that it never will. */
function hasEnd({ instance }: InstanceRow, endpointOf: typeof sshEndpoint): boolean {
  const endpoint: EndpointResult = endpointOf(instance, { complete: instance.portForwards !== undefined });
  return !('none' in endpoint) || endpoint.none === 'no-forward';
}

function noEndpoint(windows: boolean): string {
  return windows
    ? vscode.l10n.t('The instance has no public port for Remote Desktop.')
    : vscode.l10n.t('The instance has no public port for SSH.');
}
