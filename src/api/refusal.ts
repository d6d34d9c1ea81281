import * as l10n from '@vscode/l10n';
import {
  AuthenticationError,
  BadRequestError,
  NoCapacityError,
  NotFoundError,
  OutcomeUnknownError,
  RateLimitedError,
  type RequestIssue,
  ServiceError,
  type TensorDockError,
} from './errors';
import type { ErrorBody } from './errorBody';
import type { Redactor } from './serviceText';

/** All that is known of an answer that is an error. */
export interface Refusal {
  /** The answer's, or the one inside a 2xx body. */
  readonly status: number;
  readonly body: ErrorBody;
  readonly retryAfterMs?: number;
  /** The call was to change something, so a server error leaves open whether it did. */
  readonly changing: boolean;
}

const capacity =
  /no available (nodes?|gpus?|hosts?|hostnodes?)|hostnode (is )?(unavailable|not available)|insufficient (capacity|resources)|out of stock|resources? (is |are )?(unavailable|not available)|not enough (capacity|resources|gpus?)|no capacity/i;
const gpuTaken = /gpu slot expired|no available gpus?|gpus? (is |are )?(unavailable|not available)/i;
const noAddress = /no available public ips?/i;
const balance = /need at least|insufficient (balance|funds)|balance (is )?too low/i;
const sshPort = /\bport \(?22\)?|\(22\) must be forwarded/i;
const mustStop = /must be in .?stopped|must be stopped/i;

/** The error class and the words for an answer that says no, or for an error inside a 2xx body. */
export function refusalError(refusal: Refusal, redactor: Redactor): TensorDockError {
  const { status } = refusal;
  const said = redactor.shown(refusal.body.texts.join(' · '));
  const details = { status, serviceText: said === '' ? undefined : said };
  const quote = said === '' ? l10n.t('(status {0})', status) : `“${said}”`;

  if (status === 401) {
    return new AuthenticationError(
      'unauthorized',
      l10n.t('TensorDock refused the API token. Check it or make a new one, then sign in again. {0}', quote),
      details,
    );
  }
  if (status === 429) {
    return new RateLimitedError(rateLimitText(refusal.retryAfterMs), refusal.retryAfterMs, details);
  }
  if (noAddress.test(said)) {
    return new NoCapacityError(
      l10n.t('That host has no public IP address left: {0}. Use port forwards or another location.', quote),
      details,
    );
  }
  if (gpuTaken.test(said)) {
    return new NoCapacityError(
      l10n.t('The GPU is taken now: {0}. Try again later, or choose another GPU.', quote),
      details,
    );
  }
  if (capacity.test(said)) {
    return new NoCapacityError(
      l10n.t('No free machine fits now: {0}. Try another location or GPU, or try later.', quote),
      details,
    );
  }
  const issues = refusal.body.issues.map((issue) => shownIssue(issue, redactor));
  if (status === 402 || balance.test(said)) {
    return new BadRequestError(
      l10n.t('The balance at TensorDock is too low: {0}. Add funds in the dashboard.', quote),
      issues,
      details,
    );
  }
  if (status === 403) {
    return new AuthenticationError(
      'forbidden',
      l10n.t('TensorDock does not allow this with your API token: {0}. Check the token’s rights.', quote),
      details,
    );
  }
  if (status === 404) {
    return new NotFoundError(
      l10n.t('TensorDock did not find it: {0}. It may have been deleted already.', quote),
      details,
    );
  }
  if (status >= 500 || status === 408) {
    return refusal.changing
      ? new OutcomeUnknownError(
          l10n.t(
            'TensorDock failed ({0}): {1}. It may have been done all the same: look first.',
            status,
            quote,
          ),
          details,
        )
      : new ServiceError(
          'service-down',
          l10n.t('TensorDock has trouble ({0}): {1}. Try again in a minute.', status, quote),
          details,
        );
  }
  return new BadRequestError(
    badRequestText(said, quote, issues),
    issues,
    details,
    status === 409 ? 'conflict' : 'bad-request',
  );
}

function rateLimitText(retryAfterMs: number | undefined): string {
  return retryAfterMs === undefined
    ? l10n.t('TensorDock takes no more requests for now (100 a minute). Try again in a minute.')
    : l10n.t(
        'TensorDock takes no more requests for now (100 a minute). Try again in {0} seconds.',
        Math.ceil(retryAfterMs / 1000),
      );
}

function badRequestText(said: string, quote: string, issues: readonly RequestIssue[]): string {
  if (sshPort.test(said)) {
    return l10n.t(
      'A Linux machine needs port 22 forwarded, or a dedicated IP address: {0}. Choose one of the two.',
      quote,
    );
  }
  if (mustStop.test(said)) {
    return l10n.t('The instance must be stopped for this: {0}. Stop it first, then try again.', quote);
  }
  const listed = issues.find((issue) => issue.options !== undefined && issue.options.length > 0);
  if (listed?.options !== undefined) {
    const field = String(listed.path.at(-1) ?? '');
    return l10n.t('TensorDock does not take this {0}. Choose one of: {1}.', field, listed.options.join(', '));
  }
  const fields = issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  return fields === ''
    ? l10n.t('TensorDock refused this: {0}. Nothing was changed.', quote)
    : l10n.t('TensorDock refused this: {0}. Nothing was changed.', `“${fields.slice(0, 400)}”`);
}

function shownIssue(issue: RequestIssue, redactor: Redactor): RequestIssue {
  return {
    ...issue,
    path: issue.path.map((part) => (typeof part === 'string' ? redactor.shown(part) : part)),
    message: redactor.shown(issue.message),
    ...(issue.options && { options: issue.options.map((option) => redactor.shown(option)) }),
    ...(issue.code !== undefined && { code: redactor.shown(issue.code) }),
  };
}
