import * as l10n from '@vscode/l10n';
import { OutcomeUnknownError } from '../../api/errors';
import { isStopped, isTransient } from '../state';
import type { InstanceRow } from '../rows';
import { idOf, type Steps } from './steps';

/** How long an instance may take to start, stop or go before the wait ends, in milliseconds. */
const patienceMs = 30 * 60_000;

/** Waits until a fresh answer shows that the instance is running. Throws if it settles in another state. */
export async function untilRunning(steps: Steps): Promise<void> {
  steps.report(l10n.t('Waiting for the instance to start…'));
  const row = await patiently(
    steps,
    (candidate) =>
      isGone(steps) ||
      (candidate !== undefined &&
        ((candidate.pending === undefined &&
          candidate.state !== 'starting' &&
          candidate.state !== 'creating') ||
          (candidate.fresh === true && candidate.state === 'running'))),
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

/** Waits until a fresh answer shows that the instance is stopped. Throws if it settles in another state. */
export async function untilStopped(steps: Steps): Promise<void> {
  steps.report(l10n.t('Waiting for the instance to stop…'));
  const row = await patiently(
    steps,
    (candidate) =>
      isGone(steps) ||
      (candidate?.fresh === true &&
        ((isStopped(candidate.instance.state) && isStopped(candidate.state)) ||
          (candidate.pending === undefined && !isTransient(candidate.state)))),
  );
  if (row && isStopped(row.instance.state) && isStopped(row.state)) return;
  throw new Error(
    row
      ? l10n.t(
          'The instance didn’t stop. Its state is {0}, and it may still be billed.',
          row.instance.statusText,
        )
      : l10n.t('TensorDock no longer has this instance.'),
  );
}

/** Waits until it is proved that the instance is gone. Throws if it is still there after the service's time for it. */
export async function untilGone(steps: Steps): Promise<void> {
  steps.report(l10n.t('Waiting for TensorDock to remove it from the list…'));
  const row = await patiently(
    steps,
    (candidate) => isGone(steps) || (candidate !== undefined && candidate.pending !== 'delete'),
  );
  if (!row || isGone(steps)) return;
  throw new OutcomeUnknownError(
    l10n.t(
      '“{0}” is still there, and may be billed. Delete it again, or check the dashboard.',
      row.instance.name,
    ),
  );
}

/** A row that is hidden after one 404 isn't proved gone yet. */
function isGone({ session, record }: Steps): boolean {
  return session.isGone(idOf(record));
}

async function patiently(
  steps: Steps,
  test: (row: InstanceRow | undefined) => boolean,
): Promise<InstanceRow | undefined> {
  const limit = new AbortController();
  const id = idOf(steps.record);
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
    return await steps.session.waitFor(id, test, AbortSignal.any([steps.signal, limit.signal]));
  } catch (error) {
    if (!limit.signal.aborted || steps.signal.aborted || !steps.session.isCurrent) throw error;
    // The computer may have slept through the wait, so that it ends before anything was seen.
    await steps.session.check(id);
    steps.signal.throwIfAborted();
    const row = steps.session.row(id);
    if (!test(row)) throw error;
    return row;
  } finally {
    timer.dispose();
  }
}
