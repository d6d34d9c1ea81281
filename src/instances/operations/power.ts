import * as l10n from '@vscode/l10n';
import { NoCapacityError, OutcomeUnknownError, RateLimitedError, TensorDockError } from '../../api/errors';
import { gpuName } from '../../api/gpuName';
import type { Instance } from '../../api/types';
import { delay } from '../../base/clock';
import { formatDuration } from '../../base/duration';
import { waitEnd } from '../../base/waitEnd';
import { formatWhen, formatWhenInSentence } from '../../base/when';
import { isStopped } from '../state';
import {
  afterChange,
  callOptions,
  checkInstance,
  checkPresent,
  idOf,
  isAt,
  sendOnce,
  withMessage,
  type Steps,
} from './steps';
import { untilRunning, untilStopped } from './waits';

/** The longest gap after the first attempt to get a GPU, how it grows with each one, and the longest of all. */
const firstGapMs = 60_000;
const gapGrowth = 1.1;
const longestGapMs = 5 * 60_000;

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
      recover: async () =>
        isIn(await checkPresent(steps), 'stopped', 'stoppeddisassociated', 'stopping') || undefined,
    });
    await steps.session.accepted(id, 'stop');
    await steps.at('stopping');
  }
  steps.accepted();
  await untilStopped(steps);
}

/** Stops an instance, and starts it when it is stopped: the service has no restart. */
export async function restart(steps: Steps): Promise<void> {
  if (isAt(steps, 'begin')) await steps.requireBudget();
  if (isAt(steps, 'begin', 'asking-stop', 'stopping')) await stop(steps);
  if (!isAt(steps, 'starting')) await startAgain(steps, explainStopped);
  steps.accepted();
  await untilRunning(steps);
}

/** Starts an instance that was changed before. Errors say that it was, in the words of `explain`. */
export async function startAgain(
  steps: Steps,
  explain: (error: TensorDockError, isUnknown: boolean) => Error,
): Promise<void> {
  if (!isAt(steps, 'asking-start')) await steps.at('start');
  await afterChange(steps, () => sendStart(steps), explain);
}

function explainStopped(error: TensorDockError, isUnknown: boolean): Error {
  const { message } = error;
  return withMessage(
    error,
    isUnknown
      ? l10n.t('The instance was stopped, and TensorDock didn’t confirm the start request: {0}', message)
      : l10n.t('The instance was stopped, but couldn’t be started again: {0}', message),
  );
}

/** Tries to start an instance until its GPU is available or the deadline passes. No start request is sent after that. */
export async function startWhenAvailable(steps: Steps): Promise<void> {
  const { record, clock, signal } = steps;
  const until = waitEnd(record.startedAt, record.until);
  const isOver = (): boolean => clock.now() >= until;
  let last: TensorDockError | undefined;
  // A person may take until after the deadline to answer whether they still want it.
  const requireTimeLeft = (): void => {
    if (isOver()) throw endOfWait(steps, until, last);
  };
  steps.accepted();
  await untilPlanned(steps, until);
  for (let attempt = (record.attempts ?? 0) + 1; !isAt(steps, 'starting'); attempt++) {
    if (isOver()) {
      const isKnown = await recognizeStart(steps);
      if (isAt(steps, 'starting')) break;
      throw endOfWait(steps, until, isKnown && last instanceof OutcomeUnknownError ? undefined : last);
    }
    try {
      await sendStart(steps, requireTimeLeft);
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error;
      if (isOver()) continue;
      last = error;
      const wait = Math.min(gapAfter(steps, attempt, error), timeLeft(steps, until));
      const wasUnavailable = steps.record.wasUnavailable === true || error instanceof NoCapacityError;
      await steps.at('begin', { attempts: attempt, nextAt: clock.now() + wait, wasUnavailable });
      steps.report(retryText(steps, attempt, wait, until, error));
      await delay(clock, wait, signal);
      await untilRoom(steps, until);
      if (!isOver()) await recognizeStart(steps);
    }
  }
  await untilRunning(steps);
}

/** A reload doesn't hasten the next attempt. */
async function untilPlanned(steps: Steps, until: number): Promise<void> {
  const { clock, record, signal } = steps;
  const wait = Math.min((record.nextAt ?? 0) - clock.now(), longestGapMs, timeLeft(steps, until));
  if (wait > 0) await delay(clock, wait, signal);
}

/** Many instances may be waiting: the next attempt is put off while too much was sent in the last minute. */
async function untilRoom(steps: Steps, until: number): Promise<void> {
  const { clock, session, signal } = steps;
  for (let busy = session.untilRoom(); busy > 0 && clock.now() < until; busy = session.untilRoom()) {
    const wait = Math.min(wholeSeconds(busy * (1 + steps.random())), timeLeft(steps, until));
    await steps.at(steps.record.step, { nextAt: clock.now() + wait });
    await delay(clock, wait, signal);
  }
}

/** A clock that was set back must not make the wait longer. */
function timeLeft({ clock, record }: Steps, until: number): number {
  return Math.min(until - clock.now(), until - record.startedAt);
}

/**
 * The instance may have been started in another way, or by a request whose answer didn't arrive. Resolves with whether
 * there was a good answer about it.
 */
async function recognizeStart(steps: Steps): Promise<boolean> {
  const id = idOf(steps.record);
  const checked = isAt(steps, 'asking-start') ? await checkInstance(steps) : await steps.session.check(id);
  steps.signal.throwIfAborted();
  if (checked.kind === 'failed') return false;
  if (checked.kind === 'found' && isIn(checked.row.instance, 'running', 'starting')) {
    await steps.session.accepted(id, 'start');
    await steps.at('starting');
  }
  return true;
}

function retryText(
  steps: Steps,
  attempt: number,
  wait: number,
  until: number,
  error: TensorDockError,
): string {
  const gap = formatDuration(wait);
  const deadline = formatWhen(until, steps.clock.now());
  return error instanceof NoCapacityError
    ? l10n.t(
        'No {0} is available yet. Attempts: {1}. Retrying in {2}, until {3}.',
        gpuOf(steps),
        attempt,
        gap,
        deadline,
      )
    : l10n.t('{0} Retrying in {1}, until {2}.', error.message, gap, deadline);
}

/** `last`: how the last attempt of this window failed, if that is still all that is known. */
function endOfWait(steps: Steps, until: number, last: TensorDockError | undefined): TensorDockError {
  const now = steps.clock.now();
  if (last instanceof NoCapacityError) {
    return withMessage(last, l10n.t('No {0} became available by {1}.', gpuOf(steps), formatWhen(until, now)));
  }
  const ended = l10n.t('The wait for a GPU ended {0}.', formatWhenInSentence(until, now));
  return last ? withMessage(last, l10n.t('{0} {1}', ended, last.message)) : new NoCapacityError(ended);
}

/** The GPU that the instance needs, in words. */
function gpuOf({ session, record }: Steps): string {
  const model = session.row(idOf(record))?.instance.resources?.gpus?.[0]?.model;
  return model === undefined ? l10n.t('GPU') : gpuName(model);
}

/** `beforeSending` is called right before the request, and may throw. */
async function sendStart(steps: Steps, beforeSending: () => void = () => undefined): Promise<void> {
  const id = idOf(steps.record);
  await sendOnce(steps, {
    step: 'asking-start',
    beforeSending: async () => {
      await steps.requireBudget();
      steps.report(l10n.t('Sending the start request…'));
    },
    send: async () => {
      beforeSending();
      await steps.session.api.startInstance(id, callOptions(steps));
      return true;
    },
    recover: async () => isIn(await checkPresent(steps), 'running', 'starting') || undefined,
  });
  await steps.session.accepted(id, 'start');
  await steps.at('starting');
}

function isIn({ state }: Instance, ...states: readonly string[]): boolean {
  return states.includes(state);
}

/** In whole seconds, so that what is shown is what is done. */
function gapAfter({ random }: Steps, attempt: number, error: TensorDockError): number {
  const asked = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0;
  const gap = Math.min(firstGapMs * gapGrowth ** (attempt - 1), longestGapMs);
  return wholeSeconds(Math.max(gap * (0.75 + 0.25 * random()), asked));
}

function wholeSeconds(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
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
