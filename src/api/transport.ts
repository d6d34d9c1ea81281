import type { Clock, Logger } from './environment';

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
  /** Path with ids, without origin. */
  readonly path: string;
  /** 1 for the first time this call is sent. */
  readonly attempt: number;
  readonly flow?: string;
  readonly signal?: AbortSignal;
}

/** The part of an HTTP response that is read here; node-fetch's and the global fetch's both fit. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array | string> | null;
}

export type FetchLike = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    redirect: 'manual';
    signal: AbortSignal;
  },
) => Promise<FetchResponse>;

export interface TransportOptions {
  /** As `parseOrigin` gave it. */
  readonly origin: string;
  /** Asked once a call; `undefined` rejects the call with `AuthenticationError` (`not-signed-in`). */
  readonly getToken: () => Promise<string | undefined>;
  /** node-fetch where missing. */
  readonly fetch?: FetchLike;
  readonly clock?: Clock;
  /** 0 (inclusive) to 1 (exclusive), for jitter. */
  readonly random?: () => number;
  readonly logger?: Logger;
  /** Awaited before each request, retries included; a rejection ends the call with it. */
  readonly beforeRequest?: (info: RequestInfo) => Promise<void>;
}
