import type { CreateRequest, GpuAllocation, Instance } from '../../api/types';
import type { OperationRecord } from './journal';

type Wanted = NonNullable<OperationRecord['wanted']>;

/** What an instance has to match to be the one that a request asked for. Contains no secrets. */
export function wantedOf({ image, resources }: CreateRequest): Wanted {
  const { vcpuCount, ramGb, storageGb, gpus } = resources;
  return { image, vcpuCount, ramGb, storageGb, gpus: gpus.map(({ model, count }) => ({ model, count })) };
}

/**
 * Whether an instance matches in everything: GPU model and count, vCPUs, RAM, storage, and the image where it is
 * known. A size that isn't known doesn't match.
 */
export function matches({ image, resources }: Instance, wanted: Wanted | undefined): boolean {
  return (
    wanted !== undefined &&
    (image === undefined || image.toLowerCase() === wanted.image.toLowerCase()) &&
    resources?.vcpuCount === wanted.vcpuCount &&
    resources.ramGb === wanted.ramGb &&
    resources.storageGb === wanted.storageGb &&
    resources.gpus !== undefined &&
    describe(resources.gpus) === describe(wanted.gpus)
  );
}

function describe(gpus: readonly GpuAllocation[]): string {
  return gpus
    .map(({ model, count }) => `${count} ${model.toLowerCase()}`)
    .sort()
    .join();
}
