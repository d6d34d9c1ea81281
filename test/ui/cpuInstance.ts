import { hostIds } from '../simulator/catalogue';
import type { InstanceDescription } from '../simulator/world';

/** A stopped instance without a GPU; `world.bringUp` starts it, whatever capacity is left. */
export const cpuInstance = {
  image: 'ubuntu2404',
  status: 'stopped',
  hostnodeId: hostIds.ashburnCpu,
  needsGpu: false,
  holdsGpus: false,
  wantedForwards: [{ internal: 22, external: 0 }],
  sizes: { vcpus: 8, ramGb: 16, storageGb: 200, gpus: [] },
} as const satisfies Partial<InstanceDescription>;
