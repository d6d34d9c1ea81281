import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { NoCapacityError } from '../../api/errors';
import { checkCreate, checkFreeName, type Problem } from '../../api/rules';
import type { CreateRequest } from '../../api/types';
import type { CreateOutcome } from '../../instances/createOutcome';
import { limitsFor, toCreateRequest } from '../webview/shared/request';
import type { Access, CatalogState, Draft, Result } from '../webview/shared/protocol';
import { parseCloudInit } from './cloudInit';
import { problemsOfError } from './problems';

export interface Prepared {
  readonly request: CreateRequest;
  readonly problems: readonly Problem[];
}

/** The request that a draft stands for, checked again by the same rules as in the form. */
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
  const wrong: Problem[] = first === undefined ? [] : [{ field: 'cloudInit', message: first }];
  return {
    request,
    problems: [...checkCreate(request, limits), ...checkFreeName(request.name, names), ...wrong],
  };
}

/** The same for the same machine, in every window; a password does not count and is not in it. */
export function idempotencyKey(request: CreateRequest): string {
  const text = JSON.stringify({ ...request, password: undefined });
  return createHash('sha256').update(text).digest('hex');
}

/** What a person is told of how a create ended. */
export function describeOutcome(outcome: CreateOutcome, name: string): Result {
  switch (outcome.kind) {
    case 'created':
      return {
        kind: 'created',
        id: outcome.id,
        name,
        message: vscode.l10n.t('“{0}” was created and is starting.', name),
      };
    case 'adopted':
      return {
        kind: 'created',
        id: outcome.id,
        name,
        message: vscode.l10n.t(
          'TensorDock gave no clear answer, but after {1} “{0}” was found among your machines. It was created once.',
          name,
          duration(outcome.lookedForMs),
        ),
      };
    case 'refused':
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
          'TensorDock gave no clear answer. Your list was searched for “{0}” for {1} and it is not there. It may still appear and be billed: look at the list or the dashboard before you create it again.',
          outcome.name,
          duration(outcome.lookedForMs),
        ),
      };
  }
}

/** `45 s`, `1 min 40 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return vscode.l10n.t('{0} s', seconds);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return rest === 0 ? vscode.l10n.t('{0} min', minutes) : vscode.l10n.t('{0} min {1} s', minutes, rest);
}
