import type { Dialect } from './dialect';
import { withoutMissing } from './fields';
import type { CloudInit, CreateRequest, ModifyRequest } from './types';

/** The body of `POST /instances`. The dialects differ in `gpus` and in `cloud_init`. */
export async function encodeCreate(request: CreateRequest, dialect: Dialect): Promise<object> {
  if (dialect === 'live') return encodeLiveCreate(request);
  const { cloudInit, resources } = request;
  const gpus = resources.gpus.map(({ model, count }) => ({ gpuV0Name: model, count }));
  return encodeFields(request, gpus, cloudInit && (await cloudInitFile(cloudInit)));
}

/** The body of `POST /instances` as the live service takes it. */
export function encodeLiveCreate(request: CreateRequest): object {
  const { cloudInit, resources } = request;
  const gpus = Object.fromEntries(resources.gpus.map(({ model, count }) => [model, { count }]));
  return encodeFields(request, gpus, cloudInit && cloudInitFields(cloudInit));
}

function encodeFields(request: CreateRequest, gpus: object, cloudInit: object | string | undefined): object {
  const { placement, resources } = request;
  const attributes = {
    name: request.name,
    type: 'virtualmachine',
    image: request.image,
    resources: {
      vcpu_count: resources.vcpuCount,
      ram_gb: resources.ramGb,
      storage_gb: resources.storageGb,
      // Without a GPU, the field is left out: no source shows that the service accepts an empty one.
      gpus: resources.gpus.length === 0 ? undefined : gpus,
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
    cloud_init: cloudInit,
  };
  return { data: { type: 'virtualmachine', attributes: withoutMissing(attributes) } };
}

function cloudInitFields(cloudInit: CloudInit): object {
  return withoutMissing({
    package_update: cloudInit.packageUpdate,
    package_upgrade: cloudInit.packageUpgrade,
    packages: cloudInit.packages,
    runcmd: cloudInit.runcmd,
    write_files: cloudInit.writeFiles,
  });
}

async function cloudInitFile(cloudInit: CloudInit): Promise<string> {
  const { dump } = await import('../base/yaml');
  return `#cloud-config\n${dump(cloudInitFields(cloudInit))}`;
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
