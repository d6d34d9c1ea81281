import { describe, expect, it } from 'vitest';
import {
  decodeHostnode,
  decodeHostnodes,
  decodeLocations,
  decodeSecret,
  decodeSecrets,
} from '../../../src/api/decodeCatalogue';
import {
  decodeActionReply,
  decodeInstance,
  decodeInstances,
  decodeState,
} from '../../../src/api/decodeInstance';
import { gets, hostnode, id, instance, lists, liveDetails, location, model, thinInstance } from './bodies';

describe('an instance', () => {
  it.each(Object.entries(gets))('is the same, %s', (_, body) => {
    expect(decodeInstance(body)).toEqual(instance);
  });

  it.each(Object.entries(lists))('is the same in a list, %s', (_, body) => {
    expect(decodeInstances(body)).toEqual({ instances: [instance, thinInstance], droppedRows: 0 });
  });

  it.each([
    ['running', 'running'],
    ['Online', 'running'],
    ['active', 'running'],
    ['Provisioning', 'creating'],
    ['queued', 'creating'],
    ['pending', 'creating'],
    ['creating', 'creating'],
    ['starting', 'starting'],
    ['stopping', 'stopping'],
    ['STOPPED', 'stopped'],
    ['StoppedDisassociated', 'stoppeddisassociated'],
    ['stopped_disassociated', 'stoppeddisassociated'],
    ['stopped-disassociated', 'stoppeddisassociated'],
    ['stopped disassociated', 'stoppeddisassociated'],
    ['terminated', 'deleted'],
    ['deleting', 'deleting'],
    ['failed', 'error'],
    ['error', 'error'],
    ['migrating', 'unknown'],
    ['constructor', 'unknown'],
    ['', 'unknown'],
  ])('whose status is %j is %s', (status, state) => {
    expect(decodeState(status)).toBe(state);
  });

  it('keeps its row when the word is new, and says the word', () => {
    const decoded = decodeInstances({ data: [{ id, name: 'x', status: 'Migrating' }] });
    expect(decoded?.instances).toEqual([{ id, name: 'x', state: 'unknown', statusText: 'Migrating' }]);
  });

  it('has no address before one is assigned', () => {
    for (const ipAddress of ['', null, undefined, 'pending', '203.0.113.71\nHost *']) {
      expect(decodeInstance({ id, ipAddress })).not.toHaveProperty('ipAddress');
    }
    expect(decodeInstance({ id, ipAddress: '2001:db8::1' })?.ipAddress).toBe('2001:db8::1');
  });

  it('distinguishes no port forwards from a missing field', () => {
    expect(decodeInstance({ id, portForwards: [] })?.portForwards).toEqual([]);
    expect(decodeInstance({ id, portForwards: {} })?.portForwards).toEqual([]);
    expect(decodeInstance({ id, portForwards: null })).not.toHaveProperty('portForwards');
    expect(decodeInstance({ id, portForwards: [{ internal_port: 22 }] })).not.toHaveProperty('portForwards');
    expect(decodeInstance({ id, portForwards: { '22': 99999, '80': 20080 } })?.portForwards).toEqual([
      { internalPort: 80, externalPort: 20080 },
    ]);
  });

  it('distinguishes a lost GPU from a missing field', () => {
    const gpusOf = (gpus: unknown): unknown =>
      decodeInstance({ id, resources: { ram_gb: 1, gpus } })?.resources;
    expect(gpusOf({})).toEqual({ ramGb: 1, gpus: [] });
    expect(gpusOf([])).toEqual({ ramGb: 1, gpus: [] });
    expect(gpusOf({ [model]: { count: 0 } })).toEqual({ ramGb: 1, gpus: [] });
    expect(gpusOf(null)).toEqual({ ramGb: 1 });
    expect(gpusOf({ [model]: { count: -1 } })).toEqual({ ramGb: 1 });
    expect(gpusOf([model, { v0Name: 'l4-pcie-24gb', count: 2 }])).toEqual({
      ramGb: 1,
      gpus: [
        { model, count: 1 },
        { model: 'l4-pcie-24gb', count: 2 },
      ],
    });
  });

  it.each([Number.NaN, -1, 1e300, '1e999', 'NaN', 'free', true, {}, [], null])(
    'has no rate where the service says %j',
    (rateHourly) => {
      expect(decodeInstance({ id, rateHourly })).not.toHaveProperty('rateHourly');
    },
  );

  it('keeps a long name, cut for storage, and goes by its id where it has none', () => {
    expect(decodeInstance({ id, name: 'x'.repeat(50_000) })?.name).toHaveLength(10_000);
    expect(decodeInstance({ id, name: '<b>\u001b[31m' })?.name).toBe('<b>\u001b[31m');
    expect(decodeInstance({ id, name: '' })?.name).toBe(id);
  });

  it('loses no row because of its neighbours, and counts those without an id', () => {
    const broken = [null, 7, 'x', [], {}, { id: '' }, { id: '..' }, { id: 'a/b\nc' }, { id: { id } }];
    const body = {
      data: [...broken, { id, ...liveDetails }, { id, name: 'again' }, { id: 5, resources: 'none' }],
    };
    const decoded = decodeInstances(body);
    expect(decoded?.instances.map((row) => row.id)).toEqual([id, '5']);
    expect(decoded?.instances[0]).toEqual(instance);
    expect(decoded?.droppedRows).toBe(broken.length + 1);
  });

  it('distinguishes an empty list from none', () => {
    for (const body of [{ data: [] }, { data: { instances: [] } }, []]) {
      expect(decodeInstances(body)).toEqual({ instances: [], droppedRows: 0 });
    }
    for (const body of [{}, { data: null }, { data: {} }, null, 'x', { data: { instances: null } }]) {
      expect(decodeInstances(body)).toBeUndefined();
    }
  });
});

describe('a reply', () => {
  it.each([
    [
      'enveloped',
      { data: { type: 'virtualmachine', id, attributes: { name: 'n', status: 'starting' } } },
      'starting',
    ],
    ['flat in data', { data: { type: 'virtualmachine', id, name: 'n', status: 'running' } }, 'running'],
    ['of a queue', { data: { type: 'virtualmachine', id, name: 'n', status: 'queued' } }, 'creating'],
    ['at the top', { id, name: 'n', status: 'queued' }, 'creating'],
  ])('to a create is read, %s', (_, body, state) => {
    expect(decodeActionReply(body)).toEqual({ id, name: 'n', state });
  });

  it.each([
    [{ data: { type: 'instance', id, attributes: { status: 'stopping' } } }, { id, state: 'stopping' }],
    [{ data: { type: 'success', message: 'Deleted' } }, { message: 'Deleted' }],
    [{ data: { type: 'success', attributes: { message: 'Deleted' } } }, { message: 'Deleted' }],
    [undefined, {}],
    [{}, {}],
    ['ok', {}],
  ])('%j to an action is read', (body, reply) => {
    expect(decodeActionReply(body)).toEqual(reply);
  });
});

describe('the catalogue', () => {
  it('has locations with what they offer', () => {
    expect(decodeLocations({ data: { locations: [location, {}, null] } })).toEqual([
      {
        id: location.id,
        city: 'Chubbuck',
        stateProvince: 'Idaho',
        country: 'United States',
        tier: 1,
        gpus: [
          {
            model,
            displayName: 'NVIDIA GeForce RTX 4090 PCIe 24GB',
            maxCount: 4,
            priceHourly: 0.3966,
            maxVcpus: 56,
            maxRamGb: 331,
            maxStorageGb: 30200,
            prices: { vcpuHourly: 0.003, ramGbHourly: 0.002, storageGbHourly: 0.00005 },
            dedicatedIpAvailable: true,
            portForwardingAvailable: true,
            networkStorageAvailable: false,
          },
        ],
      },
    ]);
  });

  it('has hosts, alone and in a list', () => {
    const decoded = decodeHostnode({ data: hostnode });
    expect(decodeHostnodes({ data: { hostnodes: [hostnode, 3] } })).toEqual([decoded]);
    expect(decoded).toEqual({
      id: 'host-1',
      locationId: location.id,
      engine: 'kvm',
      uptimePercentage: 99.9,
      gpus: [{ model, availableCount: 1, priceHourly: 0.3966 }],
      vcpuCount: 64,
      ramGb: 256,
      storageGb: 4000,
      maxVcpusPerGpu: 16,
      maxRamGbPerGpu: 64,
      availablePorts: [20000, 20001],
      publicIpAvailable: true,
      prices: { vcpuHourly: 0.003, ramGbHourly: 0.002, storageGbHourly: 0.00005 },
      city: 'Ashburn',
      tier: 3,
      networkSpeedGbps: 2.5,
      hasNetworkStorage: false,
      organizationName: 'Org',
    });
  });

  it('may be empty, which is no error', () => {
    expect(decodeLocations({ data: { locations: [] } })).toEqual([]);
    expect(decodeHostnodes({ data: { hostnodes: [] } })).toEqual([]);
    expect(decodeLocations({ data: {} })).toBeUndefined();
  });
});

describe('secrets', () => {
  it('are read in both forms', () => {
    const documented = { data: { secrets: [{ type: 'SSHKEY', id: 's1', name: 'laptop' }] } };
    const enveloped = {
      data: [{ type: 'secret', id: 's1', attributes: { name: 'laptop', secret_type: 'SSHKEY', value: 'v' } }],
    };
    expect(decodeSecrets(documented)).toEqual([{ id: 's1', name: 'laptop', kind: 'SSHKEY' }]);
    expect(decodeSecrets(enveloped)).toEqual([{ id: 's1', name: 'laptop', kind: 'SSHKEY' }]);
    expect(decodeSecret({ data: { type: 'secret', id: 's1', name: 'laptop' } })).toEqual({
      id: 's1',
      name: 'laptop',
    });
  });
});

it.each([{}, { data: {} }, { data: { attributes: {} } }, { rateHourly: 1 }])(
  'a body that names no instance is none, whatever was asked for: %j',
  (body) => {
    expect(decodeInstance(body, 'asked-for')).toBeUndefined();
  },
);
