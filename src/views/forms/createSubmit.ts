import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { NoCapacityError, OutcomeUnknownError } from '../../api/errors';
import { checkCreate, checkFreeName, type Problem } from '../../api/rules';
import type { CreateRequest } from '../../api/types';
import type { CreateOutcome } from '../../instances/createOutcome';
import { formatDuration } from '../../base/duration';
import { errorText } from '../../vscode/messages';
import { limitsFor, toCreateRequest } from '../webview/shared/request';
import type { Access, CatalogState, Draft, Result } from '../webview/shared/protocol';
import { parseCloudInit } from './cloudInit';
import { problemsOfError } from './problems';

export interface Prepared {
  readonly request: CreateRequest;
  readonly problems: readonly Problem[];
}

/** The request for a draft, checked again by the form's own rules. */
export function prepare(
  draft: Draft,
  known: { readonly catalog: CatalogState; readonly access: Access; readonly names: readonly string[] },
  password?: string,
): Prepared {
  const { catalog, access, names } = known;
  const limits = limitsFor(catalog, draft);
  const { cloudInit, problems } = parseCloudInit(draft.cloudInit);
  const request = toCreateRequest(draft, limits, { access, password, cloudInit });
  const [first] = problems;
  const invalid: Problem[] = first === undefined ? [] : [{ field: 'cloudInit', message: first }];
  return {
    request,
    problems: [...checkCreate(request, limits), ...checkFreeName(request.name, names), ...invalid],
  };
}

/** The same key for the same request in every window. It doesn't depend on the password. */
export function idempotencyKey(request: CreateRequest): string {
  const text = JSON.stringify({ ...request, password: undefined });
  return createHash('sha256').update(text).digest('hex');
}

/** How a create ended, in words. */
export function describeOutcome(outcome: CreateOutcome, name: string): Result {
  switch (outcome.kind) {
    case 'created':
      return {
        kind: 'created',
        id: outcome.id,
        name,
        message: vscode.l10n.t('{0} was created and is starting.', name),
      };
    case 'adopted':
      return {
        kind: 'created',
        id: outcome.id,
        name,
        message: vscode.l10n.t(
          'TensorDock didn’t confirm the request, but {0} appeared in your instances after {1}. It was created once.',
          name,
          formatDuration(outcome.lookedForMs),
        ),
      };
    case 'refused':
      if (outcome.error instanceof OutcomeUnknownError) return describeFailure(outcome.error, name);
      return {
        kind: 'refused',
        message: outcome.error.message,
        problems: problemsOfError(outcome.error),
        noCapacity: outcome.error instanceof NoCapacityError,
      };
    case 'unknown':
      return {
        kind: 'unknown',
        name: outcome.name,
        candidates: [],
        message: vscode.l10n.t(
          'TensorDock didn’t confirm the request. {0} may still appear and may be billed. It wasn’t in your instances {1} after the request. Check your instances or the dashboard before you create it again.',
          outcome.name,
          formatDuration(outcome.lookedForMs),
        ),
      };
  }
}

/** A create that was interrupted, in words. Only an error that the service answered itself counts as a refusal. */
export function describeFailure(error: unknown, name: string): Result {
  if (!(error instanceof OutcomeUnknownError)) {
    return { kind: 'refused', message: errorText(error), problems: [], noCapacity: false };
  }
  return {
    kind: 'unknown',
    name,
    candidates: [],
    message: vscode.l10n.t(
      'TensorDock didn’t confirm the request. {0} may still appear and may be billed. Check your instances or the dashboard before you create it again.',
      name,
    ),
  };
}
