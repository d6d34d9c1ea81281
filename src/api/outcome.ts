import { OutcomeUnknownError, TensorDockError } from './errors';

/**
 * How a change ended. `done`: the service took it (whether it took effect is shown by the next list). `refused`:
 * nothing was changed; the service itself said so, or nothing was ever sent. `unknown`: it may have happened.
 */
export type ChangeOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: TensorDockError }
  | { readonly kind: 'unknown'; readonly error: Error };

/** What is known of a changing request that failed. */
export type FailureEvidence =
  /** Nothing left this computer: not signed in, canceled before, no connection, a certificate that isn't trusted. */
  | { readonly kind: 'not-sent' }
  /** It was sent, and no whole answer came: timeout, canceled wait, connection lost. */
  | { readonly kind: 'no-answer' }
  | {
      readonly kind: 'answer';
      readonly httpStatus: number;
      /** The body is a whole JSON object or list. Web pages, plain text and empty or cut bodies are not. */
      readonly ownJson: boolean;
      /** A 2xx body holds an error. */
      readonly errorInside: boolean;
      /** The status that the body names, where it names one. */
      readonly statusInside?: number;
      /** The body says that there is no capacity. */
      readonly noCapacity: boolean;
    };

/**
 * The one decision whether a failed change was refused or is unknown. Refused: nothing was sent, or the service
 * answered in its own JSON with a 4xx or an error in a 2xx. A 5xx is always unknown, whatever it says, as is a
 * 408 or 499 (the request wasn't waited for). An error in a 2xx that names a 5xx is unknown, too, unless it says
 * that there was no capacity: the live service reports that with `status` 500 in a 200.
 */
export function classifyFailure(evidence: FailureEvidence): 'refused' | 'unknown' {
  if (evidence.kind === 'not-sent') return 'refused';
  if (evidence.kind === 'no-answer' || !evidence.ownJson) return 'unknown';
  const { httpStatus, errorInside, statusInside, noCapacity } = evidence;
  if (httpStatus >= 400 && httpStatus < 500) return isUndecided(httpStatus) ? 'unknown' : 'refused';
  if (httpStatus < 200 || httpStatus >= 300 || !errorInside) return 'unknown';
  if (statusInside === undefined || !isUndecided(statusInside)) return 'refused';
  return noCapacity ? 'refused' : 'unknown';
}

function isUndecided(status: number): boolean {
  return status >= 500 || status === 408 || status === 499;
}

/**
 * The outcome behind an error of a changing call. The client throws `OutcomeUnknownError` for whatever
 * `classifyFailure` calls unknown, and another `TensorDockError` for a refusal; any other error proves nothing.
 */
export function outcomeOfError(error: unknown): Exclude<ChangeOutcome<never>, { kind: 'done' }> {
  if (error instanceof TensorDockError && !(error instanceof OutcomeUnknownError)) {
    return { kind: 'refused', error };
  }
  return { kind: 'unknown', error: error instanceof Error ? error : new Error(String(error)) };
}

/** Waits for a changing call of the client and says how it ended. Never rejects. */
export async function outcomeOf<T>(call: Promise<T>): Promise<ChangeOutcome<T>> {
  try {
    return { kind: 'done', value: await call };
  } catch (error) {
    return outcomeOfError(error);
  }
}
