import * as l10n from '@vscode/l10n';
import { OutcomeUnknownError, TensorDockError } from '../../api/errors';
import type { CreateRequest } from '../../api/types';
import type { ChangedInstance } from '../createOutcome';
import { wantedOf } from './adoption';
import type { OperationRecord } from './journal';
import { search } from './search';
import type { CreateSteps } from './createSteps';
import { callOptions, isAt } from './steps';
import { untilRunning } from './waits';

/** A new instance may not be in the list yet for this long, in milliseconds. */
const listingDelayMs = 300_000;

/**
 * Creates one instance, and waits until it runs. The request is sent once and never again: after an unclear answer,
 * or when another window continues, the list is searched for it. Throws if the service refused, or if nothing was
 * found.
 */
export async function create(steps: CreateSteps, request: CreateRequest | undefined): Promise<void> {
  const value = await created(steps, request);
  steps.settle({ kind: 'done', value });
  steps.accepted();
  await untilRunning(steps);
}

/** Whether the instance may have been created, so that the same request must not be sent again. */
export function mayBeCreated(record: OperationRecord): boolean {
  return record.kind === 'create' && record.step !== 'begin' && record.step !== 'refused';
}

async function created(steps: CreateSteps, request: CreateRequest | undefined): Promise<ChangedInstance> {
  const { session, record } = steps;
  if (isAt(steps, 'made')) return continueCreated(steps);
  if (!isAt(steps, 'begin')) return search(steps);
  if (!request) {
    throw new TensorDockError(
      'cancelled',
      l10n.t('The create request was never sent, because the window was closed first.'),
    );
  }
  await session.refresh();
  const { failure } = session.status;
  if (failure) {
    throw new TensorDockError(
      failure.code === 'outcome-unknown' ? 'service-down' : failure.code,
      failure.message,
    );
  }
  await steps.requireBudget();
  await steps.requireTimely();
  // Saved before it is sent: whoever finds the record must assume that it was.
  await steps.at('sending', {
    knownIds: session.rows().map((row) => row.instance.id),
  });
  steps.report(l10n.t('Sending the create request…'));
  try {
    const { id, name } = await session.api.createInstance(request, callOptions(steps));
    const { image, resources } = request;
    await steps.at('made', { instanceId: id, created: { kind: 'created', id } });
    await session.created({
      id,
      name: name ?? record.name,
      state: 'creating',
      statusText: '',
      resources,
      image,
    });
    return { id };
  } catch (error) {
    if (steps.signal.aborted) throw error;
    if (error instanceof OutcomeUnknownError) return search(steps);
    if (error instanceof TensorDockError) await steps.at('refused');
    throw error;
  }
}

/** What is saved of a create before it begins. */
export function createFields(request: CreateRequest): Pick<OperationRecord, 'name' | 'wanted'> {
  return { name: request.name, wanted: wantedOf(request) };
}

/** The window that created it may have gone before the instance had a row. */
async function continueCreated({ record, session, clock }: CreateSteps): Promise<ChangedInstance> {
  const { instanceId, name, startedAt, created: end } = record;
  const id = instanceId ?? '';
  if ((await session.refreshOne(id)) === undefined && clock.now() - startedAt < listingDelayMs) {
    await session.created({ id, name, state: 'creating', statusText: '' });
  }
  return end?.kind === 'adopted' ? { id, search: { lists: end.lists, forMs: end.forMs } } : { id };
}
