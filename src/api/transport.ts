import { plainText } from '../base/text';
import { type Clock, delay, systemClock } from '../base/clock';
import { type Logger, silentLogger } from '../base/logger';
import * as l10n from '@vscode/l10n';
import nodeFetch from 'node-fetch';
import {
  AnswerProblem,
  connectionFailure,
  parseBody,
  readBody,
  readRetryAfter,
  textOfPage,
  unreadable,
} from './answer';
import { type ErrorBody, findErrorInside, readErrorBody } from './errorBody';
import {
  AuthenticationError,
  OutcomeUnknownError,
  RateLimitedError,
  ServiceError,
  TensorDockError,
} from './errors';
import { parseOrigin } from './origin';
import { refusalError } from './refusal';
import { Redactor } from './serviceText';

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

/** One call of the service. */
export interface Call {
  readonly method: RequestInfo['method'];
  /** Below `/api/v2`, with ids encoded. */
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs: number;
  /** Values in the body that must not be shown, should the service repeat them. */
  readonly secrets?: readonly (string | undefined)[];
}

const mostAttempts = 3;
const mostRedirects = 3;
const firstPauseMs = 1_000;
/** A service that asks for more is not waited for: the caller knows better what to do meanwhile. */
const longestPauseMs = 10_000;

/** How one request ended. */
type Outcome =
  | { readonly kind: 'done'; readonly body: unknown }
  | { readonly kind: 'redirect'; readonly url: string }
  | {
      readonly kind: 'failed';
      readonly error: TensorDockError;
      readonly again: boolean;
      readonly retryAfterMs?: number;
    };

interface Sending {
  readonly call: Call;
  readonly changing: boolean;
  readonly token: string;
  readonly redactor: Redactor;
  readonly options: CallOptions;
}

/**
 * Sends requests to one origin and gives back the JSON of a success; every failure is a `TensorDockError`.
 * A GET is sent again after 429, 5xx and a lost connection; another call only where nothing can have happened.
 */
export class Transport {
  readonly origin: string;
  readonly logger: Logger;
  private readonly fetch: FetchLike;
  private readonly clock: Clock;
  private readonly random: () => number;

  /** Throws `TensorDockError` (`bad-address`) where the origin is none that a token may go to. */
  constructor(private readonly options: TransportOptions) {
    this.origin = parseOrigin(options.origin);
    this.fetch = options.fetch ?? nodeFetch;
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.logger = options.logger ?? silentLogger;
  }

  /** The parsed body; `undefined` where a changing call was answered by an empty one. */
  async send(call: Call, options: CallOptions = {}): Promise<unknown> {
    const token = await this.readToken();
    const redactor = new Redactor([token, ...(call.secrets ?? [])]);
    const sending: Sending = { call, changing: call.method !== 'GET', token, redactor, options };
    let url = `${this.origin}/api/v2${call.path}`;
    let redirects = 0;
    for (let attempt = 1; ;) {
      const outcome = await this.attempt(sending, url, attempt);
      if (outcome.kind === 'done') return outcome.body;
      if (outcome.kind === 'redirect' && redirects < mostRedirects) {
        redirects += 1;
        url = outcome.url;
        continue;
      }
      if (outcome.kind === 'redirect') throw redirectRefused(sending, url, 310);
      const pause = this.pauseAfter(outcome, attempt);
      if (pause === undefined) throw outcome.error;
      await this.wait(pause, options.signal);
      attempt += 1;
    }
  }

  private async readToken(): Promise<string> {
    const token = await this.options.getToken();
    if (token === undefined || token === '') {
      throw new AuthenticationError(
        'not-signed-in',
        l10n.t('You are not signed in to TensorDock. Sign in first.'),
      );
    }
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new AuthenticationError(
        'unauthorized',
        l10n.t('This is no API token: it holds blanks or special characters. Copy it again and sign in.'),
      );
    }
    return token;
  }

  private pauseAfter(outcome: Outcome & { kind: 'failed' }, attempt: number): number | undefined {
    if (!outcome.again || attempt >= mostAttempts) return undefined;
    if (outcome.retryAfterMs === undefined) {
      return firstPauseMs * 2 ** (attempt - 1) * (0.5 + this.random());
    }
    return outcome.retryAfterMs > longestPauseMs
      ? undefined
      : outcome.retryAfterMs + this.random() * firstPauseMs;
  }

  private async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await delay(this.clock, ms, signal);
    } catch {
      throw cancelled();
    }
  }

  private async attempt(sending: Sending, url: string, attempt: number): Promise<Outcome> {
    const { call, options, redactor } = sending;
    const path = new URL(url).pathname;
    if (options.signal?.aborted) throw cancelled();
    await this.options.beforeRequest?.({
      method: call.method,
      path,
      attempt,
      flow: options.flow,
      signal: options.signal,
    });
    if (options.signal?.aborted) throw cancelled();

    const started = this.clock.now();
    const name = `${options.flow === undefined ? '' : `[${options.flow}] `}${call.method} ${path}`;
    const log = (end: string): void => {
      const ms = Math.round(this.clock.now() - started);
      this.logger.debug(redactor.redact(plainText(`${name} -> ${end}, ${ms} ms, attempt ${attempt}`)));
    };
    if (call.body) this.logger.trace(`${redactor.redact(plainText(name))} body ${redactor.body(call.body)}`);

    const exchange = await this.exchange(sending, url);
    if ('failure' in exchange) {
      log(exchange.failure);
      return this.failedExchange(sending, exchange);
    }
    log(String(exchange.status));
    return this.judge(sending, url, exchange);
  }

  /** One request and its whole body, within the time. Never throws. */
  private async exchange(sending: Sending, url: string): Promise<Answered | Unanswered> {
    const { call, token, options } = sending;
    const abort = new AbortController();
    let failure: Unanswered['failure'] | undefined;
    const end = (why: Unanswered['failure']) => () => {
      failure ??= why;
      abort.abort();
    };
    const onCancel = end('cancelled');
    const timer = this.clock.after(call.timeoutMs, end('timeout'));
    options.signal?.addEventListener('abort', onCancel, { once: true });
    try {
      const response = await this.fetch(url, {
        method: call.method,
        headers: {
          Authorization: `Bearer ${token}`,
          Accept: 'application/json',
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

  private failedExchange(sending: Sending, exchange: Unanswered): Outcome {
    const { call, changing, redactor } = sending;
    const said = exchange.error instanceof Error ? redactor.shown(exchange.error.message) : '';
    const details = { cause: new Error(said) };
    const failed = (error: TensorDockError, again = false): Outcome => ({ kind: 'failed', error, again });
    const unknown = (what: string): OutcomeUnknownError =>
      new OutcomeUnknownError(l10n.t('{0} It may have been done all the same: look first.', what), details);
    const down = (what: string): ServiceError => new ServiceError('service-down', what, details);

    if (exchange.problem) return failed(unreadable(exchange.problem, changing, details));
    switch (exchange.failure) {
      case 'cancelled':
        return failed(changing ? unknown(l10n.t('This was cancelled after it was sent.')) : cancelled());
      case 'timeout': {
        const what = l10n.t('TensorDock did not answer within {0} seconds.', call.timeoutMs / 1000);
        return failed(changing ? unknown(what) : down(l10n.t('{0} Try again in a minute.', what)));
      }
      case 'certificate':
        return failed(
          down(
            l10n.t(
              'The certificate of {0} is not trusted, so nothing was sent. A proxy may need its certificate installed.',
              this.origin,
            ),
          ),
        );
      case 'not-sent':
        return failed(
          down(l10n.t('{0} cannot be reached. Check your network and proxy, then try again.', this.origin)),
          true,
        );
      case 'lost': {
        const what = l10n.t('The connection to TensorDock broke before the answer was complete.');
        return changing ? failed(unknown(what)) : failed(down(l10n.t('{0} Try again.', what)), true);
      }
    }
  }

  /** What an answer means. */
  private judge(sending: Sending, url: string, answer: Answered): Outcome {
    const { changing } = sending;
    const { status } = answer;
    if (status >= 300 && status < 400) return this.judgeRedirect(sending, url, answer);
    if (status >= 400) return this.refused(sending, answer, status, readErrorBody(bodyOrText(answer.text)));
    try {
      const body = parseBody(answer.text);
      const inside = findErrorInside(body);
      if (inside) return this.refused(sending, answer, inside.status ?? 400, inside);
      if (body === undefined && !changing) throw new AnswerProblem('empty');
      this.logger.trace(`answer ${sending.redactor.body(body)}`);
      return { kind: 'done', body };
    } catch (problem) {
      if (!(problem instanceof AnswerProblem)) throw problem;
      return { kind: 'failed', error: unreadable(problem, changing, { status }), again: false };
    }
  }

  private refused(sending: Sending, answer: Answered, status: number, body: ErrorBody): Outcome {
    const { changing, redactor } = sending;
    const retryAfterMs = readRetryAfter(answer.headers.get('retry-after'), this.clock.now());
    const error = refusalError({ status, body, retryAfterMs, changing }, redactor);
    const again = error instanceof RateLimitedError || (!changing && error.code === 'service-down');
    return { kind: 'failed', error, again, retryAfterMs };
  }

  private judgeRedirect(sending: Sending, url: string, answer: Answered): Outcome {
    const location = answer.headers.get('location');
    const target = location !== null && URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (!sending.changing && target?.origin === this.origin) return { kind: 'redirect', url: target.href };
    return {
      kind: 'failed',
      error: redirectRefused(sending, target?.origin ?? '', answer.status),
      again: false,
    };
  }
}

interface Answered {
  readonly status: number;
  readonly headers: FetchResponse['headers'];
  readonly text: string;
}

interface Unanswered {
  readonly failure: 'cancelled' | 'timeout' | 'not-sent' | 'certificate' | 'lost';
  readonly error: unknown;
  readonly problem?: AnswerProblem;
}

/** The token stays with its origin; a 307 or 308 also says that a changing call was not done. */
function redirectRefused(sending: Sending, target: string, status: number): TensorDockError {
  const what = l10n.t(
    'TensorDock’s address leads elsewhere ({0}), and the token is not sent there. Check the API URL, or sign in to this network.',
    sending.redactor.shown(target) || l10n.t('nowhere'),
  );
  return sending.changing && status !== 307 && status !== 308
    ? new OutcomeUnknownError(what, { status })
    : new ServiceError('unreadable-answer', what, { status });
}

function bodyOrText(text: string): unknown {
  try {
    return parseBody(text);
  } catch {
    return textOfPage(text);
  }
}

function cancelled(): TensorDockError {
  return new TensorDockError('cancelled', l10n.t('Cancelled.'));
}
