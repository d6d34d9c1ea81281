import { afterEach, describe, expect, it } from 'vitest';
import { anyNumber, textLike, createBody, startAsking, type Ask } from './asking';
import { hostIds, locationIds } from './catalogue';
import { ManualClock } from './clock';
import type { SimulatorOptions } from './options';
import type { Simulator } from './server';

const rtx4090 = 'geforcertx4090-pcie-24gb';
const modify = { cpuCores: 8, ramGb: 32, diskGb: 200, gpus: { gpuV0Name: rtx4090, count: 1 } };
let simulator: Simulator;
let ask: Ask;
let clock: ManualClock;

/** Answers at once; boots, stops, and deletes by the clock. */
const paced: SimulatorOptions['delays'] = {
  ...{ base: 'realistic', latency: 0, create: 0 },
  ...{ blinkAfter: 5000, blink: 8000, boot: 45_000, address: 15_000, forwards: 5000, ssh: 30_000 },
};

async function begin(options: SimulatorOptions = {}): Promise<void> {
  clock = new ManualClock();
  ({ simulator, ask } = await startAsking({ clock, delays: paced, rateLimit: false, ...options }));
}

afterEach(() => simulator.close());

async function create(changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const said = await ask('POST', '/instances', createBody(changes));
  expect(said.status).toBe(200);
  const [instance] = simulator.world.all().slice(-1);
  if (instance === undefined) throw new Error(said.text);
  expect(said.body).toEqual({
    data: { type: 'virtualmachine', id: instance.id, name: instance.name, status: 'running' },
  });
  return instance.id;
}

async function get(id: string): Promise<unknown> {
  return (await ask('GET', `/instances/${id}`)).body;
}

describe('the life of an instance', () => {
  it('shows address, ports, and SSH one after the other, and stopped-disassociated for a moment', async () => {
    await begin();
    const id = await create();
    expect(await get(id)).toMatchObject({ status: 'running', ipAddress: '', portForwards: [] });
    await clock.advance(6000);
    expect(await get(id)).toMatchObject({ status: 'stoppeddisassociated' });
    await clock.advance(10_000);
    expect(await get(id)).toMatchObject({ status: 'running', ipAddress: '' });
    await clock.advance(44_000);
    expect(await get(id)).toMatchObject({
      ipAddress: textLike(/^203\.0\.113\./),
      portForwards: [],
    });
    await clock.advance(5000);
    expect(await get(id)).toMatchObject({
      portForwards: [{ internal_port: 22, external_port: anyNumber }],
      rateHourly: 0.4946,
    });
    expect(simulator.world.instance(id).sshUp).toBe(false);
    await clock.advance(30_000);
    expect(simulator.world.instance(id)).toMatchObject({ sshUp: true, keysReady: false });
    await clock.advance(30_000);
    expect(simulator.world.instance(id).keysReady).toBe(true);
  });

  it('stops by way of stopping and comes back elsewhere', async () => {
    await begin();
    const id = await create();
    await clock.advance(200_000);
    const before = simulator.world.instance(id);
    const [address, ports] = [before.ipAddress, before.forwards];
    expect((await ask('POST', `/instances/${id}/stop`)).body).toEqual({
      data: { type: 'instance', id, attributes: { status: 'stopping' } },
    });
    expect(await get(id)).toMatchObject({ status: 'stopping', ipAddress: '' });
    expect((await ask('POST', `/instances/${id}/start`)).status).toBe(409);
    await clock.advance(30_000);
    expect(await get(id)).toMatchObject({ status: 'stopped' });
    expect((await ask('POST', `/instances/${id}/stop`)).status).toBe(409);
    expect((await ask('POST', `/instances/${id}/start`)).body).toEqual({
      data: { type: 'instance', id, attributes: { status: 'starting' } },
    });
    expect(await get(id)).toMatchObject({ status: 'starting' });
    await clock.advance(200_000);
    const after = simulator.world.instance(id);
    expect(after.status).toBe('running');
    expect(`${after.ipAddress} ${JSON.stringify(after.forwards)}`).not.toBe(
      `${address} ${JSON.stringify(ports)}`,
    );
    expect((await ask('POST', `/instances/${id}/start`)).body).toEqual({
      error: 'Instance is already running',
    });
  });

  it('refuses to start without a free GPU, and starts when one is free', async () => {
    await begin({ delays: 'instant' });
    const id = await create();
    simulator.world.settings.stopEndsIn = 'stoppeddisassociated';
    await ask('POST', `/instances/${id}/stop`);
    expect(await get(id)).toMatchObject({
      status: 'stoppeddisassociated',
      resources: { gpus: { [rtx4090]: {} } },
    });
    simulator.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
    const refused = await ask('POST', `/instances/${id}/start`);
    expect([refused.status, refused.body]).toEqual([400, { error: 'No available GPUs' }]);
    simulator.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    expect((await ask('POST', `/instances/${id}/start`)).status).toBe(200);
    expect(simulator.world.capacity.host(hostIds.chubbuck).gpus[0]?.available).toBe(0);
  });

  it('needs a lost GPU put back before it starts', async () => {
    await begin({ delays: 'instant' });
    const id = await create();
    await ask('POST', `/instances/${id}/stop`);
    simulator.world.loseGpu(id);
    expect(await get(id)).toMatchObject({ status: 'stoppeddisassociated', resources: { gpus: {} } });
    expect((await ask('POST', `/instances/${id}/start`)).status).toBe(400);
    expect((await ask('PUT', `/instances/${id}/modify`, modify)).status).toBe(200);
    expect(await get(id)).toMatchObject({ status: 'stopped' });
    expect((await ask('POST', `/instances/${id}/start`)).status).toBe(200);
  });

  it('changes only what is stopped, in steps, and never shrinks a disk', async () => {
    await begin({ delays: { base: 'instant', modify: 60_000 } });
    const id = await create();
    const path = `/instances/${id}/modify`;
    const running = await ask('PUT', path, modify);
    expect([running.status, running.body]).toEqual([
      400,
      { error: "Instance must be in 'Stopped' or 'StoppedDisassociated' state" },
    ]);
    await ask('POST', `/instances/${id}/stop`);
    for (const wrong of [
      { cpuCores: 7 },
      { ramGb: 24 },
      { diskGb: 150 },
      { gpus: { [rtx4090]: { count: 1 } } },
      { gpus: [{ gpuV0Name: rtx4090, count: 1 }] },
      { gpus: { gpuV0Name: rtx4090, count: 0 } },
    ]) {
      const said = await ask('PUT', path, { ...modify, ...wrong });
      expect([said.status, Array.isArray(said.body)], JSON.stringify(wrong)).toEqual([400, true]);
    }
    await ask('PUT', path, {
      ...modify,
      cpuCores: 10,
      ramGb: 48,
      diskGb: 250,
      gpus: { gpuV0Name: rtx4090, count: 2 },
    });
    expect(await get(id)).toMatchObject({
      status: 'pending',
      resources: { vcpu_count: 10, ram_gb: 48, storage_gb: 250, gpus: { [rtx4090]: { count: 2 } } },
    });
    await clock.advance(60_000);
    expect(await get(id)).toMatchObject({ status: 'stopped' });
    expect(simulator.world.capacity.host(hostIds.chubbuck).gpus[0]?.available).toBe(2);
  });

  it('is listed for a while after its end, then 404, and gives back what it had', async () => {
    await begin();
    const id = await create();
    const gone = await ask('DELETE', `/instances/${id}`);
    expect(gone.body).toEqual({
      data: { type: 'success', attributes: { message: 'Instance deleted successfully' } },
    });
    expect(simulator.world.capacity.host(hostIds.chubbuck).gpus[0]?.available).toBe(4);
    expect(await get(id)).toMatchObject({ status: 'deleting' });
    expect((await ask('DELETE', `/instances/${id}`)).status).toBe(404);
    await clock.advance(60_000);
    const said = await ask('GET', `/instances/${id}`);
    expect([said.status, said.body]).toEqual([404, { error: 'Instance not found' }]);
    expect((await ask('GET', '/instances')).body).toEqual({ data: [] });
  });

  it('is not listed before it is visible', async () => {
    await begin({ delays: { visible: 5000 } });
    const id = await create();
    expect((await ask('GET', `/instances/${id}`)).status).toBe(404);
    await clock.advance(5000);
    expect(await get(id)).toMatchObject({ id });
  });

  it('has no port forwards with a dedicated IP, or if the location ignores them', async () => {
    await begin({ delays: 'instant' });
    const own = await create({ useDedicatedIp: true, port_forwards: undefined });
    expect(await get(own)).toMatchObject({
      ipAddress: textLike(/^198\.51\.100\./),
      portForwards: [],
    });
    const resources = {
      vcpu_count: 4,
      ram_gb: 8,
      storage_gb: 100,
      gpus: { 'geforcertx3090-pcie-24gb': { count: 1 } },
    };
    const ignored = await create({ location_id: locationIds.mumbai, resources });
    expect(await get(ignored)).toMatchObject({ ipAddress: textLike(/^203/), portForwards: [] });
  });

  it('comes, goes and stops by itself', async () => {
    await begin({ seed: 'demo', delays: 'instant', wire: { listItems: 'full' } });
    const [instance] = simulator.world.all();
    if (instance === undefined) throw new Error('Nothing there');
    simulator.world.stopByItself(instance.id);
    expect(await get(instance.id)).toMatchObject({ status: 'stopped', ipAddress: '' });
    simulator.world.vanish(instance.id);
    expect((await ask('GET', `/instances/${instance.id}`)).status).toBe(404);
    const { id } = simulator.world.add({
      organization: 'main',
      name: 'from the dashboard',
      image: 'ubuntu2404',
      status: 'provisioning',
      sizes: instance.sizes,
      needsGpu: true,
      holdsGpus: false,
      hostnodeId: instance.hostnodeId,
    });
    expect(await get(id)).toMatchObject({ name: 'from the dashboard', status: 'provisioning' });
    simulator.world.settings.flakiness = 1;
    const made = await create();
    expect(await get(made)).toMatchObject({ status: 'stopped' });
  });

  it('bills, refuses those who owe, stops their instances and then deletes them', async () => {
    await begin({ delays: 'instant', balance: 2 });
    const id = await create();
    await clock.advance(60 * 60_000);
    expect(simulator.world.billing.balance('main')).toBeCloseTo(2 - 0.4946, 2);
    await clock.advance(4 * 60 * 60_000);
    expect(await get(id)).toMatchObject({ status: 'stopped' });
    expect((await ask('POST', '/instances', createBody())).body).toEqual({
      data: { status: 400, error: 'You need at least $1 to deploy an instance' },
    });
    await clock.advance(97 * 60 * 60_000);
    expect((await ask('GET', `/instances/${id}`)).status).toBe(404);
  });
});

describe('capacity', () => {
  it('is used up by creates, refused in a 200 with an error inside, and may be listed stale', async () => {
    await begin({ delays: 'instant' });
    simulator.world.capacity.freeze();
    for (let count = 0; count < 4; count += 1) await create();
    const refused = await ask('POST', '/instances', createBody());
    expect([refused.status, refused.body]).toEqual([200, { status: 400, error: 'No available nodes found' }]);
    expect((await ask('GET', '/locations')).text).toContain('"max_count":4');
    expect(
      (await ask('POST', '/instances', createBody({ location_id: undefined, hostnode_id: 'x' }))).body,
    ).toEqual({
      status: 400,
      error: 'Hostnode unavailable',
    });
    expect(simulator.world.all()).toHaveLength(4);
  });

  it('has only so many public addresses, and CPU-only instances on a hostnode', async () => {
    await begin({ delays: 'instant' });
    await create({ useDedicatedIp: true });
    expect((await ask('POST', '/instances', createBody({ useDedicatedIp: true }))).body).toEqual({
      status: 400,
      error: 'No available public IPs on hostnode',
    });
    const resources = { vcpu_count: 2, ram_gb: 4, storage_gb: 100 };
    const id = await create({ resources, location_id: undefined, hostnode_id: hostIds.ashburnCpu });
    await ask('POST', `/instances/${id}/stop`);
    expect((await ask('POST', `/instances/${id}/start`)).status).toBe(200);
  });

  it('lists locations and host nodes with prices, or nothing', async () => {
    await begin();
    expect((await ask('GET', '/locations', undefined, '')).body).toMatchObject({
      data: {
        locations: [
          {
            id: locationIds.chubbuck,
            tier: 1,
            gpus: [
              {
                v0Name: rtx4090,
                max_count: 4,
                price_per_hr: 0.3966,
                resources: { max_vcpus: 56, max_ram_gb: 331, max_storage_gb: 30_200 },
                pricing: { per_vcpu_hr: 0.003, per_gb_ram_hr: 0.002, per_gb_storage_hr: 0.00005 },
                network_features: { dedicated_ip_available: true },
              },
              {},
            ],
          },
          {},
          {},
          {},
        ],
      },
    });
    expect((await ask('GET', `/hostnodes/${hostIds.warsaw}`)).body).toMatchObject({
      data: { id: hostIds.warsaw, location: { uuid: locationIds.warsaw, network_speed_gbps: 2.5 } },
    });
    expect((await ask('GET', '/hostnodes/none')).status).toBe(404);
    expect((await ask('GET', '/hostnodes', undefined, '')).status).toBe(401);
    await simulator.close();
    await begin({ catalogue: false });
    expect((await ask('GET', '/locations')).body).toEqual({ data: { locations: [] } });
    expect((await ask('GET', '/hostnodes')).body).toEqual({ data: { hostnodes: [] } });
  });
});
