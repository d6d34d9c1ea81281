import { OutcomeUnknownError, TensorDockError } from './errors';

/**
 * How a change ended. `done`: the service accepted it (the next list shows whether it took effect). `refused`: nothing
 * was changed, because the service itself said so or nothing was ever sent. `unknown`: it may have happened.
 */
export type ChangeOutcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: TensorDockError }
  | { readonly kind: 'unknown'; readonly error: Error };

/** What is known about a change that failed. */
export type FailureEvidence =
  /** Nothing left this computer: not signed in, canceled before, no connection, a certificate that isn't trusted. */
  | { readonly kind: 'not-sent' }
  /** It was sent, and there was no complete answer: timeout, canceled wait, connection lost. */
  | { readonly kind: 'no-answer' }
  | {
      readonly kind: 'answer';
      readonly httpStatus: number;
      /** The body is a complete JSON object or list, and not a web page, plain text, or an empty or cut body. */
      readonly ownJson: boolean;
      /** A 2xx with an error in its body. */
      readonly errorInside: boolean;
      /** The status inside the body, if there is one. */
      readonly statusInside?: number;
      /** The body says that there is no capacity. */
      readonly noCapacity: boolean;
    };

/**
 * Decides whether a failed change was refused or is unknown. Refused: nothing was sent, or the service answered in its
 * own JSON with a 4xx or an error in a 2xx. A 5xx is always unknown, whatever it says, and so are 408 and 499, which
 * mean that someone stopped waiting. An error in a 2xx that names a 5xx is unknown too, unless it says that there was
 * no capacity: the live service reports that with `status` 500 in a 200.
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
 * The outcome that an error of a changing call stands for. The client throws `OutcomeUnknownError` for what
 * `classifyFailure` calls unknown, and another `TensorDockError` for a refusal. Any other error proves nothing.
 */
export function outcomeOfError(error: unknown): Exclude<ChangeOutcome<never>, { kind: 'done' }> {
  if (error instanceof TensorDockError && !(error instanceof OutcomeUnknownError)) {
    return { kind: 'refused', error };
  }
  return { kind: 'unknown', error: error instanceof Error ? error : new Error(String(error)) };
}
