import type { SimulatedInstance } from '../model';
import { refusalStatus, type DialectMaker } from './dialect';

/** The words of the formal contract; a state without a word gets the nearest one. */
const words: Readonly<Record<string, string>> = {
  creating: 'starting',
  queued: 'starting',
  provisioning: 'starting',
  stoppeddisassociated: 'stopped',
  pending: 'stopped',
};

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  429: 'Too Many Requests',
};

/** As in the formal contract: everything in `data` with `type`, `id` and `attributes`. */
export const specified: DialectMaker = (wire) => ({
  shape: 'specified',
  hasCatalogue: wire.strict === false,
  list: (instances) => ({ status: 200, body: { data: { instances: instances.map(envelope) } } }),
  instance: (instance) => ({ status: 200, body: { data: envelope(instance) } }),
  created: (instance) => ({
    status: 201,
    body: {
      data: {
        type: 'virtualmachine',
        id: instance.id,
        attributes: { name: instance.name, status: 'starting' },
      },
    },
  }),
  acted: (instance) => ({
    status: 200,
    body: {
      data: {
        type: 'virtualmachine',
        id: instance.id,
        attributes: { status: instance.status.startsWith('stop') ? 'stopping' : 'starting' },
      },
    },
  }),
  modified: () => success('Instance modified successfully'),
  deleted: () => success('Instance deleted successfully'),
  refusal(refusal) {
    const status = refusalStatus[refusal.kind];
    const title = titles[status] ?? 'Error';
    const details =
      refusal.issues.length > 0
        ? refusal.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        : [refusal.message];
    return { status, body: { errors: details.map((detail) => ({ status: String(status), title, detail })) } };
  },
});

function success(message: string): { status: number; body: unknown } {
  return { status: 200, body: { data: { type: 'success', message } } };
}

function envelope(instance: SimulatedInstance): unknown {
  const { sizes } = instance;
  return {
    type: 'virtualmachine',
    id: instance.id,
    attributes: {
      name: instance.name,
      status: words[instance.status] ?? instance.status,
      ...(instance.ipAddress === '' ? {} : { ipAddress: instance.ipAddress }),
      portForwards: Object.fromEntries(
        instance.forwards.map((entry) => [String(entry.internal), entry.external]),
      ),
      resources: {
        vcpu_count: sizes.vcpus,
        ram_gb: sizes.ramGb,
        storage_gb: sizes.storageGb,
        gpus: sizes.gpus.map((gpu) => ({ gpuV0Name: gpu.model, count: gpu.count })),
      },
      rateHourly: instance.rateHourly,
      location_id: instance.locationId,
      image: instance.image,
    },
  };
}
