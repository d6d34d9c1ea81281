import type { CatalogState, Draft } from '../../../../src/views/webview/shared/protocol';
import { emptyDraft } from '../../../../src/views/webview/shared/drafts';

export const rtx4090 = 'geforcertx4090-pcie-24gb';
type Gpu = CatalogState['locations'][number]['gpus'][number];

export function gpu(model: string, priceHourly?: number, more: Partial<Gpu> = {}): Gpu {
  return {
    model,
    displayName: '',
    maxCount: 4,
    priceHourly,
    maxVcpus: 56,
    maxRamGb: 331,
    maxStorageGb: 30_200,
    prices: { vcpuHourly: 0.003, ramGbHourly: 0.002, storageGbHourly: 0.00005 },
    dedicatedIpAvailable: true,
    portForwardingAvailable: true,
    ...more,
  };
}

/** Three locations with an RTX 4090 (one expensive, one cheap, one cheap but too small) and a host node without a GPU. */
export const catalog: CatalogState = {
  loading: false,
  at: 1,
  locations: [
    { id: 'dear', city: 'Chubbuck', country: 'United States', tier: 1, gpus: [gpu(rtx4090, 0.3966)] },
    {
      id: 'cheap',
      city: 'Ashburn',
      country: 'United States',
      tier: 3,
      gpus: [gpu(rtx4090, 0.377), gpu('l4-pcie-24gb')],
    },
    { id: 'small', city: 'Oslo', country: 'Norway', gpus: [gpu(rtx4090, 0.1, { maxVcpus: 4 })] },
  ],
  hostnodes: [
    {
      id: 'host',
      gpus: [],
      vcpuCount: 64,
      ramGb: 256,
      storageGb: 4000,
      availablePorts: [20_000, 20_001],
      prices: { vcpuHourly: 0.003, ramGbHourly: 0.002, storageGbHourly: 0.00005 },
    },
  ],
};

export const access = {
  local: [{ fingerprint: 'SHA256:a', label: 'a', publicKey: 'ssh-ed25519 AAAA a' }],
  stored: [{ id: 's1', name: 'laptop' }],
};

export const draft: Draft = {
  ...emptyDraft,
  gpuModel: rtx4090,
  placementId: 'cheap',
  image: 'ubuntu2404',
  name: 'rtx4090-1',
  localKey: 'SHA256:a',
};
