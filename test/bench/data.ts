import type { Instance } from '../../src/api/types';

/** Many instances as the service lists them. */
export function manyItems(count: number): readonly Readonly<Record<string, unknown>>[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'virtualmachine',
    id: `instance-${index}`,
    name: `instance ${index}`,
    status: index % 4 === 0 ? 'stopped' : 'running',
    ipAddress: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    portForwards: [{ internal_port: 22, external_port: 20_000 + index }],
    resources: { vcpu_count: 8, ram_gb: 32, storage_gb: 200, gpus: { 'l4-pcie-24gb': { count: 1 } } },
    rateHourly: 0.3,
  }));
}

/** Many instances as the extension knows them. */
export function manyInstances(count: number): readonly Instance[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `instance-${index}`,
    name: `instance ${index}`,
    state: index % 4 === 0 ? 'stopped' : 'running',
    statusText: index % 4 === 0 ? 'stopped' : 'running',
    ipAddress: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    portForwards: [{ internalPort: 22, externalPort: 20_000 + index }],
    resources: {
      ...{ vcpuCount: 8, ramGb: 32, storageGb: 200 },
      gpus: [{ model: 'l4-pcie-24gb', count: 1 }],
    },
    rateHourly: 0.3,
  }));
}
