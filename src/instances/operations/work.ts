import type { CreateRequest } from '../../api/types';
import { create } from './create';
import type { CreateSteps } from './createSteps';
import type { OperationKind } from './journal';
import { modify } from './modify';
import { restart, start, startWhenAvailable, stop } from './power';
import { remove } from './remove';
import type { Steps } from './steps';

const kinds: Readonly<Record<Exclude<OperationKind, 'create'>, (steps: Steps) => Promise<void>>> = {
  start,
  stop,
  restart,
  delete: remove,
  modify,
  startWhenAvailable,
};

/** Carries out an operation from the step where it is. It's loaded with the first one. */
export async function work(steps: CreateSteps, request: CreateRequest | undefined): Promise<void> {
  const { kind } = steps.record;
  if (kind === 'create') await create(steps, request);
  else await kinds[kind](steps);
}
