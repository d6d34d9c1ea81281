import * as l10n from '@vscode/l10n';
import { NoCapacityError, OutcomeUnknownError, RateLimitedError, TensorDockError } from '../../api/errors';
import { delay } from '../../base/clock';
import { isStopped } from '../state';
import { callOptions, idOf, instanceIn, isAt, sendOnce, withMessage, type Seen, type Steps } from './steps';
import { untilRunning, untilStopped } from './waits';

/** The gap between two attempts to get a GPU at first, and the longest one, in milliseconds. */
const attemptGapMs = 60_000;
const longestGapMs = 5 * 60_000;
/** After how many attempts the gap begins to grow. */
const steadyAttempts = 15;
/** How long to wait for a GPU, in milliseconds. */
const waitForGpuMs = 24 * 3_600_000;

/** Starts an instance and waits until it runs. */
export async function start(steps: Steps): Promise<void> {
  if (isAt(steps, 'begin', 'asking-start')) await sendStart(steps);
  steps.accepted();
  await untilRunning(steps);
}

/** Stops an instance and waits until it is stopped. */
export async function stop(steps: Steps): Promise<void> {
  const id = idOf(steps.record);
  if (isAt(steps, 'begin', 'asking-stop')) {
    steps.report(l10n.t('Sending the stop request…'));
    await sendOnce(steps, {
      step: 'asking-stop',
      send: async () => {
        await steps.session.api.stopInstance(id, callOptions(steps));
        return true;
      },
      seen: (seen) => isIn(seen, 'stopped', 'stoppeddisassociated', 'stopping') || undefined,
    });
    await steps.session.accepted(id, 'stop');
    await steps.at('stopping');
  }
  steps.accepted();
  await untilStopped(steps);
}

/** Stops an instance, and starts it when it is stopped: the service has no restart. */
export async function restart(steps: Steps): Promise<void> {
  if (isAt(steps, 'begin', 'asking-stop', 'stopping')) await stop(steps);
  if (!isAt(steps, 'starting')) await startAgain(steps);
  steps.accepted();
  await untilRunning(steps);
}

/** Starts an instance that was stopped on the way. Errors say that it is stopped now. */
export async function startAgain(steps: Steps): Promise<void> {
  if (!isAt(steps, 'asking-start')) await steps.at('start');
  try {
    await sendStart(steps);
  } catch (error) {
    if (steps.signal.aborted || !(error instanceof TensorDockError)) throw error;
    throw withMessage(
      error,
      error instanceof OutcomeUnknownError
        ? l10n.t(
            'The instance was stopped, and TensorDock didn’t confirm the start request: {0}',
            error.message,
          )
        : l10n.t('The instance was stopped, but couldn’t be started again: {0}', error.message),
    );
  }
}

/** Tries to start an instance until its GPU is available, for up to 24 hours. */
export async function startWhenAvailable(steps: Steps): Promise<void> {
  const { record, clock, session } = steps;
  const id = idOf(record);
  const until = record.startedAt + waitForGpuMs;
  steps.accepted();
  for (let attempt = 1; !isAt(steps, 'starting'); attempt++) {
    try {
      await sendStart(steps);
    } catch (error) {
      if (steps.signal.aborted || !mayPass(error)) throw error;
      const wait = gapAfter(steps, attempt, error);
      // A clock that was set back must not make the wait longer.
      const left = Math.min(until - clock.now(), waitForGpuMs);
      if (wait >= left) {
        throw withMessage(error, l10n.t('No longer waiting for a GPU: {0}', error.message));
      }
      await steps.at('begin');
      const seconds = Math.round(wait / 1000);
      steps.report(
        error instanceof NoCapacityError
          ? l10n.t('No GPU is available yet. Attempts: {0}. Retrying in {1} s.', attempt, seconds)
          : l10n.t('{0} Retrying in {1} s.', error.message, seconds),
      );
      await delay(clock, wait, steps.signal);
      const checked = await session.check(id);
      if (checked.kind === 'found' && isIn(checked, 'running', 'starting')) {
        await session.accepted(id, 'start');
        await steps.at('starting');
      }
    }
  }
  await untilRunning(steps);
}

async function sendStart(steps: Steps): Promise<void> {
  const id = idOf(steps.record);
  steps.report(l10n.t('Sending the start request…'));
  await sendOnce(steps, {
    step: 'asking-start',
    send: async () => {
      await steps.session.api.startInstance(id, callOptions(steps));
      return true;
    },
    seen: (seen) => isIn(seen, 'running', 'starting') || undefined,
  });
  await steps.session.accepted(id, 'start');
  await steps.at('starting');
}

function isIn(seen: Seen, ...states: readonly string[]): boolean {
  const state = instanceIn(seen)?.state;
  return state !== undefined && states.includes(state);
}

function gapAfter({ random }: Steps, attempt: number, error: TensorDockError): number {
  const asked = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0;
  const extra = Math.max(0, attempt - steadyAttempts);
  const gap = Math.min(attemptGapMs * 1.2 ** extra, longestGapMs);
  return Math.max(extra === 0 ? gap : gap * (0.8 + 0.4 * random()), asked);
}

/** A failure that may pass by itself. */
function mayPass(error: unknown): error is TensorDockError {
  return (
    error instanceof NoCapacityError ||
    error instanceof RateLimitedError ||
    error instanceof OutcomeUnknownError ||
    (error instanceof TensorDockError &&
      (error.code === 'service-down' || error.code === 'unreadable-answer'))
  );
}

/** Whether the instance is stopped as far as this window knows. */
export function isStoppedNow({ session, record }: Steps): boolean {
  return isStopped(session.row(idOf(record))?.state ?? 'stopped');
}
