import { afterEach, describe, expect, it } from 'vitest';
import { createBody, startAsking, type Ask } from './asking';
import { hostIds, locationIds } from './catalogue';
import { ManualClock } from './clock';
import { speeds, type SimulatorOptions } from './options';
import type { Simulator } from './server';

const rtx4090 = 'geforcertx4090-pcie-24gb';
let simulator: Simulator;
let ask: Ask;
let clock: ManualClock;

async function begin(options: SimulatorOptions = {}): Promise<void> {
  clock = new ManualClock();
  ({ simulator, ask } = await startAsking({ clock, ...options }));
}

afterEach(() => simulator.close());

/** A create on the host node in Chubbuck, which has 32 vCPUs and 128 GB of RAM for each GPU. */
function onHost(changes: {
  readonly vcpus?: number;
  readonly ram?: number;
  readonly gpus?: number;
  readonly ports?: readonly number[];
}): unknown {
  const { vcpus = 8, ram = 32, gpus = 1, ports = [0] } = changes;
  return createBody({
    location_id: undefined,
    hostnode_id: hostIds.chubbuck,
    resources: { vcpu_count: vcpus, ram_gb: ram, storage_gb: 200, gpus: { [rtx4090]: { count: gpus } } },
    port_forwards: ports.map((external, index) => ({
      internal_port: 22 + index,
      external_port: external,
    })),
  });
}

async function freePorts(): Promise<readonly number[]> {
  const { body } = await ask('GET', `/hostnodes/${hostIds.chubbuck}`);
  const { data } = body as { data: { available_resources: { available_ports: number[] } } };
  return data.available_resources.available_ports;
}

function newest(): ReturnType<Simulator['world']['instance']> {
  const instance = simulator.world.all().at(-1);
  if (instance === undefined) throw new Error('There is no instance.');
  return instance;
}

describe('at realistic speed', () => {
  it('lists an instance right after its create, with its forwards as soon as it has an address, 5 to 30 s later', async () => {
    await begin({ delays: { ...speeds.realistic, latency: 0, create: 0 }, rateLimit: false });
    const seconds: number[] = [];
    for (let run = 0; run < 4; run += 1) {
      await ask('POST', '/instances', createBody());
      const { id } = newest();
      expect((await ask('GET', `/instances/${id}`)).body).toMatchObject({ id, ipAddress: '' });
      let waited = 0;
      while (simulator.world.instance(id).ipAddress === '') {
        await clock.advance(1000);
        waited += 1;
      }
      expect(simulator.world.instance(id).forwards).toHaveLength(1);
      seconds.push(waited);
    }
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(30);
    expect(new Set(seconds).size).toBeGreaterThan(1);
  });
});

describe('an instance that shows stoppeddisassociated while it boots', () => {
  it('is not stopped: it can be neither resized nor started, and comes up', async () => {
    await begin({ delays: { blinkAfter: 1000, blink: 5000, boot: 10_000 } });
    await ask('POST', '/instances', createBody());
    const { id } = newest();
    await clock.advance(2000);
    expect((await ask('GET', `/instances/${id}`)).body).toMatchObject({ status: 'stoppeddisassociated' });
    expect((await ask('PUT', `/instances/${id}/modify`, { cpuCores: 10 })).body).toEqual({
      error: "Instance must be in 'Stopped' or 'StoppedDisassociated' state",
    });
    expect((await ask('POST', `/instances/${id}/start`)).status).toBe(409);
    await clock.advance(10_000);
    expect((await ask('GET', `/instances/${id}`)).body).toMatchObject({
      status: 'running',
      resources: { vcpu_count: 8 },
    });
  });

  it('stays stopped after a modify, whatever it was doing before', async () => {
    await begin({ delays: { boot: 10_000 } });
    await ask('POST', '/instances', createBody());
    const { id } = newest();
    simulator.world.setStatus(id, 'stopped');
    expect((await ask('PUT', `/instances/${id}/modify`, { cpuCores: 10 })).status).toBe(200);
    await clock.advance(60_000);
    expect((await ask('GET', `/instances/${id}`)).body).toMatchObject({ status: 'stopped', ipAddress: '' });
  });
});

describe('/auth/test', () => {
  it('names the organization of a token, and refuses all others', async () => {
    await begin({ tokens: ['one', { token: 'two', organization: 'other' }] });
    expect((await ask('POST', '/auth/test', undefined, 'two')).body).toEqual({
      success: true,
      organizationId: 'other',
    });
    expect((await ask('POST', '/auth/test', undefined, 'three')).status).toBe(401);
    expect((await ask('GET', '/auth/test')).status).toBe(405);
    await simulator.close();
    await begin({ dialect: 'specified' });
    expect((await ask('POST', '/auth/test')).status).toBe(404);
  });
});

describe('a host node', () => {
  it.each([
    ['RAM', { ram: 144 }, 'RAM per GPU exceeds ratio limit'],
    ['vCPUs', { vcpus: 34 }, 'vCPUs per GPU exceeds ratio limit'],
  ])('grants only so much %s for each GPU', async (_, sizes, error) => {
    await begin();
    expect((await ask('POST', '/instances', onHost(sizes))).body).toEqual({ status: 400, error });
    const atLocation = createBody({
      resources: {
        vcpu_count: 'vcpus' in sizes ? sizes.vcpus : 8,
        ram_gb: 'ram' in sizes ? sizes.ram : 32,
        storage_gb: 200,
        gpus: { [rtx4090]: { count: 1 } },
      },
    });
    expect((await ask('POST', '/instances', atLocation)).body).toEqual({ status: 400, error });
    expect(simulator.world.all()).toHaveLength(0);
    expect((await ask('POST', '/instances', onHost({ ...sizes, gpus: 2 }))).status).toBe(200);
    expect(simulator.world.all()).toHaveLength(1);
  });

  it('grants no more of it in a modify', async () => {
    await begin();
    await ask('POST', '/instances', onHost({}));
    const { id } = newest();
    await ask('POST', `/instances/${id}/stop`);
    const refused = await ask('PUT', `/instances/${id}/modify`, { ramGb: 144 });
    expect(refused.body).toEqual({ status: 400, error: 'RAM per GPU exceeds ratio limit' });
    expect((await ask('PUT', `/instances/${id}/modify`, { ramGb: 128 })).status).toBe(200);
  });

  it('forwards the ports it lists as available, each for one instance until that is deleted', async () => {
    await begin();
    expect(await freePorts()).toContain(20_005);
    expect((await ask('POST', '/instances', onHost({ ports: [20_005, 20_006] }))).status).toBe(200);
    const { id } = newest();
    expect(newest().forwards).toEqual([
      { internal: 22, external: 20_005 },
      { internal: 23, external: 20_006 },
    ]);
    expect(await freePorts()).not.toContain(20_005);
    for (const ports of [[20_005], [1234], [20_010, 20_010]]) {
      const refused = await ask('POST', '/instances', onHost({ ports }));
      expect([refused.status, refused.text], String(ports)).toEqual([
        400,
        JSON.stringify({ error: `External port ${ports[0]} is not available on hostnode` }),
      ]);
    }
    expect(simulator.world.all()).toHaveLength(1);
    await ask('POST', `/instances/${id}/stop`);
    await ask('POST', `/instances/${id}/start`);
    expect(newest().forwards[0]).toEqual({ internal: 22, external: 20_005 });
    await ask('DELETE', `/instances/${id}`);
    expect(await freePorts()).toContain(20_005);
    expect(await freePorts()).toHaveLength(40);
  });

  it('never forwards one port for two instances, not even when its list is used up', async () => {
    await begin({ seed: { many: 100 } });
    const externals = simulator.world
      .all()
      .flatMap(({ forwards }) => forwards.map(({ external }) => external));
    expect(externals).toHaveLength(40);
    expect(new Set(externals).size).toBe(40);
    expect(await freePorts()).toEqual([]);
    await ask('POST', '/instances', onHost({}));
    expect(externals).not.toContain(newest().forwards[0]?.external);
  });

  it('picks another port where a create at a location names one that is not free', async () => {
    await begin();
    const ports = [{ internal_port: 22, external_port: 22 }];
    await ask('POST', '/instances', createBody({ location_id: locationIds.chubbuck, port_forwards: ports }));
    expect(newest().forwards[0]?.external).toBeGreaterThanOrEqual(20_000);
  });
});

describe('the rate limit', () => {
  it('counts locations for those who send a token, and not for others', async () => {
    await begin({ rateLimit: 3, tokens: ['one', { token: 'two', organization: 'other' }] });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await ask('GET', '/locations')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await ask('GET', '/instances')).status).toBe(429);
    for (const token of ['', 'unknown', 'two']) {
      expect((await ask('GET', '/locations', undefined, token)).status).toBe(200);
    }
    await clock.advance(60_000);
    expect((await ask('GET', '/locations')).status).toBe(200);
  });
});

describe('secrets', () => {
  it.each(['SSHKEY', 'GENERIC', 'SECRET'])('are of type %s', async (type) => {
    await begin();
    const secret = { data: { type: 'secret', attributes: { name: 'n', value: 'v', type } } };
    expect((await ask('POST', '/secrets', secret)).status).toBe(200);
  });

  it.each(['PASSWORD', 'sshkey', ''])('are never of type "%s"', async (type) => {
    await begin();
    const secret = { data: { type: 'secret', attributes: { name: 'n', value: 'v', type } } };
    const refused = await ask('POST', '/secrets', secret);
    expect([refused.status, refused.body]).toMatchObject([400, [{ code: 'invalid_enum_value' }]]);
    expect(simulator.world.secrets.list('main')).toHaveLength(0);
  });
});

it('lets a gateway answer 404 with a page of its own', async () => {
  await begin({ seed: { many: 1 } });
  simulator.faults.add({ fault: { kind: 'html', status: 404 } });
  const page = await ask('DELETE', `/instances/${newest().id}`);
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html']);
  expect(page.text).toContain('404 Not Found');
  expect(simulator.world.all()).toHaveLength(1);
});
