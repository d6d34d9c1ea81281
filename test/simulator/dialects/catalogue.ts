import type { Capacity } from '../capacity';
import type { Host, HostGpu, SimulatedLocation, Prices, Secret } from '../model';

/** `GET /locations`: what one instance may have at each location, by GPU model. */
export function locations(capacity: Capacity): unknown {
  return { data: { locations: capacity.locations().map((location) => locationRow(location, capacity)) } };
}

/** `GET /hostnodes`. */
export function hostnodes(capacity: Capacity): unknown {
  return { data: { hostnodes: capacity.hosts().map((host) => hostnode(host, capacity)) } };
}

/** One of `GET /hostnodes`, or `undefined` if there is none. */
export function oneHostnode(capacity: Capacity, id: string): unknown {
  const host = capacity.hosts().find((entry) => entry.id === id);
  return host === undefined ? undefined : { data: hostnode(host, capacity) };
}

export function secrets(list: readonly Secret[]): unknown {
  return { data: { secrets: list.map(({ id, name, kind }) => ({ type: kind, id, name })) } };
}

function locationRow(location: SimulatedLocation, capacity: Capacity): unknown {
  const hosts = capacity.hosts().filter((host) => host.locationId === location.id);
  const offers = hosts.flatMap((host) => host.gpus.map((gpu) => ({ host, gpu })));
  return {
    id: location.id,
    city: location.city,
    stateprovince: location.stateProvince,
    country: location.country,
    tier: location.tier,
    gpus: offers
      .filter(({ gpu }) => gpu.available > 0)
      .map(({ host, gpu }) => ({
        v0Name: gpu.model,
        displayName: gpu.displayName,
        max_count: gpu.available,
        price_per_hr: gpu.price,
        resources: { max_vcpus: host.vcpus, max_ram_gb: host.ramGb, max_storage_gb: host.storageGb },
        pricing: prices(host.prices),
        network_features: {
          dedicated_ip_available: host.publicIps > 0,
          port_forwarding_available: host.ports.length > 0,
          network_storage_available: location.networkStorage,
        },
      })),
  };
}

function hostnode(host: Host, capacity: Capacity): unknown {
  const location = capacity.locations().find((entry) => entry.id === host.locationId);
  return {
    id: host.id,
    location_id: host.locationId,
    engine: 'kvm',
    uptime_percentage: 99.9,
    available_resources: {
      gpus: host.gpus.map((gpu: HostGpu) => ({
        v0Name: gpu.model,
        availableCount: gpu.available,
        price_per_hr: gpu.price,
      })),
      vcpu_count: host.vcpus,
      ram_gb: host.ramGb,
      storage_gb: host.storageGb,
      max_vcpus_per_gpu: host.maxVcpusPerGpu,
      max_ram_per_gpu: host.maxRamGbPerGpu,
      max_vcpus: host.vcpus,
      max_ram_gb: host.ramGb,
      max_storage_gb: host.storageGb,
      available_ports: host.ports,
      has_public_ip_available: host.publicIps > 0,
    },
    pricing: prices(host.prices),
    location: {
      uuid: host.locationId,
      city: location?.city ?? '',
      stateprovince: location?.stateProvince ?? '',
      country: location?.country ?? '',
      has_network_storage: location?.networkStorage ?? false,
      network_speed_gbps: host.networkGbps,
      network_speed_upload_gbps: host.uploadGbps,
      organization: `org-${host.locationId.slice(0, 8)}`,
      organizationName: location?.organizationName ?? '',
      tier: location?.tier ?? 0,
    },
  };
}

function prices(of: Prices): unknown {
  return { per_vcpu_hr: of.vcpu, per_gb_ram_hr: of.ramGb, per_gb_storage_hr: of.storageGb };
}
