import { delay, type Clock } from '../../base/clock';
import * as l10n from '@vscode/l10n';
import { NoCapacityError, OutcomeUnknownError, RateLimitedError, TensorDockError } from '../../api/errors';
import { isStopped, isTransient } from '../state';
import type { ModifyRequest } from '../../api/types';
import type { InstanceRow, InstanceStore } from '../store';
import type { OperationRecord } from './journal';

/** What a kind of operation works with. Everything it does must be safe to do again after `at`. */
export interface Steps {
  readonly record: OperationRecord;
  readonly store: InstanceStore;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Notes how far it came, before the next thing is done. */
  at(step: string, change?: Partial<OperationRecord>): Promise<void>;
  /** The service took what was asked. */
  accepted(): void;
  /** Instances that other operations made, or may have. */
  madeByOthers(): ReadonlySet<string>;
  /** What a person reads while it goes on. */
  tell(message: string): void;
}

/** How long a machine may take to come up or go down before we stop watching it, in milliseconds. */
const patienceMs = 30 * 60_000;
/** How long between two attempts to get a GPU, in milliseconds. */
const availabilityMs = 60_000;

export async function start(steps: Steps): Promise<void> {
  if (isAt(steps, 'begin', 'asking-start')) await askForStart(steps);
  steps.accepted();
  await untilRunning(steps);
}

async function askForStart(steps: Steps): Promise<void> {
  const id = idOf(steps.record);
  steps.tell(l10n.t('Sending the start request…'));
  await once(steps, 'start', () =>
    steps.store.api.startInstance(id, { signal: steps.signal, flow: flowOf(steps) }),
  );
  await steps.store.accepted(id, 'start');
  await steps.at('starting');
}

export async function stop(steps: Steps): Promise<void> {
  const id = idOf(steps.record);
  if (isAt(steps, 'begin', 'asking-stop')) {
    steps.tell(l10n.t('Sending the stop request…'));
    await once(steps, 'stop', () =>
      steps.store.api.stopInstance(id, { signal: steps.signal, flow: flowOf(steps) }),
    );
    await steps.store.accepted(id, 'stop');
    await steps.at('stopping');
  }
  steps.accepted();
  await untilStopped(steps);
}

/** The service has no restart: stop, wait, start. */
export async function restart(steps: Steps): Promise<void> {
  if (isAt(steps, 'begin', 'asking-stop', 'stopping')) await stop(steps);
  if (!isAt(steps, 'starting')) await startAgain(steps);
  steps.accepted();
  await untilRunning(steps);
}

export async function remove(steps: Steps): Promise<void> {
  const id = idOf(steps.record);
  if (isAt(steps, 'begin', 'asking-delete')) {
    steps.tell(l10n.t('Sending the delete request…'));
    const result = await once(steps, 'delete', () =>
      steps.store.api.deleteInstance(id, { signal: steps.signal, flow: flowOf(steps) }),
    );
    if (result?.alreadyGone) await steps.store.deleted(id);
    else await steps.store.accepted(id, 'delete');
    await steps.at('deleting');
  }
  steps.accepted();
  steps.tell(l10n.t('Waiting for TensorDock to remove it from the list…'));
  const row = await patiently(
    steps,
    (candidate) => steps.store.isGone(id) || (candidate !== undefined && candidate.pending !== 'delete'),
  );
  if (row) {
    throw new OutcomeUnknownError(
      l10n.t(
        '“{0}” is still there, and may be billed. Delete it again, or check the dashboard.',
        row.instance.name,
      ),
    );
  }
}

/** Only a stopped instance can be changed: where it runs, it is stopped before and started after. */
export async function modify(steps: Steps): Promise<void> {
  const { modify: request, startAfter } = steps.record;
  if (!request) return;
  const runs = !isStopped(steps.store.row(idOf(steps.record))?.state ?? 'stopped');
  if (isAt(steps, 'asking-stop', 'stopping') || (isAt(steps, 'begin') && runs)) await stop(steps);
  if (isAt(steps, 'begin', 'stopping', 'changing')) await change(steps, request);
  if (isAt(steps, 'modified')) {
    // It may be on its way still, while the list shows it as stopped.
    await steps.store.refreshOne(idOf(steps.record));
    await untilStopped(steps);
  }
  if (startAfter) {
    if (!isAt(steps, 'starting')) await startAgain(steps);
    steps.accepted();
    await untilRunning(steps);
  }
}

/** The same values again do no harm, but where they are there already they are not sent again. */
async function change(steps: Steps, request: ModifyRequest): Promise<void> {
  const id = idOf(steps.record);
  const wasStopped = isAt(steps, 'stopping');
  const send = (): Promise<unknown> =>
    steps.store.api.modifyInstance(id, request, { signal: steps.signal, flow: flowOf(steps) });
  const isDone = async (): Promise<boolean> => fits(await steps.store.refreshOne(id), request);
  const again = isAt(steps, 'changing');
  if (!again) await steps.at('changing');
  steps.tell(l10n.t('Modifying its resources…'));
  try {
    if (!again || !(await isDone())) await send();
  } catch (error) {
    if (isUnclear(error, steps)) {
      if (!(await isDone())) await send();
    } else if (wasStopped && error instanceof TensorDockError) {
      throw retold(error, l10n.t('The instance was stopped, but couldn’t be modified: {0}', error.message));
    } else {
      throw error;
    }
  }
  await steps.store.accepted(id, 'modify');
  await steps.at('modified');
}

function fits(row: InstanceRow | undefined, { vcpuCount, ramGb, storageGb, gpu }: ModifyRequest): boolean {
  const resources = row?.instance.resources;
  return (
    resources?.vcpuCount === vcpuCount &&
    resources.ramGb === ramGb &&
    resources.storageGb === storageGb &&
    (!gpu || (resources.gpus ?? []).some(({ model, count }) => model === gpu.model && count === gpu.count))
  );
}

/** Asks again and again until a GPU is free. */
export async function startWhenAvailable(steps: Steps): Promise<void> {
  const id = idOf(steps.record);
  steps.accepted();
  for (let attempt = 1; !isAt(steps, 'starting'); attempt++) {
    try {
      await askForStart(steps);
    } catch (error) {
      if (steps.signal.aborted || !mayPass(error)) throw error;
      await steps.at('begin');
      const asked = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0;
      const wait = Math.max(availabilityMs, asked);
      steps.tell(
        error instanceof NoCapacityError
          ? l10n.t(
              'No GPU is available yet. Attempts: {0}. Retrying in {1} s.',
              attempt,
              Math.round(wait / 1000),
            )
          : l10n.t('{0} Retrying in {1} s.', error.message, Math.round(wait / 1000)),
      );
      await delay(steps.clock, wait, steps.signal);
      const row = await steps.store.refreshOne(id);
      if (row?.state === 'running' || row?.state === 'starting') {
        await steps.store.accepted(id, 'start');
        await steps.at('starting');
      }
    }
  }
  await untilRunning(steps);
}

async function startAgain(steps: Steps): Promise<void> {
  if (!isAt(steps, 'asking-start')) await steps.at('start');
  try {
    await askForStart(steps);
  } catch (error) {
    if (steps.signal.aborted || !(error instanceof TensorDockError)) throw error;
    throw retold(
      error,
      l10n.t('The instance was stopped, but couldn’t be started again: {0}', error.message),
    );
  }
}

/** The same error in words that say where it leaves the instance. */
function retold(error: TensorDockError, message: string): TensorDockError {
  const details = { status: error.status, serviceText: error.serviceText, cause: error };
  return error instanceof NoCapacityError
    ? new NoCapacityError(message, details)
    : new TensorDockError(error.code, message, details);
}

function isAt(steps: Steps, ...names: readonly string[]): boolean {
  return names.includes(steps.record.step);
}

/**
 * A call that asks for a state. It is noted before it is sent; where the answer is unclear, or a window that
 * is gone may have sent it, the instance is looked at, and only where it shows no sign of the call is it sent.
 */
async function once<T>(
  steps: Steps,
  wanted: 'start' | 'stop' | 'delete',
  call: () => Promise<T>,
): Promise<T | undefined> {
  if (!isAt(steps, `asking-${wanted}`)) {
    await steps.at(`asking-${wanted}`);
    try {
      return await call();
    } catch (error) {
      if (!isUnclear(error, steps)) throw error;
    }
  }
  steps.tell(l10n.t('TensorDock didn’t confirm the request. Checking the instance…'));
  const row = await steps.store.refreshOne(idOf(steps.record));
  const reached =
    wanted === 'delete'
      ? row === undefined || row.state === 'deleting'
      : wanted === 'start'
        ? row?.state === 'running' || row?.state === 'starting'
        : row !== undefined && (isStopped(row.state) || row.state === 'stopping');
  return reached ? undefined : await call();
}

/** The service may have done it; what was cancelled by a person is not looked after. */
function isUnclear(error: unknown, steps: Steps): boolean {
  return error instanceof OutcomeUnknownError && !steps.signal.aborted;
}

function mayPass(error: unknown): error is TensorDockError {
  return (
    error instanceof NoCapacityError ||
    error instanceof RateLimitedError ||
    (error instanceof TensorDockError &&
      (error.code === 'service-down' || error.code === 'unreadable-answer')) ||
    error instanceof OutcomeUnknownError
  );
}

export async function untilRunning(steps: Steps): Promise<void> {
  steps.tell(l10n.t('Waiting for the instance to start…'));
  const row = await patiently(
    steps,
    (candidate) =>
      candidate === undefined ||
      (candidate.pending === undefined && candidate.state !== 'starting' && candidate.state !== 'creating') ||
      (candidate.fresh === true && candidate.state === 'running'),
  );
  if (row?.state === 'running') return;
  throw new Error(
    row
      ? l10n.t(
          'The instance didn’t start. Its state is {0}, and its GPU may not be available. Try again later.',
          row.instance.statusText,
        )
      : l10n.t('The instance didn’t start. TensorDock no longer has it.'),
  );
}

async function untilStopped(steps: Steps): Promise<void> {
  steps.tell(l10n.t('Waiting for the instance to stop…'));
  const row = await patiently(
    steps,
    (candidate) =>
      candidate === undefined ||
      (candidate.fresh === true && isStopped(candidate.instance.state)) ||
      (candidate.fresh === true && candidate.pending === undefined && !isTransient(candidate.state)),
  );
  if (row && isStopped(row.instance.state)) return;
  throw new Error(
    row
      ? l10n.t(
          'The instance didn’t stop. Its state is {0}, and it may still be billed.',
          row.instance.statusText,
        )
      : l10n.t('TensorDock no longer has this instance.'),
  );
}

async function patiently(
  steps: Steps,
  test: (row: InstanceRow | undefined) => boolean,
): Promise<InstanceRow | undefined> {
  const limit = new AbortController();
  const timer = steps.clock.after(patienceMs, () =>
    limit.abort(
      new Error(
        l10n.t(
          'This is taking longer than {0} minutes and may still finish. Check the list.',
          patienceMs / 60_000,
        ),
      ),
    ),
  );
  try {
    return await steps.store.waitFor(idOf(steps.record), test, AbortSignal.any([steps.signal, limit.signal]));
  } finally {
    timer.dispose();
  }
}

function idOf(record: OperationRecord): string {
  if (record.instanceId === undefined) throw new Error(`Operation ${record.id} has no instance.`);
  return record.instanceId;
}

/** Ties the requests of one operation together in the log. */
export function flowOf(steps: Steps): string {
  return steps.record.id.slice(0, 8);
}
