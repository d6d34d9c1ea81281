import type { Redactor } from './serviceText';

/** What a caller may say of a single call. */
export interface CallOptions {
  /** Ends the call. A changing call that was already sent then rejects with `OutcomeUnknownError`. */
  readonly signal?: AbortSignal;
  /** Ties a person's action to its requests in the log. */
  readonly flow?: string;
}

/** One request about to be sent, for a budget that several windows share. */
export interface RequestInfo {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with IDs, without origin. */
  readonly path: string;
  /** 1 for the first time this call is sent. */
  readonly attempt: number;
  readonly flow?: string;
  readonly signal?: AbortSignal;
}

/** One call of the service. */
export interface Call {
  readonly method: RequestInfo['method'];
  /** Below `/api/v2`, with IDs encoded. */
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs: number;
  /** Values in the body that must not be shown, should the service repeat them. */
  readonly secrets?: readonly (string | undefined)[];
}

/** A call on its way, with what all of its requests share. */
export interface Sending {
  readonly call: Call;
  /** The call may change something, so an unclear answer leaves open whether it did. */
  readonly changing: boolean;
  readonly token: string;
  readonly redactor: Redactor;
  readonly options: CallOptions;
}
