import * as vscode from 'vscode';
import { formatNumber } from '../../base/locale';
import { NoCapacityError, OutcomeUnknownError } from '../../api/errors';
import { gpuName } from '../../api/gpuName';
import { formatHourly } from '../../api/price';
import { checkCreate, checkFreeName, type Problem } from '../../api/rules';
import type { CreateRequest } from '../../api/types';
import {
  UnclearCreateError,
  type ChangedInstance,
  type InstanceOutcome,
} from '../../instances/createOutcome';
import { formatDuration } from '../../base/duration';
import { errorText } from '../../vscode/messages';
import { describeCandidate } from '../notifications/operationQuestions';
import { failureText } from '../notifications/outcomeText';
import { rateHourlyOf, resourcesOf, selectedPlacement } from '../webview/shared/catalog';
import { limitsFor, toCreateRequest } from '../webview/shared/request';
import type { Access, CatalogState, Draft, Result } from '../webview/shared/protocol';
import { parseCloudInit } from './cloudInit';
import { problemsOfError, refusalText } from './problems';

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

/** What a draft orders, in one line: size, place, and price. */
export function summarize(draft: Draft, catalog: CatalogState): string {
  const resources = resourcesOf(draft);
  const { model, gpuCount, vcpus, ramGb, storageGb } = resources;
  const placement = selectedPlacement(catalog, draft.placementKind, draft.placementId.trim(), resources);
  const total = rateHourlyOf(catalog, draft);
  const name = gpuName(model);
  return [
    model === '' ? undefined : gpuCount === 1 ? name : vscode.l10n.t('{0} × {1}', gpuCount, name),
    vscode.l10n.t('{0} vCPUs', vcpus),
    vscode.l10n.t('{0} GB RAM', formatNumber(ramGb)),
    vscode.l10n.t('{0} GB storage', formatNumber(storageGb)),
    placement?.label,
    total === undefined ? undefined : formatHourly(total),
  ]
    .filter((part) => part !== undefined)
    .join(' · ')
    .slice(0, 500);
}

/** How a create ended, for the form. */
export function describeOutcome(outcome: InstanceOutcome, name: string): Result {
  if (outcome.kind === 'done') return describeCreated(outcome.value, name);
  const { error } = outcome;
  if (outcome.kind === 'refused' && !(error instanceof OutcomeUnknownError)) {
    const problems = problemsOfError(outcome.error);
    return {
      kind: 'refused',
      message: refusalText(outcome.error, problems),
      problems,
      noCapacity: error instanceof NoCapacityError,
    };
  }
  const candidates = error instanceof UnclearCreateError ? error.candidates : [];
  return {
    kind: 'unknown',
    name,
    candidates: candidates.map((instance) => ({
      id: instance.id,
      name: instance.name,
      detail: describeCandidate(instance),
    })),
    message: failureText({ kind: 'create', name }, { kind: 'unknown', error }),
  };
}

/** A create that was interrupted, for the form. Only an error that proves it counts as a refusal. */
export function describeFailure(error: unknown, name: string): Result {
  if (error instanceof OutcomeUnknownError) return describeOutcome({ kind: 'unknown', error }, name);
  return { kind: 'refused', message: errorText(error), problems: [], noCapacity: false };
}

/** The new instance of a create, for the form. */
export function describeCreated({ id, search }: ChangedInstance, name: string): Result {
  return {
    kind: 'created',
    id,
    name,
    message: search
      ? vscode.l10n.t(
          'TensorDock didn’t confirm the request, but {0} appeared in your instances after {1}. It was created once.',
          name,
          formatDuration(search.forMs),
        )
      : vscode.l10n.t('{0} was created and is starting.', name),
  };
}
