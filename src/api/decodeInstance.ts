import { readAddress } from './address';
import { isObject } from '../base/json';
import {
  Fields,
  fieldsOf,
  findRows,
  isList,
  readId,
  readInteger,
  readPort,
  readText,
  withoutMissing,
} from './fields';
import type { ActionReply, GpuAllocation, Instance, InstanceState, PortForward, Resources } from './types';

const states: Readonly<Record<string, InstanceState>> = {
  creating: 'creating',
  provisioning: 'creating',
  queued: 'creating',
  pending: 'creating',
  starting: 'starting',
  running: 'running',
  online: 'running',
  active: 'running',
  stopping: 'stopping',
  stopped: 'stopped',
  stoppeddisassociated: 'stoppeddisassociated',
  deleting: 'deleting',
  deleted: 'deleted',
  terminated: 'deleted',
  error: 'error',
  failed: 'error',
};

/** The state that a status word means, whatever its case and separators; `unknown` for a new word. */
export function decodeState(status: string): InstanceState {
  const word = status
    .slice(0, 100)
    .toLowerCase()
    .replace(/[_\-\s]/g, '');
  return Object.hasOwn(states, word) ? (states[word] ?? 'unknown') : 'unknown';
}

/** What the decoder needs to know about the service that answered. */
export interface DecodeOptions {
  /** The service runs on this computer, so its instances may run here too. */
  readonly loopback?: boolean;
}

/** All rows of a list that have an ID of their own, and how many others there were. */
export interface DecodedInstances {
  readonly instances: readonly Instance[];
  readonly droppedRows: number;
}

/**
 * The list of instances, wherever it is in the answer: `data.instances`, `data.attributes.instances`, `data` itself,
 * or the top level. `undefined` if there is no list at all, which isn't the same as an empty one.
 */
export function decodeInstances(body: unknown, options: DecodeOptions = {}): DecodedInstances | undefined {
  const rows = findRows(body, 'instances');
  if (rows === undefined) return undefined;
  const byId = new Map<string, Instance>();
  for (const row of rows) {
    const instance = decodeInstance(row, undefined, options);
    if (instance !== undefined && !byId.has(instance.id)) byId.set(instance.id, instance);
  }
  return { instances: [...byId.values()], droppedRows: rows.length - byId.size };
}

/**
 * One instance, in an envelope or flat, under the ID in the body, else `requestedId`. A body without ID, name, and
 * status isn't an instance: a proxy may answer `{}`.
 */
export function decodeInstance(
  body: unknown,
  requestedId?: string,
  options: DecodeOptions = {},
): Instance | undefined {
  if (!isObject(body)) return undefined;
  const fields = fieldsOf(body);
  const ownId = fields.get(readId, 'id');
  const id = ownId ?? requestedId;
  const name = fields.text('name');
  const status = readStatus(fields);
  if (id === undefined || (ownId ?? name ?? status) === undefined) return undefined;
  const statusText = status ?? '';
  return withoutMissing({
    id,
    name: name ?? id,
    state: decodeState(statusText),
    statusText,
    ipAddress: fields.get((value) => readAddress(value, options), 'ipAddress', 'ip_address'),
    portForwards: fields.get(readPortForwards, 'portForwards', 'port_forwards'),
    resources: readResources(fields),
    rateHourly: fields.number('rateHourly', 'rate_hourly', 'price_per_hour'),
    locationId: fields.get(readId, 'location_id', 'locationId') ?? fields.text('region'),
    image: fields.text('image'),
  });
}

/** The answer to a create, start, stop, modify, or delete. Every field may be missing. */
export function decodeActionReply(body: unknown): ActionReply {
  const fields = fieldsOf(body);
  const status = readStatus(fields);
  return withoutMissing({
    id: fields.get(readId, 'id'),
    name: fields.text('name'),
    state: status === undefined ? undefined : decodeState(status),
    message: fields.text('message'),
  });
}

/** A status is a word. A number under that key belongs to an error or an envelope. */
function readStatus(fields: Fields): string | undefined {
  return fields.get(
    (value) => (typeof value === 'string' ? readText(value)?.slice(0, 100) : undefined),
    'status',
  );
}

function readResources(fields: Fields): Resources | undefined {
  const inside = fields.inside('resources');
  const resources = withoutMissing({
    vcpuCount: inside.integer('vcpu_count', 'vcpuCount') ?? fields.integer('vcpu_count', 'vcpus'),
    ramGb: inside.number('ram_gb', 'ramGb') ?? fields.number('ram_gb'),
    storageGb: inside.number('storage_gb', 'storageGb') ?? fields.number('storage_gb'),
    gpus: inside.get(readGpus, 'gpus') ?? readFlatGpu(fields),
  });
  return Object.keys(resources).length === 0 ? undefined : resources;
}

/** A flat row names one GPU model and the count beside its other fields. */
function readFlatGpu(fields: Fields): readonly GpuAllocation[] | undefined {
  const model = fields.text('gpu_model');
  if (model !== undefined) return readGpuEntries([[model, fields.integer('gpu_count') ?? 1]]);
  return fields.integer('gpu_count') === 0 ? [] : undefined;
}

/**
 * GPUs as a list of `{gpuV0Name, count}`, as a map from model to `{count, v0Name}` or to a number, or as one such
 * object. If there are entries and none is readable, the GPUs are unknown.
 */
function readGpus(value: unknown): readonly GpuAllocation[] | undefined {
  if (isList(value)) return readGpuEntries(value.map((entry) => [undefined, entry]));
  if (!isObject(value)) return undefined;
  const single = typeof (value.gpuV0Name ?? value.v0Name) === 'string';
  return readGpuEntries(single ? [[undefined, value]] : Object.entries(value));
}

type GpuEntry = readonly [model: string | undefined, value: unknown];

function readGpuEntries(entries: readonly GpuEntry[]): readonly GpuAllocation[] | undefined {
  const gpus = entries.map(readGpu).filter((gpu) => gpu !== undefined);
  return gpus.length === 0 && entries.length > 0 ? undefined : gpus.filter((gpu) => gpu.count > 0);
}

/** A model without a count counts once. */
function readGpu([key, value]: GpuEntry): GpuAllocation | undefined {
  const inside = isObject(value)
    ? [new Fields(value).text('gpuV0Name', 'v0Name', 'model', 'name') ?? key, value.count ?? 1]
    : key === undefined
      ? [value, 1]
      : [key, value];
  const model = typeof inside[0] === 'string' ? readText(inside[0]) : undefined;
  const count = readInteger(inside[1]);
  return model === undefined || count === undefined || count > mostGpus ? undefined : { model, count };
}

/** More than any instance has. A larger count is a mistake. */
const mostGpus = 1_000;

/**
 * Port forwards as a list of `{internal_port, external_port}` or as a map from internal to external port. If there
 * are entries and none is readable, the forwards are unknown: an empty list would mean a dedicated IP. Sorted, since
 * a map has no order.
 */
function readPortForwards(value: unknown): readonly PortForward[] | undefined {
  if (!isList(value) && !isObject(value)) return undefined;
  const pairs = isList(value)
    ? value.map((entry): readonly unknown[] => {
        const fields = new Fields(entry);
        return [
          fields.get(readPort, 'internal_port', 'internalPort'),
          fields.get(readPort, 'external_port', 'externalPort'),
          fields.text('protocol'),
        ];
      })
    : Object.entries(value);
  const externalOf = new Map<number, { readonly externalPort: number; readonly rank: number }>();
  for (const [internal, external, protocol] of pairs) {
    const internalPort = readPort(internal);
    const externalPort = readPort(external);
    if (internalPort === undefined || externalPort === undefined) continue;
    const rank = rankOf(protocol);
    if (rank > (externalOf.get(internalPort)?.rank ?? -1))
      externalOf.set(internalPort, { externalPort, rank });
  }
  if (externalOf.size === 0 && pairs.length > 0) return undefined;
  return [...externalOf]
    .map(([internalPort, { externalPort }]) => ({ internalPort, externalPort }))
    .sort((a, b) => a.internalPort - b.internalPort);
}

/** Of several forwards of one port, TCP comes first, then one without a protocol, then all others. */
function rankOf(protocol: unknown): number {
  if (typeof protocol !== 'string') return 1;
  return protocol.trim().toLowerCase() === 'tcp' ? 2 : 0;
}
