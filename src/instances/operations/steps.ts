import * as l10n from '@vscode/l10n';
import type { CallOptions } from '../../api/call';
import { NoCapacityError, OutcomeUnknownError, TensorDockError } from '../../api/errors';
import type { Instance } from '../../api/types';
import { delay, type Clock } from '../../base/clock';
import type { AccountSession, Checked } from '../accountSession';
import type { OperationRecord } from './journal';

/** What the steps of an operation work with. Each step must be safe to repeat from its `at` onward. */
export interface Steps {
  readonly record: OperationRecord;
  /** The account of the operation. It never turns to another one. */
  readonly session: AccountSession;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** 0 (inclusive) to 1 (exclusive), for jitter. */
  readonly random: () => number;
  /** Saves how far it came, before the next thing is done. */
  at(step: string, change?: Partial<OperationRecord>): Promise<void>;
  /**
   * Call this before each change is sent. If no window worked on the operation for ten minutes, it waits until the
   * person says that they still want it. Throws an `AbortError` if they don't.
   */
  requireTimely(): Promise<void>;
  /**
   * Call this before anything is sent that starts billing, or that stops the instance on the way to a start. Waits for
   * the person if that exceeds a limit that they set. Throws an `over-budget` error if they don't want it then.
   */
  requireBudget(): Promise<void>;
  /** The service accepted what was asked. */
  accepted(): void;
  /** Shows progress. */
  report(message: string): void;
}

/** When an instance is checked after an unclear answer, as gaps in milliseconds. */
const checkGapsMs = [0, 5_000, 10_000, 20_000, 40_000];

/** Whether the operation has come to one of these steps. */
export function isAt(steps: Steps, ...names: readonly string[]): boolean {
  return names.includes(steps.record.step);
}

/** The ID of the instance that the operation is about. */
export function idOf({ id, instanceId }: OperationRecord): string {
  if (instanceId === undefined) throw new Error(`Operation ${id} has no instance.`);
  return instanceId;
}

/** What each request of the operation carries: its signal, and what ties its lines in the log together. */
export function callOptions(steps: Steps): CallOptions {
  return { signal: steps.signal, flow: steps.record.id.slice(0, 8) };
}

/** A request that changes something. */
interface Change<T> {
  /** Names the step at which it is on its way. */
  readonly step: string;
  /** What is saved with that step. */
  readonly saved?: () => Partial<OperationRecord>;
  /** What has to be decided each time before it is sent. */
  readonly beforeSending?: () => Promise<void>;
  readonly send: () => Promise<T>;
  /**
   * Finds out what an unclear answer came to: the result, or `undefined` if a good answer shows no effect, so that the
   * request may be sent once more. Throws `OutcomeUnknownError` if there is no good answer.
   */
  readonly recover: () => Promise<T | undefined>;
}

const mostSends = 2;

/**
 * Sends a request that changes something, the one way in which operations do. The step is saved before. If the answer
 * is unclear, or a window that is gone may have sent it, it first finds out what happened. Throws
 * `OutcomeUnknownError` if that isn't clear.
 */
export async function sendOnce<T>(
  steps: Steps,
  { step, saved, beforeSending, send, recover }: Change<T>,
): Promise<T> {
  for (let sends = isAt(steps, step) ? 0 : 1; ; sends++) {
    let unclear: unknown;
    if (sends > 0) {
      // Either question may take the person hours, so what is sent then is decided last.
      await steps.requireTimely();
      await beforeSending?.();
      await steps.requireTimely();
      await steps.at(step, saved?.());
      try {
        return await send();
      } catch (error) {
        if (!isUnclear(error, steps)) throw error;
        unclear = error;
      }
    }
    steps.report(l10n.t('TensorDock didn’t confirm the request. Checking the instance…'));
    const result = await recover();
    if (result !== undefined) return result;
    if (sends >= mostSends) throw unclear;
  }
}

/** A good answer about an instance: its state, or that it is gone. */
export type Seen = Exclude<Checked, { kind: 'failed' }>;

/**
 * Requests the instance until there is a good answer, and until that is as wanted for as long as a minute. Throws
 * `OutcomeUnknownError` if there is no good answer in time.
 */
export async function checkInstance(
  steps: Steps,
  isWanted: (seen: Seen) => boolean = () => true,
): Promise<Seen> {
  let last: Seen | undefined;
  for (const gap of checkGapsMs) {
    if (gap > 0) await delay(steps.clock, gap, steps.signal);
    const checked = await steps.session.check(idOf(steps.record));
    steps.signal.throwIfAborted();
    if (checked.kind === 'failed') continue;
    last = checked;
    if (isWanted(checked)) return checked;
  }
  if (last) return last;
  throw new OutcomeUnknownError(
    l10n.t(
      'TensorDock didn’t confirm the request, and the instance couldn’t be checked. It may have succeeded. Check the instance before you try again.',
    ),
  );
}

/** Like `checkInstance`, but throws if the service no longer knows the instance, so that nothing more is sent to it. */
export async function checkPresent(
  steps: Steps,
  isWanted: (instance: Instance) => boolean = () => true,
): Promise<Instance> {
  const seen = await checkInstance(steps, (each) => each.kind === 'found' && isWanted(each.row.instance));
  if (seen.kind === 'found') return seen.row.instance;
  throw new Error(l10n.t('TensorDock no longer has this instance.'));
}

/** The service may have done it. A person who canceled doesn't wait for more. */
function isUnclear(error: unknown, steps: Steps): boolean {
  return error instanceof OutcomeUnknownError && !steps.signal.aborted;
}

/** Does what comes after something was changed already, which its errors have to say. */
export async function afterChange(
  steps: Steps,
  work: () => Promise<void>,
  explain: (error: TensorDockError, isUnknown: boolean) => Error,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (steps.signal.aborted || !(error instanceof TensorDockError)) throw error;
    throw explain(error, error instanceof OutcomeUnknownError);
  }
}

/** The same error with a message that says in which state it leaves the instance. */
export function withMessage(error: TensorDockError, message: string): TensorDockError {
  const details = { status: error.status, serviceText: error.serviceText, cause: error };
  if (error instanceof OutcomeUnknownError) return new OutcomeUnknownError(message, details);
  return error instanceof NoCapacityError
    ? new NoCapacityError(message, details)
    : new TensorDockError(error.code, message, details);
}
