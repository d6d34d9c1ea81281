import * as vscode from 'vscode';
import { isWindowsImage } from '../api/images';
import { rdpPort } from '../api/ports';
import { isStopped } from '../instances/state';
import type { InstanceRow } from '../instances/store';
import type { EffectiveConfig } from '../ssh/config/effectiveConfig';
import { describeOutcome, type SshOutcome } from '../ssh/connect/outcome';
import { waitUntilReady } from '../ssh/connect/readiness';
import { rdpEndpoint, sshEndpoint } from '../ssh/endpoint';
import { errorText, isCancelled, ReportedError } from '../vscode/messages';
import { ensureSshEntry, type SshEntry } from './ensureSshEntry';
import type { Services } from './services';
import { withLimit } from './withLimit';

/** A location without the GPU lets a start wait; the operation itself goes on after this. Milliseconds. */
const startLimitMs = 15 * 60_000;
const addressLimitMs = 10 * 60_000;
const readyLimitMs = 5 * 60_000;

/** How far an instance came. */
export type Ready =
  | {
      readonly row: InstanceRow;
      readonly entry: SshEntry;
      readonly outcome: SshOutcome;
      /** Missing if `ssh` refused the configuration. */
      readonly config?: EffectiveConfig;
    }
  /** Only Remote Desktop reaches it. */
  | { readonly row: InstanceRow; readonly entry?: undefined };

/**
 * Starts the instance if `start`, waits for its address, writes its SSH entry, and waits until it accepts the login or
 * it's clear that it won't. `report` is called with each step.
 * @throws Error if it doesn't get that far, and CancellationError if the person declined.
 */
export async function waitForLogin(
  services: Services,
  { id, name, start }: { readonly id: string; readonly name: string; readonly start: boolean },
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<Ready> {
  if (start) {
    report(vscode.l10n.t('Starting…'));
    const message = vscode.l10n.t('“{0}” is still starting. Connect again when it is running.', name);
    await withLimit(services, { limitMs: startLimitMs, message, signal }, async () =>
      startFirst(services, id),
    );
  }
  report(vscode.l10n.t('Waiting for an address…'));
  const message = vscode.l10n.t('“{0}” has no address yet. Try again in a few minutes.', name);
  const row = await withLimit(services, { limitMs: addressLimitMs, message, signal }, async (limited) =>
    waitForAddress(services, id, name, limited),
  );
  if (isWindowsImage(row.instance.image) || onlyRdp(row)) return { row };
  const entry = await ensureSshEntry(services, row);
  const late = vscode.l10n.t('“{0}” didn’t accept an SSH connection in time.', name);
  // The wait has a limit of its own, which leaves the last outcome to report.
  let config: EffectiveConfig | undefined;
  const outcome = await withLimit(
    services,
    { limitMs: readyLimitMs + 120_000, message: late, signal },
    async (limited) =>
      waitUntilReady({
        ...entry.target,
        clock: services.clock,
        logger: services.log,
        signal: limited,
        endpoint: entry.endpoint,
        startedAt: row.runningSince,
        limitMs: readyLimitMs,
        onConfig: (read) => (config = read),
        onProgress: (phase, last) =>
          report(
            last
              ? describeOutcome(last, name).message
              : phase === 'login'
                ? vscode.l10n.t('Signing in over SSH…')
                : vscode.l10n.t('Waiting for SSH…'),
          ),
      }),
  );
  return { row, entry, outcome, config };
}

/** Starts the instance and waits until it's running. @throws ReportedError if the start was accepted and then failed. */
async function startFirst({ operations }: Services, id: string): Promise<void> {
  const operation = await operations.begin('start', id);
  // A start that wasn't accepted is reported by the command alone.
  await operation.accepted;
  try {
    await operation.done;
  } catch (error) {
    throw isCancelled(error) ? error : new ReportedError(errorText(error), { cause: error });
  }
}

/** Resolves once the service reports where the instance listens, or that it doesn't. */
async function waitForAddress(
  services: Services,
  id: string,
  name: string,
  signal: AbortSignal,
): Promise<InstanceRow> {
  await services.store.refreshOne(id);
  const row = await services.store.waitFor(
    id,
    (candidate) => {
      if (!candidate || isStopped(candidate.state) || candidate.state === 'error') return true;
      const endpoint = sshEndpoint(candidate.instance, {
        complete: candidate.instance.portForwards !== undefined,
      });
      return !('none' in endpoint) || endpoint.none === 'no-forward';
    },
    signal,
  );
  if (!row) throw new Error(vscode.l10n.t('TensorDock no longer knows this instance.'));
  if (isStopped(row.state)) throw new Error(vscode.l10n.t('“{0}” stopped while connecting.', name));
  return row;
}

function onlyRdp({ instance }: InstanceRow): boolean {
  const endpoint = sshEndpoint(instance, { complete: true });
  const forwards = instance.portForwards ?? [];
  return (
    'none' in endpoint &&
    forwards.some(({ internalPort }) => internalPort === rdpPort) &&
    !('none' in rdpEndpoint(instance, { complete: true }))
  );
}
