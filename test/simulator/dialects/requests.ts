import { images } from '../catalogue';
import {
  isWindows,
  Refusal,
  type CreateOrder,
  type Forward,
  type Gpu,
  type SimulatedInstance,
  type ModifyOrder,
} from '../model';
import { sshPortIssue, type Dialect } from './dialect';
import { Reader, type Fields } from './reading';

const attributesPath = ['data', 'attributes'];
const ramSteps = [
  2, 4, 6, 8, 10, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 512,
];

/** The kinds of secrets that the documentation names. */
const secretKinds = ['SSHKEY', 'GENERIC', 'SECRET'];

/** Reads the body of a create in the dialect's shape. Throws a `Refusal` with all issues. */
export function readCreate(shape: Dialect['shape'], body: unknown): CreateOrder {
  const reader = new Reader();
  const data = reader.fields(reader.fields(body, []).data, ['data']);
  mustBeInstance(reader, data.type, ['data', 'type']);
  const attributes = reader.fields(data.attributes, attributesPath);
  if (attributes.type !== undefined) mustBeInstance(reader, attributes.type, [...attributesPath, 'type']);
  const at = (name: string): string[] => [...attributesPath, name];

  const image = reader.text(attributes.image, at('image'));
  reader.oneOf(image, images, at('image'));
  const resources = reader.fields(attributes.resources, at('resources'));
  const vcpus = reader.whole(resources.vcpu_count, [...at('resources'), 'vcpu_count'], 1);
  reader.multiple(vcpus, 2, [...at('resources'), 'vcpu_count']);
  const order: CreateOrder = {
    name: reader.text(attributes.name, at('name')),
    image,
    sizes: {
      vcpus,
      ramGb: reader.whole(resources.ram_gb, [...at('resources'), 'ram_gb'], 1),
      storageGb: reader.whole(resources.storage_gb, [...at('resources'), 'storage_gb'], 100),
      gpus: readGpus(reader, shape, resources.gpus, [...at('resources'), 'gpus']),
    },
    locationId: reader.optionalText(attributes.location_id, at('location_id')),
    hostnodeId: reader.optionalText(attributes.hostnode_id, at('hostnode_id')),
    dedicatedIp: reader.flag(attributes.useDedicatedIp, at('useDedicatedIp')),
    forwards: readForwards(reader, attributes.port_forwards, at('port_forwards')),
    sshKey: reader.optionalText(attributes.ssh_key, at('ssh_key')),
    sshKeyId: reader.optionalText(attributes.ssh_key_id, at('ssh_key_id')),
    password: reader.optionalText(attributes.password, at('password')),
    cloudInit: readCloudInit(reader, shape, attributes.cloud_init, at('cloud_init')),
  };
  if (reader.issues.length === 0) checkCreate(reader, shape, order);
  if (reader.issues.length > 0) throw new Refusal('validation', 'Validation failed', reader.issues);
  return order;
}

/** Reads the flat body of a modify, the same in all dialects, against the instance it is for. */
export function readModify(instance: SimulatedInstance, body: unknown): ModifyOrder {
  const reader = new Reader();
  const fields = reader.fields(body, []);
  const vcpus = reader.optionalWhole(fields.cpuCores, ['cpuCores'], 2);
  reader.multiple(vcpus, 2, ['cpuCores']);
  const ramGb = reader.optionalWhole(fields.ramGb, ['ramGb'], 2);
  if (ramGb !== undefined && !ramSteps.includes(ramGb)) {
    reader.custom(`ramGb must be one of ${ramSteps.join(', ')}`, ['ramGb']);
  }
  const storageGb = reader.optionalWhole(fields.diskGb, ['diskGb'], 100);
  if (storageGb !== undefined && storageGb < instance.sizes.storageGb) {
    reader.custom('Disk size cannot be decreased', ['diskGb']);
  }
  let gpu: Gpu | undefined;
  if (fields.gpus !== undefined) {
    const given = reader.fields(fields.gpus, ['gpus']);
    gpu = {
      model: reader.text(given.gpuV0Name, ['gpus', 'gpuV0Name']),
      count: reader.whole(given.count, ['gpus', 'count'], 1),
    };
  }
  if (reader.issues.length > 0) throw new Refusal('validation', 'Validation failed', reader.issues);
  return { vcpus, ramGb, storageGb, gpu };
}

/** Reads the body that stores a secret. */
export function readSecret(body: unknown): {
  readonly name: string;
  readonly kind: string;
  readonly value: string;
} {
  const reader = new Reader();
  const data = reader.fields(reader.fields(body, []).data, ['data']);
  const attributes = reader.fields(data.attributes, attributesPath);
  const secret = {
    name: reader.text(attributes.name, [...attributesPath, 'name']),
    value: reader.text(attributes.value, [...attributesPath, 'value']),
    kind: reader.text(attributes.type, [...attributesPath, 'type']),
  };
  reader.oneOf(secret.kind, secretKinds, [...attributesPath, 'type']);
  if (reader.issues.length > 0) throw new Refusal('validation', 'Validation failed', reader.issues);
  return secret;
}

function checkCreate(reader: Reader, shape: Dialect['shape'], order: CreateOrder): void {
  const at = (name: string): string[] => [...attributesPath, name];
  if (order.name === '') reader.custom('Name is required', at('name'));
  if ((order.locationId === undefined) === (order.hostnodeId === undefined)) {
    reader.custom('Provide exactly one of location_id and hostnode_id', at('location_id'));
  } else if (order.locationId !== undefined && order.sizes.gpus.length === 0) {
    reader.custom('At least one GPU is required when deploying to a location', [...at('resources'), 'gpus']);
  }
  if (order.sshKey !== undefined && order.sshKeyId !== undefined) {
    reader.custom('Provide either ssh_key or ssh_key_id, not both', at('ssh_key'));
  }
  if (shape === 'specified') return;
  if (isWindows(order.image)) {
    if (!order.password) reader.custom('Password is required for Windows VMs', at('password'));
  } else if (order.sshKey === undefined && order.sshKeyId === undefined) {
    reader.custom('SSH key required', at('ssh_key'));
  }
  const ports = (order.forwards ?? []).map((forward) => forward.internal);
  reader.issues.push(...sshPortIssue(order.image, order.dedicatedIp, ports));
}

function mustBeInstance(reader: Reader, value: unknown, path: string[]): void {
  if (value !== 'virtualmachine') reader.custom('Invalid literal value, expected "virtualmachine"', path);
}

function readGpus(reader: Reader, shape: Dialect['shape'], value: unknown, path: string[]): readonly Gpu[] {
  if (value === undefined) return [];
  if (shape === 'specified') {
    return reader.list(value, path).map((entry, index) => {
      const gpu = reader.fields(entry, [...path, index]);
      return {
        model: reader.text(gpu.gpuV0Name, [...path, index, 'gpuV0Name']),
        count: reader.whole(gpu.count, [...path, index, 'count'], 1),
      };
    });
  }
  return Object.entries(reader.fields(value, path)).map(([model, entry]) => ({
    model,
    count: reader.whole(reader.fields(entry, [...path, model]).count, [...path, model, 'count'], 1),
  }));
}

function readForwards(reader: Reader, value: unknown, path: string[]): readonly Forward[] | undefined {
  if (value === undefined) return undefined;
  return reader.list(value, path).map((entry, index) => {
    const forward = reader.fields(entry, [...path, index]);
    return {
      internal: reader.whole(forward.internal_port, [...path, index, 'internal_port'], 1),
      external: reader.whole(forward.external_port, [...path, index, 'external_port'], 0),
    };
  });
}

function readCloudInit(reader: Reader, shape: Dialect['shape'], value: unknown, path: string[]): unknown {
  if (value === undefined) return undefined;
  if (shape === 'specified') return reader.text(value, path);
  const given: Fields = reader.fields(value, path);
  for (const name of ['package_update', 'package_upgrade']) reader.flag(given[name], [...path, name]);
  for (const name of ['packages', 'runcmd', 'write_files']) {
    if (given[name] !== undefined) reader.list(given[name], [...path, name]);
  }
  if (Array.isArray(given.write_files)) {
    given.write_files.forEach((entry: unknown, index) => {
      const file = reader.fields(entry, [...path, 'write_files', index]);
      if (file.encoding !== undefined) {
        reader.custom('encoding is not supported', [...path, 'write_files', index, 'encoding']);
      }
    });
  }
  return given;
}
