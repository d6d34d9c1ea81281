import * as l10n from '@vscode/l10n';
import { withoutMissing } from '../../api/fields';
import type { TensorDockError } from '../../api/errors';
import type { Instance, ModifyRequest, Resources } from '../../api/types';
import { isStoppedNow, startAgain, stop } from './power';
import {
  afterChange,
  callOptions,
  checkPresent,
  idOf,
  isAt,
  sendOnce,
  type Steps,
  withMessage,
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
  if (isAt(steps, 'begin', 'stopping', 'changing')) {
    const stopped = steps.record.stopped ?? isAt(steps, 'stopping');
    const work = async (): Promise<void> => change(steps, request, stopped);
    await (stopped ? afterChange(steps, work, explainStopped) : work());
  }
  if (isAt(steps, 'modified')) {
    // It may still be under way while the list shows the instance as stopped.
    await steps.session.refreshOne(idOf(steps.record));
    await untilStopped(steps);
    await untilModified(steps, request);
  }
  if (startAfter) {
    if (!isAt(steps, 'starting')) await startAgain(steps, explainModified);
    steps.accepted();
    await untilRunning(steps);
  }
}

function explainStopped(error: TensorDockError, isUnknown: boolean): Error {
  const { message } = error;
  return withMessage(
    error,
    isUnknown
      ? l10n.t('The instance was stopped, and TensorDock didn’t confirm the modify request: {0}', message)
      : l10n.t('The instance was stopped, but couldn’t be modified: {0}', message),
  );
}

/** It was modified, so this is no refusal of that. */
function explainModified({ message }: TensorDockError, isUnknown: boolean): Error {
  return new Error(
    isUnknown
      ? l10n.t('The instance was modified, and TensorDock didn’t confirm the start request: {0}', message)
      : l10n.t('The instance was modified, but couldn’t be started: {0}', message),
  );
}

/** Sending the same values again does no harm, but isn't done if a good answer shows them. */
async function change(steps: Steps, request: ModifyRequest, stopped: boolean): Promise<void> {
  const id = idOf(steps.record);
  steps.report(l10n.t('Modifying its resources…'));
  await sendOnce(steps, {
    step: 'changing',
    saved: () => ({ stopped }),
    send: async () => {
      await steps.session.api.modifyInstance(id, request, callOptions(steps));
      return true;
    },
    recover: async () => fits((await checkPresent(steps)).resources, request) || undefined,
  });
  await steps.session.accepted(id, 'modify');
  await steps.at('modified');
}

/** An accepted change that the instance doesn't show wasn't made. What isn't known of its resources decides nothing. */
async function untilModified(steps: Steps, request: ModifyRequest): Promise<void> {
  const { vcpuCount, ramGb, storageGb, gpu } = request;
  const wanted: Resources = { vcpuCount, ramGb, storageGb, gpus: gpu && [gpu] };
  const isModified = ({ resources }: Instance): boolean =>
    fits({ ...wanted, ...withoutMissing(resources ?? {}) }, request);
  if (isModified(await checkPresent(steps, isModified))) return;
  throw new Error(
    l10n.t('TensorDock accepted the change, but the instance is stopped and has its old resources.'),
  );
}

function fits(
  resources: Resources | undefined,
  { vcpuCount, ramGb, storageGb, gpu }: ModifyRequest,
): boolean {
  return (
    resources?.vcpuCount === vcpuCount &&
    resources.ramGb === ramGb &&
    resources.storageGb === storageGb &&
    (!gpu ||
      (resources.gpus ?? []).some(
        ({ model, count }) => model.toLowerCase() === gpu.model.toLowerCase() && count === gpu.count,
      ))
  );
}
