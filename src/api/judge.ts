import * as l10n from '@vscode/l10n';
import { isTraced, type Logger } from '../base/logger';
import { AnswerProblem, parseBody, readRetryAfter, textOfPage, unreadable } from './answer';
import type { Sending } from './call';
import { findErrorInside, readErrorBody } from './errorBody';
import { inAMinute, OutcomeUnknownError, RateLimitedError, ServiceError, TensorDockError } from './errors';
import type { Answered, Unanswered } from './exchange';
import { refusalError } from './refusal';

/** The result of one request. */
export type Attempt =
  | { readonly kind: 'done'; readonly body: unknown }
  | { readonly kind: 'redirect'; readonly url: string }
  | {
      readonly kind: 'failed';
      readonly error: TensorDockError;
      /** It is safe to send the request again, and may help. */
      readonly again: boolean;
      readonly retryAfterMs?: number;
    };

/** What judging an answer needs besides the answer. */
export interface Scene {
  readonly url: string;
  readonly origin: string;
  readonly now: number;
  readonly logger: Logger;
}

/** What a complete answer means. */
export function judgeAnswer(sending: Sending, answer: Answered, scene: Scene): Attempt {
  const { changing } = sending;
  const { status } = answer;
  if (status >= 300 && status < 400) return judgeRedirect(sending, answer, scene);
  if (status >= 400) return refused(sending, answer, bodyOrText(sending, answer.text), false, scene);
  try {
    const body = parseBody(answer.text);
    if (findErrorInside(body)) return refused(sending, answer, body, true, scene);
    if (body === undefined && !changing) throw new AnswerProblem('empty');
    if (isTraced(scene.logger)) scene.logger.trace(`answer ${sending.redactor.body(body)}`);
    return { kind: 'done', body };
  } catch (problem) {
    if (!(problem instanceof AnswerProblem)) throw problem;
    return { kind: 'failed', error: unreadable(problem, changing, { status }), again: false };
  }
}

/** What it means if there is no complete answer. */
export function judgeFailure(sending: Sending, failed: Unanswered, origin: string): Attempt {
  const { call, changing, redactor } = sending;
  const said = failed.error instanceof Error ? redactor.shown(failed.error.message) : '';
  const details = { cause: new Error(said) };
  const ended = (error: TensorDockError, again = false): Attempt => ({ kind: 'failed', error, again });
  const unknown = (what: string): OutcomeUnknownError =>
    new OutcomeUnknownError(
      l10n.t('{0} It may have succeeded. Check the instance before you try again.', what),
      details,
    );
  const down = (what: string, tryAgain?: string): ServiceError =>
    new ServiceError('service-down', what, { ...details, tryAgain });

  if (failed.problem) return ended(unreadable(failed.problem, changing, details));
  switch (failed.failure) {
    case 'canceled':
      return ended(changing ? unknown(l10n.t('This was canceled after it was sent.')) : canceled());
    case 'timeout': {
      const what = l10n.t('TensorDock didn’t answer within {0} seconds.', call.timeoutMs / 1000);
      return ended(changing ? unknown(what) : down(what, inAMinute()));
    }
    case 'certificate':
      return ended(
        down(
          l10n.t(
            'The certificate of {0} is not trusted, so nothing was sent. If you use a proxy, you may need to install its certificate.',
            origin,
          ),
        ),
      );
    case 'not-sent':
      return ended(down(l10n.t('Couldn’t reach {0}. Check your network and proxy.', origin)), true);
    case 'lost': {
      const what = l10n.t('The connection to TensorDock was lost before the answer was complete.');
      return changing ? ended(unknown(what)) : ended(down(what, l10n.t('Try again.')), true);
    }
  }
}

/** Secrets are removed before anything is cut, so that no part of a repeated one remains. */
function refused(
  sending: Sending,
  answer: Answered,
  body: unknown,
  errorInside: boolean,
  scene: Scene,
): Attempt {
  const { changing, redactor } = sending;
  const retryAfterMs = readRetryAfter(answer.headers.get('retry-after'), scene.now);
  const error = refusalError(
    {
      httpStatus: answer.status,
      errorInside,
      body: readErrorBody(redactor.redactValue(body)),
      retryAfterMs,
      changing,
    },
    redactor,
  );
  const again = error instanceof RateLimitedError || (!changing && error.code === 'service-down');
  return { kind: 'failed', error, again, retryAfterMs };
}

function judgeRedirect(sending: Sending, answer: Answered, { url, origin }: Scene): Attempt {
  const location = answer.headers.get('location');
  const target = location !== null && URL.canParse(location, url) ? new URL(location, url) : undefined;
  if (!sending.changing && target?.origin === origin) return { kind: 'redirect', url: target.href };
  return {
    kind: 'failed',
    error: redirectRefused(sending, target?.origin ?? '', answer.status),
    again: false,
  };
}

/** The token is only sent to its origin. A redirect isn't the service's answer, so a change is unknown. */
export function redirectRefused(sending: Sending, target: string, status: number): TensorDockError {
  const what = l10n.t(
    'TensorDock’s address redirects to another one ({0}). The token isn’t sent there. Check the API URL, or sign in to this network.',
    sending.redactor.shown(target) || l10n.t('nowhere'),
  );
  return sending.changing
    ? new OutcomeUnknownError(what, { status })
    : new ServiceError('unreadable-answer', what, { status });
}

function bodyOrText(sending: Sending, text: string): unknown {
  try {
    return parseBody(text);
  } catch {
    return textOfPage(sending.redactor.redact(text));
  }
}

/** The error of a call that was canceled before anything was sent. */
export function canceled(): TensorDockError {
  return new TensorDockError('cancelled', l10n.t('Canceled.'));
}
