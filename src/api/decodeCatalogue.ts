import {
  type Fields,
  fieldsOf,
  findRows,
  isList,
  readBoolean,
  readId,
  readPort,
  withoutMissing,
} from './fields';
import type { Hostnode, HostnodeGpu, Location, LocationGpu, Secret, UnitPrices } from './types';

/** The locations of `GET /locations`. Empty is a normal answer; `undefined` means there was no list. */
export function decodeLocations(body: unknown): Location[] | undefined {
  return decodeRows(body, 'locations', decodeLocation);
}

/** The host nodes of `GET /hostnodes`. Empty is a normal answer; `undefined` means there was no list. */
export function decodeHostnodes(body: unknown): Hostnode[] | undefined {
  return decodeRows(body, 'hostnodes', (row) => decodeHostnode(row));
}

/** The secrets of `GET /secrets`, in either form. `undefined` means there was no list. */
export function decodeSecrets(body: unknown): Secret[] | undefined {
  return decodeRows(body, 'secrets', decodeSecret);
}

function decodeRows<T extends { readonly id: string }>(
  body: unknown,
  name: string,
  decode: (row: unknown) => T | undefined,
): T[] | undefined {
  const rows = findRows(body, name);
  if (rows === undefined) return undefined;
  const byId = new Map<string, T>();
  for (const row of rows) {
    const decoded = decode(row);
    if (decoded !== undefined && !byId.has(decoded.id)) byId.set(decoded.id, decoded);
  }
  return [...byId.values()];
}

function decodeLocation(row: unknown): Location | undefined {
  const fields = fieldsOf(row);
  const id = fields.get(readId, 'id', 'uuid');
  if (id === undefined) return undefined;
  return withoutMissing({
    id,
    ...readGeography(fields),
    gpus: readList(fields, 'gpus', readLocationGpu),
  });
}

function readLocationGpu(gpu: Fields): LocationGpu | undefined {
  const model = gpu.text('v0Name', 'gpuV0Name');
  if (model === undefined) return undefined;
  const most = gpu.inside('resources');
  const network = gpu.inside('network_features');
  return withoutMissing({
    model,
    displayName: gpu.text('displayName') ?? model,
    maxCount: gpu.integer('max_count'),
    priceHourly: gpu.number('price_per_hr'),
    maxVcpus: most.integer('max_vcpus'),
    maxRamGb: most.number('max_ram_gb'),
    maxStorageGb: most.number('max_storage_gb'),
    prices: readPrices(gpu),
    dedicatedIpAvailable: network.get(readBoolean, 'dedicated_ip_available'),
    portForwardingAvailable: network.get(readBoolean, 'port_forwarding_available'),
    networkStorageAvailable: network.get(readBoolean, 'network_storage_available'),
  });
}

/** One host node, alone or a row of the list, under the ID in the body, else `requestedId`. */
export function decodeHostnode(body: unknown, requestedId?: string): Hostnode | undefined {
  const fields = fieldsOf(body);
  const id = fields.get(readId, 'id') ?? requestedId;
  if (id === undefined || fields.isEmpty) return undefined;
  const free = fields.inside('available_resources');
  const location = fields.inside('location');
  return withoutMissing({
    id,
    locationId: fields.get(readId, 'location_id') ?? location.get(readId, 'uuid', 'id'),
    engine: fields.text('engine'),
    uptimePercentage: fields.number('uptime_percentage'),
    gpus: readList(free, 'gpus', readHostnodeGpu),
    vcpuCount: free.integer('vcpu_count'),
    ramGb: free.number('ram_gb'),
    storageGb: free.number('storage_gb'),
    maxVcpusPerGpu: free.integer('max_vcpus_per_gpu'),
    maxRamGbPerGpu: free.number('max_ram_per_gpu'),
    maxVcpus: free.integer('max_vcpus'),
    maxRamGb: free.number('max_ram_gb'),
    maxStorageGb: free.number('max_storage_gb'),
    availablePorts:
      free.get((value) => (isList(value) ? readPorts(value) : undefined), 'available_ports') ?? [],
    publicIpAvailable: free.boolean('has_public_ip_available'),
    prices: readPrices(fields),
    ...readGeography(location),
    networkSpeedGbps: location.number('network_speed_gbps'),
    networkSpeedUploadGbps: location.number('network_speed_upload_gbps'),
    hasNetworkStorage: location.boolean('has_network_storage'),
    organizationName: location.text('organizationName'),
  });
}

function readHostnodeGpu(gpu: Fields): HostnodeGpu | undefined {
  const model = gpu.text('v0Name', 'gpuV0Name');
  if (model === undefined) return undefined;
  return withoutMissing({
    model,
    availableCount: gpu.integer('availableCount', 'available_count'),
    priceHourly: gpu.number('price_per_hr'),
  });
}

/**
 * A secret without its value. In a list, its `type` is the kind. Elsewhere that's the word `secret`, and the kind, if
 * there is one, is inside.
 */
export function decodeSecret(body: unknown): Secret | undefined {
  const fields = fieldsOf(body);
  const id = fields.get(readId, 'id');
  if (id === undefined) return undefined;
  return withoutMissing({
    id,
    name: fields.text('name') ?? id,
    kind: fields.get(readSecretKind, 'secret_type', 'type'),
  });
}

function readSecretKind(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.toLowerCase() !== 'secret'
    ? value.slice(0, 100)
    : undefined;
}

function readGeography(fields: Fields): Pick<Location, 'city' | 'stateProvince' | 'country' | 'tier'> {
  return {
    city: fields.text('city'),
    stateProvince: fields.text('stateprovince', 'stateProvince'),
    country: fields.text('country'),
    tier: fields.integer('tier'),
  };
}

function readPrices(fields: Fields): UnitPrices {
  const prices = fields.inside('pricing');
  return withoutMissing({
    vcpuHourly: prices.number('per_vcpu_hr'),
    ramGbHourly: prices.number('per_gb_ram_hr'),
    storageGbHourly: prices.number('per_gb_storage_hr'),
  });
}

function readList<T>(fields: Fields, key: string, read: (row: Fields) => T | undefined): T[] {
  const rows = fields.get((value) => (isList(value) ? value : undefined), key) ?? [];
  return rows.map((row) => read(fieldsOf(row))).filter((row) => row !== undefined);
}

function readPorts(values: readonly unknown[]): number[] {
  return values.map(readPort).filter((port) => port !== undefined);
}
