import { delay } from '../../base/clock';
import * as l10n from '@vscode/l10n';
import { OutcomeUnknownError, TensorDockError } from '../../api/errors';
import type { CreateRequest, Instance } from '../../api/types';
import type { OperationRecord } from './journal';
import { flowOf, untilRunning, type Steps } from './steps';

/** How a create ended, as far as the journal keeps it. */
export type CreateResult = NonNullable<OperationRecord['outcome']>;

/** When the list is asked again for a machine that may have been made, in milliseconds after the unclear answer. */
const looks = [0, 5_000, 10_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000];

/** A machine that was asked for this recently may not be told of yet, in milliseconds. */
const youngMs = 300_000;

/**
 * Makes one machine. The request is sent once and never again: after an unclear answer, or when another window
 * takes the operation up, the list is asked for a new id of that name. Throws where the service refused.
 */
export async function create(steps: Steps, request: CreateRequest | undefined): Promise<CreateResult> {
  if (steps.record.outcome) return takeUp(steps, steps.record.outcome);
  if (steps.record.step === 'sending') return lookForIt(steps);
  if (!request)
    throw new Error(l10n.t('The create request was never sent, because the window was closed first.'));
  await steps.store.refresh();
  const { failure } = steps.store.status;
  if (failure) throw new TensorDockError(failure.code, failure.message);
  // Noted before it is sent: whoever finds this note must assume that it was.
  await steps.at('sending', { knownIds: steps.store.rows().map((row) => row.instance.id) });
  steps.tell(l10n.t('Sending the create request…'));
  try {
    const options = { signal: steps.signal, flow: flowOf(steps) };
    const made = await steps.store.api.createInstance(request, options);
    const instance: Instance = {
      id: made.id,
      name: made.name ?? request.name,
      state: 'creating',
      statusText: '',
      resources: request.resources,
      image: request.image,
    };
    return await adopt(steps, instance, { kind: 'created', id: made.id });
  } catch (error) {
    if (steps.signal.aborted) throw error;
    if (error instanceof OutcomeUnknownError) return lookForIt(steps);
    if (error instanceof TensorDockError) await steps.at('refused');
    throw error;
  }
}

/** Waits until the made machine runs. */
export async function untilUp(steps: Steps): Promise<void> {
  if (steps.record.instanceId !== undefined) await untilRunning(steps);
}

/** Whether the machine may have been made, so that the same wish must not be sent again. */
export function mayBeMade(record: OperationRecord): boolean {
  return record.kind === 'create' && record.step !== 'begin' && record.step !== 'refused';
}

async function lookForIt(steps: Steps): Promise<CreateResult> {
  const known = new Set(steps.record.knownIds);
  const began = steps.clock.now();
  for (const due of looks) {
    const wait = began + due - steps.clock.now();
    if (wait > 0) await delay(steps.clock, wait, steps.signal);
    steps.tell(
      l10n.t('TensorDock didn’t confirm the request. Searching your instances for {0}…', steps.record.name),
    );
    await steps.store.refresh();
    const others = steps.madeByOthers();
    const row = steps.store
      .rows()
      .find(({ instance: { id, name } }) => name === steps.record.name && !known.has(id) && !others.has(id));
    const lookedForMs = steps.clock.now() - began;
    if (row) return adopt(steps, row.instance, { kind: 'adopted', id: row.instance.id, lookedForMs });
  }
  const outcome: CreateResult = { kind: 'unknown', lookedForMs: steps.clock.now() - began };
  await steps.at('looked', { outcome });
  return outcome;
}

async function adopt(steps: Steps, instance: Instance, outcome: CreateResult): Promise<CreateResult> {
  await steps.at('made', { instanceId: instance.id, outcome });
  await steps.store.created(instance);
  steps.accepted();
  return outcome;
}

/** The window that made it may have gone before it had a row. */
async function takeUp({ record, store, clock }: Steps, outcome: CreateResult): Promise<CreateResult> {
  const { instanceId, name, startedAt } = record;
  if (instanceId === undefined || (await store.refreshOne(instanceId))) return outcome;
  if (clock.now() - startedAt < youngMs) {
    await store.created({ id: instanceId, name, state: 'creating', statusText: '' });
  }
  return outcome;
}
