import * as l10n from '@vscode/l10n';
import { OutcomeUnknownError, TensorDockError } from '../../api/errors';
import type { CreateRequest } from '../../api/types';
import type { ChangedInstance } from '../createOutcome';
import { search } from './search';
import type { CreateSteps } from './createSteps';
import { callOptions, isAt, sendOnce } from './steps';
import { untilRunning } from './waits';

/** A new instance may not be in the list yet for this long, in milliseconds. */
const listingDelayMs = 300_000;
/** An older list may lack instances that were created elsewhere, in milliseconds. */
const outdatedMs = 60_000;

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
  await steps.requireTimely();
  await requireList(steps);
  await steps.requireBudget();
  await steps.requireTimely();
  // The person may have taken their time to answer.
  if (Math.abs(steps.clock.now() - session.status.listedAt) > outdatedMs) await requireList(steps);
  steps.report(l10n.t('Sending the create request…'));
  try {
    return await sendOnce(steps, {
      step: 'sending',
      saved: () => ({ knownIds: session.rows().map((row) => row.instance.id) }),
      send: async () => {
        const { id, name } = await session.api.createInstance(request, callOptions(steps));
        await steps.at('made', { instanceId: id, created: { kind: 'created', id } });
        const { image, resources } = request;
        const state = { state: 'creating', statusText: '' } as const;
        await session.created({ id, name: name ?? record.name, ...state, resources, image });
        return { id };
      },
      recover: async () => search(steps),
    });
  } catch (error) {
    const isRefused = error instanceof TensorDockError && !(error instanceof OutcomeUnknownError);
    if (isRefused && !steps.signal.aborted) await steps.at('refused');
    throw error;
  }
}

/** Without a list of what is there already, an instance of an unclear answer couldn't be recognized as new. */
async function requireList({ session }: CreateSteps): Promise<void> {
  await session.refresh();
  const { failure } = session.status;
  if (!failure) return;
  const { code, message } = failure;
  throw new TensorDockError(code === 'outcome-unknown' ? 'service-down' : code, message);
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
