import * as l10n from '@vscode/l10n';
import type { Instance, ModifyRequest } from '../../api/types';
import { isStoppedNow, startAgain, stop } from './power';
import { afterStop, callOptions, checkInstance, idOf, instanceIn, isAt, sendOnce, type Steps } from './steps';
import { untilRunning, untilStopped } from './waits';

/** Modifies an instance, which has to be stopped for it: one that runs is stopped before, and started after. */
export async function modify(steps: Steps): Promise<void> {
  const { modify: request, startAfter } = steps.record;
  if (!request) return;
  if (startAfter && isAt(steps, 'begin')) await steps.requireBudget();
  if (isAt(steps, 'asking-stop', 'stopping') || (isAt(steps, 'begin') && !isStoppedNow(steps))) {
    await stop(steps);
  }
  if (isAt(steps, 'stopping')) {
    await afterStop(
      steps,
      () => change(steps, request),
      ({ message }, isUnknown) =>
        isUnknown
          ? l10n.t('The instance was stopped, and TensorDock didn’t confirm the modify request: {0}', message)
          : l10n.t('The instance was stopped, but couldn’t be modified: {0}', message),
    );
  } else if (isAt(steps, 'begin', 'changing')) await change(steps, request);
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
  const id = idOf(steps.record);
  steps.report(l10n.t('Modifying its resources…'));
  await sendOnce(steps, {
    step: 'changing',
    send: async () => {
      await steps.session.api.modifyInstance(id, request, callOptions(steps));
      return true;
    },
    recover: async () => fits(instanceIn(await checkInstance(steps)), request) || undefined,
  });
  await steps.session.accepted(id, 'modify');
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
