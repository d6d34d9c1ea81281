import * as l10n from '@vscode/l10n';
import { delay } from '../../api/environment';
import { OutcomeUnknownError, TensorDockError } from '../../api/errors';
import type { CreateRequest, Instance } from '../../api/types';
import type { OperationRecord } from './journal';
import { flowOf, untilRunning, type Steps } from './steps';

/** How a create ended, as far as the journal keeps it. */
export type CreateResult = NonNullable<OperationRecord['outcome']>;

/** When the list is asked again for a machine that may have been made, in milliseconds after the unclear answer. */
const looks = [0, 5_000, 10_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000];

/**
 * Makes one machine. The request is sent once and never again: after an unclear answer, or when another window
 * takes the operation up, the list is asked for a new id of that name. Throws where the service refused.
 */
export async function create(steps: Steps, request: CreateRequest | undefined): Promise<CreateResult> {
  const { record } = steps;
  if (record.step === 'begin' && request) {
    await steps.store.refresh();
    const { failure } = steps.store.status;
    if (failure) throw new TensorDockError(failure.code, failure.message);
    // Noted before it is sent: whoever finds this note must assume that it was.
    await steps.at('sending', { knownIds: steps.store.rows().map((row) => row.instance.id) });
    steps.tell(l10n.t('Asking TensorDock for the machine…'));
    try {
      const made = await steps.store.api.createInstance(request, {
        signal: steps.signal,
        flow: flowOf(steps),
      });
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
      if (!(error instanceof OutcomeUnknownError)) throw error;
    }
  }
  if (record.step === 'begin')
    throw new Error(l10n.t('The machine was not asked for: the window closed before.'));
  return record.outcome ?? (await lookForIt(steps));
}

/** Waits until the made machine runs. */
export async function untilUp(steps: Steps): Promise<void> {
  if (steps.record.instanceId !== undefined) await untilRunning(steps);
}

async function lookForIt(steps: Steps): Promise<CreateResult> {
  const known = new Set(steps.record.knownIds);
  const began = steps.clock.now();
  for (const due of looks) {
    const wait = began + due - steps.clock.now();
    if (wait > 0) await delay(steps.clock, wait, steps.signal);
    steps.tell(
      l10n.t('TensorDock gave no clear answer. Looking for a new machine named “{0}”…', steps.record.name),
    );
    await steps.store.refresh();
    const row = steps.store
      .rows()
      .find(({ instance }) => instance.name === steps.record.name && !known.has(instance.id));
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
