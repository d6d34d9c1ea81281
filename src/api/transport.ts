import * as l10n from '@vscode/l10n';
import { type Clock, delay, systemClock } from '../base/clock';
import { type Logger, silentLogger } from '../base/logger';
import { plainText } from '../base/text';
import type { Call, CallOptions, RequestInfo, Sending } from './call';
import { AuthenticationError, NotSignedInError, OutcomeUnknownError, TensorDockError } from './errors';
import { type Answered, type FetchLike, exchange } from './exchange';
import { type Attempt, canceled, judgeAnswer, judgeFailure, redirectRefused } from './judge';
import { parseOrigin } from './origin';
import { Redactor } from './serviceText';

export type { CallOptions, RequestInfo } from './call';
export type { FetchLike, FetchResponse } from './exchange';

export interface TransportOptions {
  /** See `parseOrigin`. */
  readonly origin: string;
  /** Read once per call; `undefined` rejects the call with `AuthenticationError` (`not-signed-in`). */
  readonly getToken: () => Promise<string | undefined>;
  /** node-fetch by default. */
  readonly fetch?: FetchLike;
  readonly clock?: Clock;
  /** 0 (inclusive) to 1 (exclusive), for jitter. */
  readonly random?: () => number;
  readonly logger?: Logger;
  /** Our version, for the `User-Agent` header. */
  readonly version?: string;
  /** Awaited before each request, including retries. If it rejects, nothing is sent, and the call rejects. */
  readonly beforeRequest?: (info: RequestInfo) => Promise<void>;
}

const mostAttempts = 3;
const mostRedirects = 3;
const firstPauseMs = 1_000;
/** A longer `Retry-After` isn't waited for here: the caller gets it and decides. */
const longestPauseMs = 10_000;

/** node-fetch, loaded with the first request. */
const nodeFetch: FetchLike = async (url, init) => (await import('node-fetch')).default(url, init);

/**
 * Sends requests to one origin and returns the JSON of a success. Every failure is a `TensorDockError`. A GET is sent
 * again after 429, 5xx, and a lost connection; a change only if nothing can have happened.
 */
export class Transport {
  readonly origin: string;
  readonly logger: Logger;
  private readonly fetch: FetchLike;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly userAgent: string;
  /** Making its patterns takes longer than most answers do to be read, and most calls have no other secret. */
  private forToken: { readonly token: string; readonly redactor: Redactor } | undefined;

  /** The last answer to a call that repeats itself: reading thousands of rows takes longer than comparing them. */
  private last:
    (Pick<Answered, 'status' | 'text'> & { readonly url: string; readonly judged: Attempt }) | undefined;

  /** Throws `TensorDockError` (`bad-address`) if the token must not be sent to the origin. */
  constructor(private readonly options: TransportOptions) {
    this.origin = parseOrigin(options.origin);
    this.fetch = options.fetch ?? nodeFetch;
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.logger = options.logger ?? silentLogger;
    this.userAgent = userAgentOf(options.version);
  }

  /** The parsed body, see `Call.repeats`; `undefined` if the answer to a change has an empty one. */
  async send(call: Call, options: CallOptions = {}): Promise<unknown> {
    const token = await this.readToken();
    const redactor = this.redactorOf(token, call.secrets ?? []);
    const sending: Sending = { call, changing: call.method !== 'GET', token, redactor, options };
    let url = `${this.origin}/api/v2${call.path}`;
    let redirects = 0;
    for (let attempt = 1; ;) {
      const ended = await this.attempt(sending, url, attempt);
      if (ended.kind === 'done') return ended.body;
      if (ended.kind === 'redirect' && redirects < mostRedirects) {
        redirects += 1;
        url = ended.url;
        continue;
      }
      if (ended.kind === 'redirect') throw redirectRefused(sending, url, 310);
      const pause = this.pauseAfter(ended, attempt);
      if (pause === undefined) throw ended.error;
      await this.wait(pause, options.signal);
      attempt += 1;
    }
  }

  private async readToken(): Promise<string> {
    const token = await this.options.getToken();
    if (token === undefined || token === '') {
      throw new NotSignedInError();
    }
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new AuthenticationError(
        'unauthorized',
        l10n.t(
          'This isn’t a valid API token: it contains spaces or special characters. Copy it again and sign in.',
        ),
      );
    }
    return token;
  }

  private redactorOf(token: string, secrets: readonly (string | undefined)[]): Redactor {
    if (secrets.some(Boolean)) return new Redactor([token, ...secrets]);
    if (this.forToken?.token !== token) this.forToken = { token, redactor: new Redactor([token]) };
    return this.forToken.redactor;
  }

  private pauseAfter(failed: Attempt & { kind: 'failed' }, attempt: number): number | undefined {
    if (!failed.again || attempt >= mostAttempts) return undefined;
    if (failed.retryAfterMs === undefined) {
      return firstPauseMs * 2 ** (attempt - 1) * (0.5 + this.random());
    }
    return failed.retryAfterMs > longestPauseMs
      ? undefined
      : failed.retryAfterMs + this.random() * firstPauseMs;
  }

  private async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await delay(this.clock, ms, signal);
    } catch {
      throw canceled();
    }
  }

  /** Whatever fails here, nothing was sent, so the error must not be taken for an unknown outcome. */
  private async prepare(info: RequestInfo, redactor: Redactor): Promise<void> {
    try {
      await this.options.beforeRequest?.(info);
    } catch (error) {
      if (info.signal?.aborted) throw canceled();
      if (error instanceof TensorDockError && !(error instanceof OutcomeUnknownError)) throw error;
      const reason = redactor.shown(error instanceof Error ? error.message : String(error));
      throw new TensorDockError('not-sent', l10n.t('The request wasn’t sent: {0}', reason), {
        cause: new Error(reason),
      });
    }
    if (info.signal?.aborted) throw canceled();
  }

  private async attempt(sending: Sending, url: string, attempt: number): Promise<Attempt> {
    const { call, options, redactor } = sending;
    const path = new URL(url).pathname;
    if (options.signal?.aborted) throw canceled();
    const { method } = call;
    await this.prepare({ method, path, attempt, flow: options.flow, signal: options.signal }, redactor);

    const started = this.clock.now();
    const name = `${options.flow === undefined ? '' : `[${options.flow}] `}${call.method} ${path}`;
    const log = (end: string): void => {
      const ms = Math.round(this.clock.now() - started);
      const line = `${redactor.redact(name)} -> ${end}, ${ms} ms, attempt ${attempt}`;
      this.logger.debug(redactor.redact(plainText(line, Infinity)));
    };
    if (call.body) {
      this.logger.trace(`${redactor.shown(name, Infinity)} body ${redactor.body(call.body)}`);
    }

    const { fetch, clock, userAgent, origin, logger } = this;
    const answer = await exchange(sending, url, { fetch, clock, userAgent });
    if ('failure' in answer) {
      log(answer.failure);
      return judgeFailure(sending, answer, origin);
    }
    log(String(answer.status));
    const { last } = this;
    const isSame = last?.url === url && last.status === answer.status && last.text === answer.text;
    if (call.repeats && isSame) {
      logger.trace('answer as before');
      return last.judged;
    }
    const judged = judgeAnswer(sending, answer, { url, origin, now: clock.now(), logger });
    if (call.repeats) {
      const { status, text } = answer;
      this.last = judged.kind === 'done' ? { url, status, text, judged } : undefined;
    }
    return judged;
  }
}

/** Our name and version. A version that isn't valid in a header is left out. */
function userAgentOf(version: string | undefined): string {
  const name = 'tensordock-vscode';
  return version !== undefined && /^[\w.+-]{1,50}$/.test(version) ? `${name}/${version}` : name;
}
