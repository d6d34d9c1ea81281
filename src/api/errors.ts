import * as l10n from '@vscode/l10n';

/**
 * What can go wrong between us and the service. Every error has a `code` that stays the same in all languages,
 * and a `message` a person can act on. None ever holds a token, a header or a request body.
 */
export type ErrorCode =
  | 'not-signed-in'
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
  | 'bad-address';

/** What a failed call leaves behind for the log and for decisions. */
export interface ErrorDetails {
  /** HTTP status, or the `status` inside a 200 body. */
  readonly status?: number;
  /** The service's own words, cut and cleaned of control characters. */
  readonly serviceText?: string;
  readonly cause?: unknown;
}

export class TensorDockError extends Error {
  readonly status?: number;
  readonly serviceText?: string;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.status = details.status;
    this.serviceText = details.serviceText;
  }
}

/** No token is known for the origin, or the service refused it (401) or its rights (403). */
export class AuthenticationError extends TensorDockError {}

/** Nobody is signed in at the origin. The one error for it, wherever that is found out. */
export class NotSignedInError extends AuthenticationError {
  constructor() {
    super('not-signed-in', l10n.t('You aren’t signed in to TensorDock. Sign in first.'));
  }
}

/** 404 for the thing that was asked for. */
export class NotFoundError extends TensorDockError {
  constructor(message: string, details?: ErrorDetails) {
    super('not-found', message, details);
  }
}

/** One thing the service found wrong with a request, and where: `['data','attributes','image']`. */
export interface RequestIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The service's own word for the kind of mistake, for example `invalid_type`. */
  readonly code?: string;
  /** The values the service would have taken, where it listed them. */
  readonly options?: readonly string[];
}

/** 400 (or the like): nothing was done. `issues` is empty where the service named no field. */
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

/** 429. `retryAfterMs` is what the service asked for; missing where it did not say. */
export class RateLimitedError extends TensorDockError {
  constructor(
    message: string,
    readonly retryAfterMs: number | undefined,
    details?: ErrorDetails,
  ) {
    super('rate-limited', message, details);
  }
}

/** The service has no room for it now: another place or a later time may work. Nothing was done. */
export class NoCapacityError extends TensorDockError {
  constructor(message: string, details?: ErrorDetails) {
    super('no-capacity', message, details);
  }
}

/** No answer, a 5xx, or an answer that cannot be read, to a call that changes nothing. */
export class ServiceError extends TensorDockError {}

/** A changing call without a clear answer: it may have been done. Look before sending it again. */
export class OutcomeUnknownError extends TensorDockError {
  constructor(message: string, details?: ErrorDetails) {
    super('outcome-unknown', message, details);
  }
}
