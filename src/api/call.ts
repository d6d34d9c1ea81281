import type { Redactor } from './serviceText';

/** Options of a single call. */
export interface CallOptions {
  /** Ends the call. A change that was already sent then rejects with `OutcomeUnknownError`. */
  readonly signal?: AbortSignal;
  /** Connects a person's action with its requests in the log. */
  readonly flow?: string;
}

/** A request about to be sent, for the request budget that all windows share. */
export interface RequestInfo {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with IDs, without origin. */
  readonly path: string;
  /** 1 for the first try of this call. */
  readonly attempt: number;
  readonly flow?: string;
  readonly signal?: AbortSignal;
}

/** A call of the service. */
export interface Call {
  readonly method: RequestInfo['method'];
  /** Below `/api/v2`, with IDs encoded. */
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs: number;
  /** It is sent again and again: an answer with the same text is the same object. */
  readonly repeats?: boolean;
  /** Values in the body that must not be shown if the service repeats them. */
  readonly secrets?: readonly (string | undefined)[];
}

/** A call in progress, with what all of its requests share. */
export interface Sending {
  readonly call: Call;
  /** The call may change something, so an unclear answer means that the outcome is unknown. */
  readonly changing: boolean;
  readonly token: string;
  readonly redactor: Redactor;
  readonly options: CallOptions;
}
