import type { SimulatedInstance, Refusal } from '../model';
import type { WireOptions } from '../options';
import { refusalStatus, type Dialect, type DialectMaker, type Reply } from './dialect';

/** As the live service was observed to answer. */
export const live: DialectMaker = (wire) => ({
  ...liveActions(wire),
  list: (instances) => ({
    status: 200,
    body: {
      data: instances.map((instance) =>
        isThin(instance, wire) ? thin(instance, wire) : flat(instance, wire),
      ),
    },
  }),
  instance: (instance) => ({ status: 200, body: flat(instance, wire) }),
});

/** What the live dialect and the documentation's have in common. */
export function liveActions(wire: WireOptions): Omit<Dialect, 'list' | 'instance'> {
  return {
    shape: 'live',
    hasCatalogue: true,
    created: ({ id, name }) => ({
      status: wire.createStatus ?? 200,
      body: { data: { type: 'virtualmachine', id, name, status: wire.createWord ?? 'running' } },
    }),
    acted: (instance) => ({
      status: 200,
      body: {
        data: {
          type: 'instance',
          id: instance.id,
          attributes: { status: instance.status.startsWith('stop') ? 'stopping' : 'starting' },
        },
      },
    }),
    modified: () => success('Instance modified successfully'),
    deleted: () => (wire.deleteStatus === 204 ? { status: 204 } : success('Instance deleted successfully')),
    refusal: (refusal) => refuse(refusal, wire.refusalShape ?? 'top'),
  };
}

/** The whole of an instance, without any envelope. */
export function flat(instance: SimulatedInstance, wire: WireOptions, type = 'virtualmachine'): unknown {
  const { sizes } = instance;
  return {
    type,
    id: instance.id,
    name: instance.name,
    status: statusWord(instance.status, wire),
    ipAddress: instance.ipAddress,
    portForwards: instance.forwards.map((entry) => ({
      internal_port: entry.internal,
      external_port: entry.external,
    })),
    resources: {
      vcpu_count: sizes.vcpus,
      ram_gb: sizes.ramGb,
      storage_gb: sizes.storageGb,
      gpus: Object.fromEntries(sizes.gpus.map((gpu) => [gpu.model, { count: gpu.count, v0Name: gpu.model }])),
    },
    rateHourly: instance.rateHourly,
  };
}

export function statusWord(status: string, wire: WireOptions): string {
  const word = status.replace('stoppeddisassociated', 'stopped disassociated');
  if (wire.statusCasing === 'snake') return word.replace(' ', '_');
  if (wire.statusCasing === 'pascal')
    return word.replace(/(^| )(\w)/g, (_, __, first: string) => first.toUpperCase());
  return status;
}

function thin(instance: SimulatedInstance, wire: WireOptions): unknown {
  return {
    type: 'virtualmachine',
    id: instance.id,
    name: instance.name,
    status: statusWord(instance.status, wire),
  };
}

function isThin(instance: SimulatedInstance, wire: WireOptions): boolean {
  const { listItems = 'mixed' } = wire;
  return listItems === 'thin' || (listItems === 'mixed' && instance.serial % 2 === 0);
}

function success(message: string): Reply {
  return { status: 200, body: { data: { type: 'success', attributes: { message } } } };
}

function refuse(refusal: Refusal, shape: NonNullable<WireOptions['refusalShape']>): Reply {
  const status = refusalStatus[refusal.kind];
  const error = refusal.message;
  if (refusal.issues.length > 0) return { status, body: refusal.issues };
  const inside = refusal.kind === 'capacity' || refusal.kind === 'balance';
  if (!inside || shape === 'http') return { status, body: { error } };
  const nested = shape === 'data' || refusal.kind === 'balance';
  return { status: 200, body: nested ? { data: { status, error } } : { status, error } };
}
