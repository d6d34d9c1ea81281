import { afterEach, describe, expect, it } from 'vitest';
import { anyNumber, textWith, createBody, startAsking, type Ask } from './asking';
import { ManualClock } from './clock';
import type { DialectName, SimulatorOptions } from './options';
import type { Simulator } from './server';

const gpuArray = {
  vcpu_count: 8,
  ram_gb: 32,
  storage_gb: 200,
  gpus: [{ gpuV0Name: 'geforcertx4090-pcie-24gb', count: 1 }],
};
let simulator: Simulator;
let ask: Ask;

async function begin(options: SimulatorOptions = {}): Promise<void> {
  ({ simulator, ask } = await startAsking({ clock: new ManualClock(), ...options }));
}

afterEach(() => simulator.close());

describe('dialects', () => {
  const lists: Record<DialectName, unknown> = {
    specified: {
      data: {
        instances: [
          {
            type: 'virtualmachine',
            attributes: {
              status: 'running',
              portForwards: { 22: anyNumber },
              resources: { gpus: [{ count: 1 }] },
            },
          },
          {},
        ],
      },
    },
    live: {
      data: [
        { name: 'instance-0001', status: 'running', portForwards: [{}] },
        { name: 'instance-0002', status: 'stopped' },
      ],
    },
    documented: {
      data: { instances: [{ type: 'VM', attributes: { name: 'instance-0001', status: 'running' } }, {}] },
    },
    'getting-started': {
      data: {
        type: 'list',
        id: 'instances',
        attributes: { instances: [{ type: 'instance', attributes: { name: 'instance-0001' } }, {}] },
      },
    },
  };
  it.each(Object.entries(lists))('list as %s', async (dialect, expected) => {
    await begin({ dialect: dialect as DialectName, seed: { many: 2 } });
    expect((await ask('GET', '/instances')).body).toMatchObject(expected as object);
  });

  it('live: every second row is thin, unless asked otherwise, and status words may be cased', async () => {
    await begin({ seed: { many: 3 }, wire: { statusCasing: 'pascal' } });
    const { data } = (await ask('GET', '/instances')).body as { data: object[] };
    expect(data.map((row) => 'resources' in row)).toEqual([true, false, true]);
    expect(data).toMatchObject([
      { status: 'Running' },
      { status: 'Stopped' },
      { status: 'StoppedDisassociated' },
    ]);
  });

  it('specified: creates from its own shape, answers 201, and has nothing but instances', async () => {
    await begin({ dialect: 'specified' });
    const made = await ask(
      'POST',
      '/instances',
      createBody({ resources: gpuArray, cloud_init: '#cloud-config', port_forwards: undefined }),
    );
    expect([made.status, made.body]).toMatchObject([
      201,
      { data: { type: 'virtualmachine', attributes: { name: 'made', status: 'starting' } } },
    ]);
    const [instance] = simulator.world.all();
    const path = `/instances/${instance?.id ?? ''}`;
    expect((await ask('GET', path)).body).toMatchObject({
      data: {
        attributes: { portForwards: { 22: anyNumber }, location_id: '8dd95ff0-dff9-489c-9b02-b38a366b6ab1' },
      },
    });
    expect((await ask('POST', `${path}/stop`)).body).toMatchObject({
      data: { type: 'virtualmachine', attributes: { status: 'stopping' } },
    });
    expect((await ask('DELETE', path)).body).toEqual({
      data: { type: 'success', message: 'Instance deleted successfully' },
    });
    expect((await ask('DELETE', path)).body).toEqual({
      errors: [{ status: '404', title: 'Not Found', detail: 'Instance not found' }],
    });
    for (const other of ['/locations', '/hostnodes', '/secrets'])
      expect((await ask('GET', other)).status).toBe(404);
  });

  it('specified refuses the live shape, live the specified one, and neither makes an instance', async () => {
    await begin({ dialect: 'specified' });
    const map = await ask('POST', '/instances', createBody());
    expect([map.status, map.body]).toMatchObject([
      400,
      { errors: [{ status: '400', detail: textWith('gpus') }] },
    ]);
    expect(simulator.world.all()).toHaveLength(0);
    await simulator.close();
    await begin();
    const array = await ask('POST', '/instances', createBody({ resources: gpuArray, cloud_init: 'text' }));
    expect([array.status, array.body]).toEqual([
      400,
      [
        {
          code: 'invalid_type',
          expected: 'object',
          received: 'array',
          path: ['data', 'attributes', 'resources', 'gpus'],
          message: 'Expected object, received array',
        },
        {
          code: 'invalid_type',
          expected: 'object',
          received: 'string',
          path: ['data', 'attributes', 'cloud_init'],
          message: 'Expected object, received string',
        },
      ],
    ]);
    expect(simulator.world.all()).toHaveLength(0);
  });

  it.each([
    [
      'no port 22',
      { port_forwards: [{ internal_port: 80, external_port: 0 }] },
      'SSH port (22) must be forwarded for Ubuntu VMs',
    ],
    ['an unknown image', { image: 'debian12' }, "received 'debian12'"],
    ['no place', { location_id: undefined }, 'exactly one'],
    ['two places', { hostnode_id: 'x' }, 'exactly one'],
    ['two keys', { ssh_key_id: 'x' }, 'not both'],
    ['no key', { ssh_key: undefined }, 'SSH key required'],
    ['Windows without a password', { image: 'windows10' }, 'Password'],
    [
      'a small disk',
      { resources: { vcpu_count: 8, ram_gb: 32, storage_gb: 50, gpus: {} } },
      'greater than or equal to 100',
    ],
    [
      'no GPU at a location',
      { resources: { vcpu_count: 8, ram_gb: 32, storage_gb: 100, gpus: {} } },
      'At least one GPU',
    ],
    ['no name', { name: undefined }, 'Required'],
    [
      'an encoded file',
      { cloud_init: { write_files: [{ path: '/x', content: 'x', encoding: 'b64' }] } },
      'encoding',
    ],
  ])('live refuses a create with %s', async (_, changes, words) => {
    await begin();
    const said = await ask('POST', '/instances', createBody(changes));
    expect([said.status, Array.isArray(said.body)]).toEqual([400, true]);
    expect(said.text).toContain(words);
    expect(simulator.world.all()).toHaveLength(0);
  });

  it('can answer with every form of refusal and success', async () => {
    await begin({
      wire: { refusalShape: 'data', createStatus: 201, createWord: 'queued', deleteStatus: 204 },
    });
    expect((await ask('POST', '/instances', createBody({ location_id: 'none' }))).body).toEqual({
      data: { status: 400, error: 'No available nodes found' },
    });
    const made = await ask('POST', '/instances', createBody());
    expect([made.status, made.body]).toMatchObject([201, { data: { status: 'queued' } }]);
    const gone = await ask('DELETE', `/instances/${simulator.world.all()[0]?.id ?? ''}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
  });

  it('shows an instance of every kind in the demo, hostile name included', async () => {
    await begin({ seed: 'demo', delays: 'realistic' });
    const words = simulator.world.all().map((instance) => instance.status);
    expect(new Set(words)).toEqual(
      new Set(['running', 'stopped', 'stoppeddisassociated', 'starting', 'error', 'migrating']),
    );
    expect(simulator.world.all().some((instance) => instance.name.includes('\n'))).toBe(true);
  });
});

describe('who may ask', () => {
  it('separates organizations, refuses unknown tokens, and never keeps a token', async () => {
    await begin({
      tokens: [
        'alpha-token',
        { token: 'beta-token', organization: 'other' },
        { token: 'weak-token', forbidden: true },
      ],
      seed: { many: 1 },
    });
    expect((await ask('GET', '/instances', undefined, 'beta-token')).body).toEqual({ data: [] });
    expect(
      (await ask('GET', `/instances/${simulator.world.all()[0]?.id ?? ''}`, undefined, 'beta-token')).status,
    ).toBe(404);
    const unknown = await ask('GET', '/instances', undefined, 'wrong');
    expect([unknown.status, unknown.body]).toEqual([401, { error: 'Invalid API credentials' }]);
    expect((await ask('GET', '/instances', undefined, 'weak-token')).status).toBe(403);
    await ask('GET', '/instances?api_token=alpha-token');
    simulator.service.revoke('alpha-token');
    expect((await ask('GET', '/instances', undefined, 'alpha-token')).status).toBe(401);
    expect(JSON.stringify(simulator.requests)).not.toContain('-token');
    expect(simulator.requests[0]).toMatchObject({
      method: 'GET',
      path: '/api/v2/instances',
      hasToken: true,
      organization: 'other',
      status: 200,
    });
  });

  it.each([
    ['seconds', '60'],
    ['date', 'Thu, 01 Jan 2026 00:01:00 GMT'],
    ['none', null],
  ] as const)(
    'takes 100 requests a minute of an organization, with Retry-After as %s',
    async (retryAfter, header) => {
      const clock = new ManualClock();
      await begin({ clock, tokens: ['a', 'b', { token: 'c', organization: 'other' }], wire: { retryAfter } });
      for (let count = 0; count < 100; count += 1)
        await ask('GET', '/instances', undefined, count % 2 ? 'a' : 'b');
      const refused = await ask('GET', '/instances');
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, header]);
      expect((await ask('GET', '/instances', undefined, 'c')).status).toBe(200);
      await clock.advance(60_000);
      expect((await ask('GET', '/instances')).status).toBe(200);
    },
  );

  it('keeps secrets, uses a stored key, and cannot change one', async () => {
    await begin();
    const made = await ask('POST', '/secrets', {
      data: { type: 'secret', attributes: { name: 'laptop', value: 'ssh-ed25519 BBBB', type: 'SSHKEY' } },
    });
    const [secret] = simulator.world.secrets.list('main');
    const id = secret?.id ?? '';
    expect(made.body).toEqual({ data: { type: 'secret', id, name: 'laptop' } });
    expect((await ask('GET', '/secrets')).body).toEqual({
      data: { secrets: [{ type: 'SSHKEY', id, name: 'laptop' }] },
    });
    await ask('POST', '/instances', createBody({ ssh_key: undefined, ssh_key_id: id }));
    expect(simulator.world.all()[0]?.keys).toEqual(['ssh-ed25519 BBBB']);
    expect((await ask('PATCH', `/secrets/${id}`)).status).toBe(405);
    expect((await ask('DELETE', `/secrets/${id}`)).body).toEqual({
      data: { type: 'success', message: 'Secret deleted successfully' },
    });
    expect((await ask('GET', `/secrets/${id}`)).status).toBe(404);
  });
});
