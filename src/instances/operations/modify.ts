import * as l10n from '@vscode/l10n';
import { TensorDockError } from '../../api/errors';
import type { Instance, ModifyRequest } from '../../api/types';
import { isStoppedNow, startAgain, stop } from './power';
import {
  callOptions,
  checkInstance,
  idOf,
  instanceIn,
  isAt,
  isUnclear,
  withMessage,
  type Steps,
} from './steps';
import { untilRunning, untilStopped } from './waits';

/** Modifies an instance, which has to be stopped for it: one that runs is stopped before, and started after. */
export async function modify(steps: Steps): Promise<void> {
  const { modify: request, startAfter } = steps.record;
  if (!request) return;
  if (startAfter && isAt(steps, 'begin')) await steps.requireBudget();
  if (isAt(steps, 'asking-stop', 'stopping') || (isAt(steps, 'begin') && !isStoppedNow(steps))) {
    await stop(steps);
  }
  if (isAt(steps, 'begin', 'stopping', 'changing')) await change(steps, request);
  if (isAt(steps, 'modified')) {
    // It may still be under way while the list shows the instance as stopped.
    await steps.session.refreshOne(idOf(steps.record));
    await untilStopped(steps);
  }
  if (startAfter) {
    if (!isAt(steps, 'starting')) await startAgain(steps);
    steps.accepted();
    await untilRunning(steps);
  }
}

/** Sending the same values again does no harm, but isn't done if a good answer shows them. */
async function change(steps: Steps, request: ModifyRequest): Promise<void> {
  const { session } = steps;
  const id = idOf(steps.record);
  const wasStopped = isAt(steps, 'stopping');
  const send = async (): Promise<unknown> => {
    await steps.requireTimely();
    return session.api.modifyInstance(id, request, callOptions(steps));
  };
  const isDone = async (): Promise<boolean> => fits(instanceIn(await checkInstance(steps)), request);
  const again = isAt(steps, 'changing');
  if (!again) {
    await steps.requireTimely();
    await steps.at('changing');
  }
  steps.report(l10n.t('Modifying its resources…'));
  try {
    if (!again || !(await isDone())) await send();
  } catch (error) {
    if (isUnclear(error, steps)) {
      if (!(await isDone())) await send();
    } else if (wasStopped && error instanceof TensorDockError) {
      throw withMessage(
        error,
        l10n.t('The instance was stopped, but couldn’t be modified: {0}', error.message),
      );
    } else {
      throw error;
    }
  }
  await session.accepted(id, 'modify');
  await steps.at('modified');
}

function fits(instance: Instance | undefined, { vcpuCount, ramGb, storageGb, gpu }: ModifyRequest): boolean {
  const resources = instance?.resources;
  return (
    resources?.vcpuCount === vcpuCount &&
    resources.ramGb === ramGb &&
    resources.storageGb === storageGb &&
    (!gpu || (resources.gpus ?? []).some(({ model, count }) => model === gpu.model && count === gpu.count))
  );
}
