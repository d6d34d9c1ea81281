import type { Dialect } from './dialect';
import { withoutMissing } from './fields';
import type { CloudInit, CreateRequest, ModifyRequest } from './types';

/** The body of `POST /instances`. The dialects differ in `gpus` and in `cloud_init`. */
export function encodeCreate(request: CreateRequest, dialect: Dialect): object {
  const { placement, resources, cloudInit } = request;
  const attributes = {
    name: request.name,
    type: 'virtualmachine',
    image: request.image,
    resources: {
      vcpu_count: resources.vcpuCount,
      ram_gb: resources.ramGb,
      storage_gb: resources.storageGb,
      gpus: encodeGpus(resources.gpus, dialect),
    },
    location_id: placement && 'locationId' in placement ? placement.locationId : undefined,
    hostnode_id: placement && 'hostnodeId' in placement ? placement.hostnodeId : undefined,
    useDedicatedIp: request.useDedicatedIp,
    port_forwards: request.portForwards?.map((forward) => ({
      internal_port: forward.internalPort,
      external_port: forward.externalPort,
    })),
    ssh_key: request.sshKey,
    ssh_key_id: request.sshKeyId,
    password: request.password,
    cloud_init: cloudInit && encodeCloudInit(cloudInit, dialect),
  };
  return { data: { type: 'virtualmachine', attributes: withoutMissing(attributes) } };
}

/** Without a GPU, the field is left out: no source shows that the service accepts an empty one. */
function encodeGpus(gpus: CreateRequest['resources']['gpus'], dialect: Dialect): object | undefined {
  if (gpus.length === 0) return undefined;
  return dialect === 'specified'
    ? gpus.map(({ model, count }) => ({ gpuV0Name: model, count }))
    : Object.fromEntries(gpus.map(({ model, count }) => [model, { count }]));
}

function encodeCloudInit(cloudInit: CloudInit, dialect: Dialect): object | string {
  const fields = withoutMissing({
    package_update: cloudInit.packageUpdate,
    package_upgrade: cloudInit.packageUpgrade,
    packages: cloudInit.packages,
    runcmd: cloudInit.runcmd,
    write_files: cloudInit.writeFiles,
  });
  // JSON is YAML, too.
  return dialect === 'specified' ? `#cloud-config\n${JSON.stringify(fields, undefined, 2)}\n` : fields;
}

/** The body of `PUT /instances/{id}/modify`, the same in both dialects: flat, with one GPU object. */
export function encodeModify(request: ModifyRequest): object {
  return withoutMissing({
    cpuCores: request.vcpuCount,
    ramGb: request.ramGb,
    diskGb: request.storageGb,
    gpus: request.gpu && { gpuV0Name: request.gpu.model, count: request.gpu.count },
  });
}

/** The body of `POST /secrets`. */
export function encodeSecret(name: string, value: string, kind: 'SSHKEY'): object {
  return { data: { type: 'secret', attributes: { name, value, type: kind } } };
}
