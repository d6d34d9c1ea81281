import type { Clock } from '../base/clock';
import { AnswerProblem, connectionFailure, readBody } from './answer';
import type { Sending } from './call';

/** The part of an HTTP response that is used here. Responses of node-fetch and of the global fetch fit. */
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

/** A complete answer. */
export interface Answered {
  readonly status: number;
  readonly headers: FetchResponse['headers'];
  readonly text: string;
}

/** Why there is no complete answer. With `not-sent` and `certificate`, nothing was sent. */
export interface Unanswered {
  readonly failure: 'canceled' | 'timeout' | 'not-sent' | 'certificate' | 'lost';
  readonly error: unknown;
  readonly problem?: AnswerProblem;
}

/** Sends one request and reads its whole body, within the timeout of the call. Never rejects. */
export async function exchange(
  sending: Sending,
  url: string,
  tools: { readonly fetch: FetchLike; readonly clock: Clock; readonly userAgent: string },
): Promise<Answered | Unanswered> {
  const { call, token, options } = sending;
  const abort = new AbortController();
  let failure: Unanswered['failure'] | undefined;
  const end = (why: Unanswered['failure']) => () => {
    failure ??= why;
    abort.abort();
  };
  const onCancel = end('canceled');
  const timer = tools.clock.after(call.timeoutMs, end('timeout'));
  options.signal?.addEventListener('abort', onCancel, { once: true });
  try {
    const response = await tools.fetch(url, {
      method: call.method,
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: 'application/json',
        'User-Agent': tools.userAgent,
        ...(call.body && { 'Content-Type': 'application/json' }),
      },
      body: call.body && JSON.stringify(call.body),
      redirect: 'manual',
      signal: abort.signal,
    });
    const text = await readBody(response.body);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    abort.abort();
    if (error instanceof AnswerProblem) return { failure: 'lost', error, problem: error };
    return { failure: failure ?? connectionFailure(error), error };
  } finally {
    timer.dispose();
    options.signal?.removeEventListener('abort', onCancel);
  }
}
