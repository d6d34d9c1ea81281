import type { Machine, Refusal } from '../model';
import type { WireOptions } from '../options';
import { refusalStatus, type Dialect, type DialectMaker, type Reply } from './dialect';

/** As the live service is seen to answer. */
export const live: DialectMaker = (wire) => ({
  ...liveActions(wire),
  list: (machines) => ({
    status: 200,
    body: {
      data: machines.map((machine) => (isThin(machine, wire) ? thin(machine, wire) : flat(machine, wire))),
    },
  }),
  instance: (machine) => ({ status: 200, body: flat(machine, wire) }),
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
    acted: (machine) => ({
      status: 200,
      body: {
        data: {
          type: 'instance',
          id: machine.id,
          attributes: { status: machine.status.startsWith('stop') ? 'stopping' : 'starting' },
        },
      },
    }),
    modified: () => success('Instance modified successfully'),
    deleted: () => (wire.deleteStatus === 204 ? { status: 204 } : success('Instance deleted successfully')),
    refusal: (refusal) => refuse(refusal, wire.refusalShape ?? 'top'),
  };
}

/** The whole of an instance, without any envelope. */
export function flat(machine: Machine, wire: WireOptions, type = 'virtualmachine'): unknown {
  const { sizes } = machine;
  return {
    type,
    id: machine.id,
    name: machine.name,
    status: statusWord(machine.status, wire),
    ipAddress: machine.ipAddress,
    portForwards: machine.forwards.map((entry) => ({
      internal_port: entry.internal,
      external_port: entry.external,
    })),
    resources: {
      vcpu_count: sizes.vcpus,
      ram_gb: sizes.ramGb,
      storage_gb: sizes.storageGb,
      gpus: Object.fromEntries(sizes.gpus.map((gpu) => [gpu.model, { count: gpu.count, v0Name: gpu.model }])),
    },
    rateHourly: machine.rateHourly,
  };
}

export function statusWord(status: string, wire: WireOptions): string {
  const word = status.replace('stoppeddisassociated', 'stopped disassociated');
  if (wire.statusCasing === 'snake') return word.replace(' ', '_');
  if (wire.statusCasing === 'pascal')
    return word.replace(/(^| )(\w)/g, (_, __, first: string) => first.toUpperCase());
  return status;
}

function thin(machine: Machine, wire: WireOptions): unknown {
  return {
    type: 'virtualmachine',
    id: machine.id,
    name: machine.name,
    status: statusWord(machine.status, wire),
  };
}

function isThin(machine: Machine, wire: WireOptions): boolean {
  const { listItems = 'mixed' } = wire;
  return listItems === 'thin' || (listItems === 'mixed' && machine.serial % 2 === 0);
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
