import * as l10n from '@vscode/l10n';
import {
  inAMinute,
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
import { type CapacityKind, capacityKind } from './capacity';
import type { ErrorBody } from './errorBody';
import { classifyFailure } from './outcome';
import type { Redactor } from './serviceText';

/** Everything known about an error answer. */
export interface Refusal {
  readonly httpStatus: number;
  /** A 2xx answer with an error in its body. */
  readonly errorInside?: boolean;
  readonly body: ErrorBody;
  readonly retryAfterMs?: number;
  /** The call may change something, so after a server error the outcome is unknown. */
  readonly changing: boolean;
}

/** The error for an answer that refuses the call, or for an error inside a 2xx body. */
export function refusalError(refusal: Refusal, redactor: Redactor): TensorDockError {
  const { httpStatus, body, changing, errorInside = false } = refusal;
  const status = errorInside ? (body.status ?? 400) : httpStatus;
  const said = redactor.shown(body.texts.join(' · '));
  const details = { status, serviceText: said === '' ? undefined : said };
  const quote = said === '' ? l10n.t('(status {0})', status) : `“${said}”`;
  const capacity = capacityKind([...body.texts, ...body.codes].join(' · ').slice(0, 5_000));
  const { ownJson, status: statusInside } = body;
  const noCapacity = capacity !== undefined;

  const evidence = { kind: 'answer', httpStatus, ownJson, errorInside, statusInside, noCapacity } as const;
  if (changing && classifyFailure(evidence) === 'unknown') {
    return new OutcomeUnknownError(
      l10n.t(
        'TensorDock failed ({0}): {1}. It may have succeeded. Check the instance before you try again.',
        status,
        quote,
      ),
      details,
    );
  }
  if (!changing && (status >= 500 || status === 408)) {
    return new ServiceError('service-down', l10n.t('TensorDock has trouble ({0}): {1}.', status, quote), {
      ...details,
      tryAgain: inAMinute(),
    });
  }
  if (status === 401) {
    return new AuthenticationError(
      'unauthorized',
      l10n.t(
        'TensorDock refused the API token. Check it or create a new one, then sign in again. {0}',
        quote,
      ),
      details,
    );
  }
  if (status === 429) {
    return new RateLimitedError(
      l10n.t('Too many requests to TensorDock (the limit is 100 per minute).'),
      refusal.retryAfterMs,
      { ...details, tryAgain: afterWait(refusal.retryAfterMs) },
    );
  }
  if (!ownJson && (status === 403 || status === 404)) {
    return new ServiceError(
      'unreadable-answer',
      l10n.t(
        'The answer didn’t come from TensorDock itself ({0}): {1}. Check your network and proxy.',
        status,
        quote,
      ),
      details,
    );
  }
  if (capacity !== undefined) return new NoCapacityError(capacityText(capacity, quote), details);
  const issues = body.issues.map((issue) => shownIssue(issue, redactor));
  if (status === 402 || balance.test(said)) {
    return new BadRequestError(
      l10n.t('Your TensorDock balance is too low: {0}. Add funds in the dashboard.', quote),
      issues,
      details,
    );
  }
  if (status === 403) {
    return new AuthenticationError(
      'forbidden',
      l10n.t('TensorDock doesn’t allow this with your API token: {0}. Check the token’s permissions.', quote),
      details,
    );
  }
  if (status === 404) {
    return new NotFoundError(
      l10n.t('TensorDock couldn’t find it: {0}. It may already be deleted.', quote),
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

const balance = /need at least|insufficient (balance|funds)|balance (is )?too low/i;
const sshPort = /\bport \(?22\)?|\(22\) must be forwarded/i;
const mustStop = /must be in .?stopped|must be stopped/i;

function capacityText(kind: CapacityKind, quote: string): string {
  switch (kind) {
    case 'address':
      return l10n.t(
        'That host node has no public IP left: {0}. Use port forwarding or another location.',
        quote,
      );
    case 'gpu':
      return l10n.t('The GPU isn’t available right now: {0}. Try again later, or choose another GPU.', quote);
    case 'any':
      return l10n.t(
        'TensorDock has no capacity for this right now: {0}. Try another location or GPU, a smaller size, or try again later.',
        quote,
      );
  }
}

function afterWait(retryAfterMs: number | undefined): string {
  return retryAfterMs === undefined
    ? inAMinute()
    : l10n.t('Try again in {0} seconds.', Math.ceil(retryAfterMs / 1000));
}

function badRequestText(said: string, quote: string, issues: readonly RequestIssue[]): string {
  if (sshPort.test(said)) {
    return l10n.t(
      'A Linux instance needs port 22 forwarded, or a dedicated IP: {0}. Choose one of the two.',
      quote,
    );
  }
  if (mustStop.test(said)) {
    return l10n.t('The instance must be stopped for this: {0}. Stop it first, then try again.', quote);
  }
  const listed = issues.find((issue) => issue.options !== undefined && issue.options.length > 0);
  if (listed?.options !== undefined) {
    const field = String(listed.path.at(-1) ?? '');
    return l10n.t(
      'TensorDock doesn’t accept this {0}. Choose one of: {1}.',
      field,
      listed.options.join(', '),
    );
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
