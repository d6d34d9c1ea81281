import { describe, expect, it } from 'vitest';
import { load } from 'js-yaml';
import { encodeCreate, encodeLiveCreate, encodeModify, encodeSecret } from '../../../src/api/encode';
import type { CreateRequest } from '../../../src/api/types';
import { model } from './bodies';

const request: CreateRequest = {
  name: 'n',
  image: 'ubuntu2404',
  resources: { vcpuCount: 4, ramGb: 8, storageGb: 200, gpus: [{ model, count: 2 }] },
  placement: { locationId: 'loc' },
  useDedicatedIp: false,
  portForwards: [{ internalPort: 22, externalPort: 0 }],
  sshKeyId: 'key-1',
  password: 'Pa55',
  cloudInit: {
    packageUpdate: true,
    packages: ['git'],
    runcmd: ['echo "a: b"', ['touch', '/x']],
    writeFiles: [{ path: '/x', content: 'a\nb\n', permissions: '0644' }],
  },
};
const cloudInit = {
  package_update: true,
  packages: ['git'],
  runcmd: ['echo "a: b"', ['touch', '/x']],
  write_files: [{ path: '/x', content: 'a\nb\n', permissions: '0644' }],
};
const common = {
  name: 'n',
  type: 'virtualmachine',
  image: 'ubuntu2404',
  location_id: 'loc',
  useDedicatedIp: false,
  port_forwards: [{ internal_port: 22, external_port: 0 }],
  ssh_key_id: 'key-1',
  password: 'Pa55',
};
const sizes = { vcpu_count: 4, ram_gb: 8, storage_gb: 200 };

describe('a create', () => {
  it('is written as the live service takes it', () => {
    expect(encodeLiveCreate(request)).toEqual({
      data: {
        type: 'virtualmachine',
        attributes: {
          ...common,
          resources: { ...sizes, gpus: { [model]: { count: 2 } } },
          cloud_init: cloudInit,
        },
      },
    });
  });

  it('is written as specified, cloud-init as the text of a file', async () => {
    const body = (await encodeCreate(request, 'specified')) as {
      data: { attributes: { cloud_init: string } };
    };
    const text = body.data.attributes.cloud_init;
    expect(body).toEqual({
      data: {
        type: 'virtualmachine',
        attributes: {
          ...common,
          resources: { ...sizes, gpus: [{ gpuV0Name: model, count: 2 }] },
          cloud_init: text,
        },
      },
    });
    expect(text).toMatch(/^#cloud-config\n/);
    expect(load(text)).toEqual(cloudInit);
  });

  it('leaves out what is not set', async () => {
    const bare: CreateRequest = { ...request, ...{ portForwards: undefined, cloudInit: undefined } };
    const json = JSON.stringify(
      await encodeCreate(
        {
          name: 'n',
          image: 'windows10',
          resources: { ...bare.resources, gpus: [] },
          placement: { hostnodeId: 'host' },
        },
        'live',
      ),
    );
    expect(JSON.parse(json)).toEqual({
      data: {
        type: 'virtualmachine',
        attributes: {
          name: 'n',
          type: 'virtualmachine',
          image: 'windows10',
          hostnode_id: 'host',
          resources: { vcpu_count: 4, ram_gb: 8, storage_gb: 200 },
        },
      },
    });
  });
});

it('a modify is flat, with one GPU object', () => {
  const sizes = { vcpuCount: 8, ramGb: 32, storageGb: 250 };
  expect(encodeModify({ ...sizes, gpu: { model, count: 1 } })).toEqual({
    cpuCores: 8,
    ramGb: 32,
    diskGb: 250,
    gpus: { gpuV0Name: model, count: 1 },
  });
  expect(encodeModify(sizes)).not.toHaveProperty('gpus');
});

it('a secret carries its kind as the documented type', () => {
  expect(encodeSecret('laptop', 'ssh-ed25519 AAAA', 'SSHKEY')).toEqual({
    data: { type: 'secret', attributes: { name: 'laptop', value: 'ssh-ed25519 AAAA', type: 'SSHKEY' } },
  });
});
