/** Bodies of the service in every observed form; those of an instance are all of the same one. */

export const id = '468b716a-6747-4cbe-9f13-afc153a21c14';
export const otherId = '1ab9d44d-9a1d-4b4c-bd72-1a78cc1f4e02';
export const model = 'geforcertx4090-pcie-24gb';

const sizes = { vcpu_count: 8, ram_gb: 32, storage_gb: 200 };
const common = { name: 'gpu-dev-4090', status: 'running', ipAddress: '203.0.113.71', rateHourly: 0.4946 };

/** The details as the formal contract writes them. */
export const specifiedDetails = {
  ...common,
  portForwards: { '22': 20456, '8888': 20457 },
  resources: { ...sizes, gpus: [{ gpuV0Name: model, count: 1 }] },
};

/** The details as the live service writes them. */
export const liveDetails = {
  ...common,
  portForwards: [
    { internal_port: 22, external_port: 20456 },
    { internal_port: 8888, external_port: 20457 },
  ],
  resources: { ...sizes, gpus: { [model]: { count: 1, v0Name: model } } },
};

export const instance = {
  id,
  name: 'gpu-dev-4090',
  state: 'running',
  statusText: 'running',
  ipAddress: '203.0.113.71',
  portForwards: [
    { internalPort: 22, externalPort: 20456 },
    { internalPort: 8888, externalPort: 20457 },
  ],
  resources: { vcpuCount: 8, ramGb: 32, storageGb: 200, gpus: [{ model, count: 1 }] },
  rateHourly: 0.4946,
};

/** Ways of giving back one instance. */
export const gets: Readonly<Record<string, unknown>> = {
  'as specified': { data: { type: 'virtualmachine', id, attributes: specifiedDetails } },
  'flat, as documented': { type: 'instance', id, ...liveDetails },
  'flat, as seen live': { type: 'virtualmachine', id, ...liveDetails },
  'flat in data': { data: { id, ...liveDetails } },
  'specified details, flat': { id, ...specifiedDetails },
  'live details in attributes': { data: { type: 'instance', id, attributes: liveDetails } },
  'camel-case ports': {
    id,
    ...liveDetails,
    portForwards: [
      { internalPort: 22, externalPort: 20456 },
      { internalPort: '8888', externalPort: '20457' },
    ],
  },
  'numbers as texts': {
    id,
    ...common,
    rateHourly: '0.4946',
    portForwards: { '22': '20456', '8888': '20457' },
    resources: { vcpu_count: '8', ram_gb: '32.0', storage_gb: '200', gpus: { [model]: { count: '1' } } },
  },
  'gpus as a map to numbers': { id, ...liveDetails, resources: { ...sizes, gpus: { [model]: 1 } } },
  'gpus as a map to contract objects': {
    id,
    ...liveDetails,
    resources: { ...sizes, gpus: { model: { gpuV0Name: model, count: 1 } } },
  },
  'gpus as one object': { id, ...liveDetails, resources: { ...sizes, gpus: { gpuV0Name: model, count: 1 } } },
};

export const thinRow = {
  type: 'VM',
  id: otherId,
  attributes: { name: 'thin', status: 'Stopped_Disassociated' },
};
export const thinInstance = {
  id: otherId,
  name: 'thin',
  state: 'stoppeddisassociated',
  statusText: 'Stopped_Disassociated',
};

const specifiedRow = { type: 'virtualmachine', id, attributes: specifiedDetails };
const liveRow = { type: 'virtualmachine', id, ...liveDetails };

/** Ways of giving back a list of that instance and of a thin one. */
export const lists: Readonly<Record<string, unknown>> = {
  'as specified': { data: { instances: [specifiedRow, thinRow] } },
  'as documented': { data: { instances: [liveRow, thinRow] } },
  'as on the start page': {
    data: { type: 'list', id: 'instances', attributes: { instances: [specifiedRow, thinRow] } },
  },
  'as seen live': { data: [liveRow, { id: otherId, name: 'thin', status: 'Stopped_Disassociated' }] },
  'a bare list': [liveRow, thinRow],
  'a mixture': {
    data: [specifiedRow, { id: otherId, attributes: { status: 'Stopped_Disassociated' }, name: 'thin' }],
  },
};

export const location = {
  id: '8dd95ff0-dff9-489c-9b02-b38a366b6ab1',
  city: 'Chubbuck',
  stateprovince: 'Idaho',
  country: 'United States',
  tier: 1,
  gpus: [
    {
      v0Name: model,
      displayName: 'NVIDIA GeForce RTX 4090 PCIe 24GB',
      max_count: 4,
      price_per_hr: 0.3966,
      resources: { max_vcpus: 56, max_ram_gb: 331, max_storage_gb: 30200 },
      pricing: { per_vcpu_hr: 0.003, per_gb_ram_hr: 0.002, per_gb_storage_hr: 0.00005 },
      network_features: {
        dedicated_ip_available: true,
        port_forwarding_available: true,
        network_storage_available: false,
      },
    },
  ],
};

export const hostnode = {
  id: 'host-1',
  location_id: location.id,
  engine: 'kvm',
  uptime_percentage: 99.9,
  available_resources: {
    gpus: [{ v0Name: model, availableCount: 1, price_per_hr: 0.3966 }],
    vcpu_count: 64,
    ram_gb: 256,
    storage_gb: 4000,
    max_vcpus_per_gpu: 16,
    max_ram_per_gpu: 64,
    available_ports: [20000, 20001, 'x', 70000],
    has_public_ip_available: true,
  },
  pricing: { per_vcpu_hr: 0.003, per_gb_ram_hr: 0.002, per_gb_storage_hr: 0.00005 },
  location: {
    uuid: location.id,
    city: 'Ashburn',
    network_speed_gbps: 2.5,
    has_network_storage: false,
    organizationName: 'Org',
    tier: 3,
  },
};
