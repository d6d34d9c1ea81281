import type { Host, HostGpu, SimulatedLocation, Prices } from './model';

/** GPU models, each with an hourly price that was observed or documented. */
const models = {
  h100: gpu('h100-sxm5-80gb', 'NVIDIA H100 SXM5 80GB', 2.2),
  a100: gpu('a100-pcie-80gb', 'NVIDIA A100 PCIe 80GB', 1.2),
  l40s: gpu('l40s-pcie-48gb', 'NVIDIA L40S PCIe 48GB', 0.85),
  a6000: gpu('rtxa6000-pcie-48gb', 'NVIDIA RTX A6000 PCIe 48GB', 0.4),
  rtx5090: gpu('geforcertx5090-pcie-32gb', 'NVIDIA GeForce RTX 5090 PCIe 32GB', 0.54),
  rtx4090: gpu('geforcertx4090-pcie-24gb', 'NVIDIA GeForce RTX 4090 PCIe 24GB', 0.3966),
  rtx3090: gpu('geforcertx3090-pcie-24gb', 'NVIDIA GeForce RTX 3090 PCIe 24GB', 0.2),
  l4: gpu('l4-pcie-24gb', 'NVIDIA L4 PCIe 24GB', 0.225),
};

const usual: Prices = { vcpu: 0.003, ramGb: 0.002, storageGb: 0.00005 };

/** The images of the service's validator. */
export const images = [
  'ubuntu2404',
  'ubuntu2204',
  'ubuntu2404_ml_everything',
  'ubuntu2404_ml_pytorch',
  'ubuntu2404_ml_tensorflow',
  'ubuntu2204_nvidia_550',
  'ubuntu2204_nvidia_570',
  'ubuntu2404_nvidia_550',
  'ubuntu2404_nvidia_570',
  'ubuntu2204_base',
  'ubuntu2404_base',
  'windows10',
] as const;

export interface Catalogue {
  readonly locations: SimulatedLocation[];
  readonly hosts: Host[];
}

/** The locations of the demo, by the IDs that seeds and tests use. */
export const locationIds = {
  chubbuck: '8dd95ff0-dff9-489c-9b02-b38a366b6ab1',
  ashburn: '3f0e7a54-2c1b-4d57-8a3e-0b6f1e9d4c21',
  warsaw: 'b7c5d1e0-6a44-4f0e-9f7d-52b3c8a9e613',
  mumbai: '5a1f4cbb-90d3-4b8b-8d64-7e2c0f3b1a95',
} as const;

export const hostIds = {
  chubbuck: 'd1f0a3c2-77e5-4a9b-b0a1-1f6f0c2e8d01',
  ashburnBig: 'd1f0a3c2-77e5-4a9b-b0a1-1f6f0c2e8d02',
  ashburnCpu: 'd1f0a3c2-77e5-4a9b-b0a1-1f6f0c2e8d03',
  warsaw: 'd1f0a3c2-77e5-4a9b-b0a1-1f6f0c2e8d04',
  mumbai: 'd1f0a3c2-77e5-4a9b-b0a1-1f6f0c2e8d05',
} as const;

/** A fresh catalogue: the world changes its counts. */
export function makeCatalogue(): Catalogue {
  return {
    locations: [
      location(locationIds.chubbuck, 'Chubbuck', 'Idaho', 'United States', 1, 'Gem State Compute', false),
      location(locationIds.ashburn, 'Ashburn', 'Virginia', 'United States', 3, 'Dulles Datacenter', true),
      location(locationIds.warsaw, 'Warsaw', 'Mazovia', 'Poland', 2, 'Vistula Hosting', false),
      location(locationIds.mumbai, 'Mumbai', '', 'India', 0, 'Marine Drive GPUs', false),
    ],
    hosts: [
      host(hostIds.chubbuck, locationIds.chubbuck, [take(models.rtx4090, 4), take(models.rtx3090, 2)], {
        publicIps: 1,
      }),
      host(hostIds.ashburnBig, locationIds.ashburn, [take(models.h100, 8), take(models.a100, 4)], {
        vcpus: 192,
        ramGb: 1024,
        storageGb: 60_000,
        publicIps: 4,
      }),
      host(hostIds.ashburnCpu, locationIds.ashburn, [take(models.l4, 2)], {
        vcpus: 128,
        ramGb: 512,
        publicIps: 2,
      }),
      host(
        hostIds.warsaw,
        locationIds.warsaw,
        [take(models.a6000, 4), take(models.rtx5090, 2), take(models.l40s, 0)],
        {
          prices: { vcpu: 0.0025, ramGb: 0.0015, storageGb: 0.00004 },
        },
      ),
      host(hostIds.mumbai, locationIds.mumbai, [take(models.rtx3090, 1)], {
        ignoresForwards: true,
        publicIps: 1,
      }),
    ],
  };
}

function gpu(model: string, displayName: string, price: number): Omit<HostGpu, 'available'> {
  return { model, displayName, price };
}

function take(kind: Omit<HostGpu, 'available'>, available: number): HostGpu {
  return { ...kind, available };
}

function location(
  id: string,
  city: string,
  stateProvince: string,
  country: string,
  tier: number,
  organizationName: string,
  networkStorage: boolean,
): SimulatedLocation {
  return { id, city, stateProvince, country, tier, organizationName, networkStorage };
}

function host(id: string, locationId: string, gpus: HostGpu[], changes: Partial<Host>): Host {
  return {
    id,
    locationId,
    gpus,
    vcpus: 56,
    ramGb: 331,
    storageGb: 30_200,
    maxVcpusPerGpu: 32,
    maxRamGbPerGpu: 128,
    ports: Array.from({ length: 40 }, (_, index) => 20_000 + index),
    publicIps: 0,
    prices: usual,
    networkGbps: 2.5,
    uploadGbps: 1.5,
    ignoresForwards: false,
    online: true,
    ...changes,
  };
}
