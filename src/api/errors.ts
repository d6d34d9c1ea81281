import * as l10n from '@vscode/l10n';

/**
 * What can go wrong between us and the service. Every error has a `code` that is the same in all languages, and a
 * `message` that a person can act on. None contains a token, a header, or a request body.
 */
export type ErrorCode =
  | 'not-signed-in'
  | 'not-sent'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'bad-request'
  | 'conflict'
  | 'rate-limited'
  | 'no-capacity'
  | 'service-down'
  | 'unreadable-answer'
  | 'outcome-unknown'
  | 'cancelled'
  | 'over-budget'
  | 'bad-address';

/** What is known about a failed call, for the log and for decisions. */
export interface ErrorDetails {
  /** HTTP status, or the `status` inside a 200 body. */
  readonly status?: number;
  /** The service's words as plain text, cut, without secrets. */
  readonly serviceText?: string;
  /** The sentence that tells a person to try again. Left out of what is said where we do that ourselves. */
  readonly tryAgain?: string;
  readonly cause?: unknown;
}

/** The advice after a failure that soon passes. */
export function inAMinute(): string {
  return l10n.t('Try again in a minute.');
}

export class TensorDockError extends Error {
  readonly status?: number;
  readonly serviceText?: string;

  constructor(
    readonly code: ErrorCode,
    /** The message without the advice to try again. */
    readonly what: string,
    details: ErrorDetails = {},
  ) {
    super(
      details.tryAgain === undefined ? what : l10n.t('{0} {1}', what, details.tryAgain),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = `TensorDockError [${code}]`;
    this.status = details.status;
    this.serviceText = details.serviceText;
  }
}

/** What happened, in words, for where we try again ourselves. */
export function whatFailed(error: unknown): string {
  if (error instanceof TensorDockError) return error.what;
  return error instanceof Error ? error.message : String(error);
}

/** There is no token for the origin, or the service refused it (401) or its permissions (403). */
export class AuthenticationError extends TensorDockError {}

/** Nobody is signed in at the origin. The one error for it, wherever that is found out. */
export class NotSignedInError extends AuthenticationError {
  constructor() {
    super('not-signed-in', l10n.t('You aren’t signed in to TensorDock. Sign in first.'));
  }
}

/** The service itself answered 404: it has nothing with this ID. */
export class NotFoundError extends TensorDockError {
  constructor(message: string, details?: ErrorDetails) {
    super('not-found', message, details);
  }
}

/** One thing that the service found wrong with a request, and where: `['data','attributes','image']`. */
export interface RequestIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The service's word for the kind of mistake, such as `invalid_type`. */
  readonly code?: string;
  /** The values that the service accepts, if it listed them. */
  readonly options?: readonly string[];
}

/** 400 or similar: nothing was done. `issues` is empty if the service named no field. */
export class BadRequestError extends TensorDockError {
  constructor(
    message: string,
    readonly issues: readonly RequestIssue[],
    details?: ErrorDetails,
    code: 'bad-request' | 'conflict' = 'bad-request',
  ) {
    super(code, message, details);
  }
}

/** 429. `retryAfterMs` is the wait that the service asked for, if it did. */
export class RateLimitedError extends TensorDockError {
  constructor(
    message: string,
    readonly retryAfterMs: number | undefined,
    details?: ErrorDetails,
  ) {
    super('rate-limited', message, details);
  }
}

/** The service has no capacity now. Another location or a later time may work. Nothing was done. */
export class NoCapacityError extends TensorDockError {
  constructor(message: string, details?: ErrorDetails) {
    super('no-capacity', message, details);
  }
}

/** No answer, a 5xx, or an unreadable answer to a call that changes nothing. */
export class ServiceError extends TensorDockError {}

/** There is no clear answer to a change: it may have happened. Check before sending it again. */
export class OutcomeUnknownError extends TensorDockError {
  constructor(message: string, details?: ErrorDetails) {
    super('outcome-unknown', message, details);
  }
}
