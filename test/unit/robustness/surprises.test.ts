import { afterEach, expect, test } from 'vitest';
import { BadRequestError, NoCapacityError } from '../../../src/api/errors';
import type { RunningOperation } from '../../../src/instances/operations/operations';
import { sshEndpoint } from '../../../src/ssh/endpoint';
import { parseCloudInit } from '../../../src/views/forms/cloudInit';
import { recipes } from '../../../src/views/forms/recipes';
import { describeImage } from '../../../src/views/webview/shared/images';
import { hostIds } from '../../simulator/catalogue';
import { makeDialect } from '../../simulator/dialects/documented';
import type { ServiceOptions } from '../../simulator/options';
import type { InstanceDescription } from '../../simulator/world';
import { createRequest, names, Person, rtx4090, shown, type Window } from '../instances/windows';

/** What others saw the service do that nobody would expect: the numbers are those of the fact sheet, section 4. */

let person: Person;
let window: Window;
let id: string;

const minute = 60_000;
const instances = '/api/v2/instances';

afterEach(() => person.close());

async function open(options: ServiceOptions = {}, box?: Partial<InstanceDescription>): Promise<void> {
  person = new Person({ wire: { listItems: 'full' }, ...options });
  id = box ? person.addInstance('box', box).id : '';
  window = await person.open();
  await person.clock.advance(1_000);
}

async function refusal(operation: RunningOperation): Promise<Error> {
  const outcome = await person.outcome(operation.outcome);
  if (outcome.kind !== 'refused') throw new Error(`It ended as ${outcome.kind}`);
  return outcome.error;
}

/** An instance that is created with an unchanged recipe. */
async function made(recipe: string): Promise<void> {
  const text = recipes().find((candidate) => candidate.id === recipe)?.text ?? '';
  const { cloudInit, problems } = parseCloudInit(text);
  expect(problems).toEqual([]);
  const operation = await window.operations.create(createRequest({ name: recipe, cloudInit }), recipe);
  await person.outcome(operation.outcome);
}

/** The body of the newest create. */
function sent(): string {
  return JSON.stringify(person.requests('POST').at(-1)?.body);
}

function address(): string | undefined {
  return window.store.row(id)?.instance.ipAddress;
}

test('1: a create answers before there is an address, and the address is waited for', async () => {
  await open({ delays: { boot: 10_000, address: 60_000, forwards: 5_000 } });
  const operation = await window.operations.create(createRequest(), 'key');
  await person.outcome(operation.outcome);
  id = window.store.rows()[0]?.instance.id ?? '';
  expect(address()).toBeUndefined();
  await person.until(() => address() !== undefined, 2 * minute);
  await person.until(() => window.store.row(id)?.instance.portForwards?.length === 1, 12_000);
});

test('2: a running instance with an address may not accept SSH yet, and nothing here says that it does', async () => {
  await open({ delays: { ssh: 90_000 } }, { status: 'stopped' });
  await person.outcome((await window.operations.begin('start', id)).done);
  expect(person.world.instance(id).sshUp).toBe(false);
  const row = window.store.row(id);
  expect(row?.state).toBe('running');
  expect(Object.keys(row ?? {}).join()).not.toMatch(/reach|ready|ssh/i);
});

test.each(['top', 'data', 'message', 'errors'] as const)(
  '3: a create that says 200 and holds an error (%s) has failed, and made nothing',
  async (shape) => {
    await open();
    person.service.faults.add({
      method: 'POST',
      fault: { kind: 'error-in-200', error: 'No available nodes found', shape },
    });
    const operation = await window.operations.create(createRequest(), 'key');
    expect(await refusal(operation)).toBeInstanceOf(NoCapacityError);
    expect(names(window)).toEqual([]);
  },
);

test('4: what the catalogue offers may be taken long since, and the refusal names the way on', async () => {
  await open();
  person.world.capacity.freeze();
  person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
  const hosts = await person.outcome(window.api.listHostnodes());
  expect(hosts.find((host) => host.id === hostIds.chubbuck)?.gpus[0]?.availableCount).toBeGreaterThan(0);
  const operation = await window.operations.create(createRequest(), 'key');
  expect((await refusal(operation)).message).toMatch(/another location|another GPU/);
});

test('5: a service that takes its time is waited for, and one that takes too long keeps the rows', async () => {
  await open({}, { status: 'running' });
  person.service.faults.add({ fault: { kind: 'slow', ms: 25_000 } });
  person.world.rename(id, 'renamed');
  await person.until(() => shown(window, 'renamed') !== undefined, 90_000);
  person.service.faults.add({ times: 3, fault: { kind: 'never', when: 'before' } });
  await person.until(() => window.store.status.failure !== undefined, 5 * minute);
  expect(window.store.status.failure?.message).toContain('30 seconds');
  expect(shown(window, 'renamed')).toBe('running');
  await person.until(() => window.store.status.failure === undefined, 5 * minute);
});

test('6: where the location ignored the port forwards, the address itself is the way', async () => {
  await open({}, { status: 'running', wantedForwards: [] });
  const instance = window.store.row(id)?.instance;
  expect(instance?.portForwards).toEqual([]);
  expect(instance && sshEndpoint(instance)).toEqual({ host: address(), port: 22 });
});

test('8: an image without an NVIDIA driver in its name isn’t shown as one that has it', async () => {
  await open();
  const { image } = createRequest();
  expect(image).toBe('ubuntu2404');
  expect(describeImage(image).hasNvidiaDriver).toBe(false);
  expect(describeImage('ubuntu2404_nvidia_570').hasNvidiaDriver).toBe(true);
  await made('nvidia');
  expect(sent()).toContain('ubuntu-drivers install');
});

test('9: no available public IP is reported as that, and nothing was created', async () => {
  await open();
  person.world.capacity.host(hostIds.chubbuck).publicIps = 0;
  const request = createRequest({ useDedicatedIp: true, portForwards: undefined });
  const operation = await window.operations.create(request, 'key');
  expect((await refusal(operation)).message).toContain('no public IP left');
  expect(person.world.all()).toHaveLength(0);
});

test('10: an instance that stops by itself right after the create is shown as stopped', async () => {
  await open({ delays: { boot: 20_000, address: 5_000 } });
  person.world.settings.flakiness = 1;
  const operation = await window.operations.create(createRequest(), 'key');
  await person.outcome(operation.outcome);
  await person.until(() => person.journal.records.size === 0, 10 * minute);
  await person.until(() => shown(window, 'made') === 'stopped', 3 * minute);
});

test('11: stoppeddisassociated in the first moments after a start is still starting', async () => {
  await open({ delays: { blinkAfter: 5_000, blink: 30_000, boot: 60_000 } }, {});
  const operation = await window.operations.begin('start', id);
  const states = new Set<string | undefined>();
  window.store.onDidChange(() => states.add(shown(window, 'box')));
  await person.outcome(operation.done);
  expect([...states]).toEqual(['starting', 'running']);
});

test('12: a start whose GPU is gone says so, and the wait for one starts it when it is free', async () => {
  await open({}, { holdsGpus: false });
  person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
  const start = await window.operations.begin('start', id);
  await expect(person.outcome(start.accepted)).rejects.toBeInstanceOf(NoCapacityError);
  const waiting = await window.operations.begin('startWhenAvailable', id);
  await person.clock.advance(3 * minute);
  person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
  await person.outcome(waiting.done);
  expect(shown(window, 'box')).toBe('running');
});

test('12: “GPU slot expired” is no capacity too', async () => {
  await open({}, {});
  person.service.faults.add({
    method: 'POST',
    fault: { kind: 'status', status: 400, body: { error: 'GPU slot expired' } },
  });
  const start = await window.operations.begin('start', id);
  await expect(person.outcome(start.accepted)).rejects.toBeInstanceOf(NoCapacityError);
});

test('13: a stopped instance that lost its GPU shows none, and can get one and start', async () => {
  await open({}, {});
  person.world.loseGpu(id);
  await window.store.refresh();
  expect(window.store.row(id)?.instance.resources?.gpus).toEqual([]);
  const request = { vcpuCount: 8, ramGb: 32, storageGb: 200, gpu: { model: rtx4090, count: 1 } };
  await person.outcome((await window.operations.modify(id, request, true)).done);
  expect(shown(window, 'box')).toBe('running');
  expect(window.store.row(id)?.instance.resources?.gpus).toEqual([{ model: rtx4090, count: 1 }]);
});

test('14: starting what runs and stopping what is stopped are successes', async () => {
  await open({}, { status: 'running' });
  await person.outcome((await window.operations.begin('start', id)).done);
  await person.outcome((await window.operations.begin('stop', id)).done);
  await person.outcome((await window.operations.begin('stop', id)).done);
  expect(shown(window, 'box')).toBe('stopped');
});

test('15: a state that lags behind an accepted stop is shown as stopping', async () => {
  await open({}, { status: 'running' });
  person.service.faults.add({
    method: 'GET',
    path: instances,
    times: 2,
    fault: {
      kind: 'body',
      body: JSON.stringify({ data: [{ id, name: 'box', status: 'running' }] }),
    },
  });
  const stop = await window.operations.begin('stop', id);
  const states = new Set<string | undefined>();
  window.store.onDidChange(() => states.add(shown(window, 'box')));
  await person.outcome(stop.done);
  expect([...states]).toEqual(['stopping', 'stopped']);
});

test('16: address and port that change over a restart are followed', async () => {
  await open({ wire: { listItems: 'thin' }, delays: { boot: 10_000, stop: 5_000 } }, { status: 'running' });
  await person.until(() => address() !== undefined);
  const before = window.store.row(id)?.instance;
  await person.outcome((await window.operations.begin('restart', id)).done);
  const instance = person.world.instance(id);
  await person.until(() => address() === instance.ipAddress, 15_000);
  const after = window.store.row(id)?.instance;
  expect(after && sshEndpoint(after)).toEqual({
    host: instance.ipAddress,
    port: instance.forwards[0]?.external,
  });
  expect(after && sshEndpoint(after)).not.toEqual(before && sshEndpoint(before));
});

test('17: a deleted instance that is still listed is deleting, and a second delete succeeds', async () => {
  await open({ delays: { remove: 4 * minute } }, { status: 'running' });
  const operation = await window.operations.begin('delete', id);
  await person.outcome(operation.accepted);
  await person.clock.advance(3 * minute);
  expect(shown(window, 'box')).toBe('deleting');
  expect(await person.outcome(window.api.deleteInstance(id))).toMatchObject({ alreadyGone: true });
  await person.outcome(operation.done);
  expect(names(window)).toEqual([]);
  expect(window.gone).toEqual([id]);
});

test('18: an instance that exists although its create failed is found, so that no one pays for it unseen', async () => {
  await open();
  person.service.faults.add({
    method: 'POST',
    fault: { kind: 'status', status: 500, body: { error: 'unexpected' }, handled: true },
  });
  const operation = await window.operations.create(createRequest(), 'key');
  expect(await person.outcome(operation.outcome)).toMatchObject({ kind: 'done', value: { search: {} } });
  expect(names(window)).toEqual(['made']);
});

test('19: a failed instance stays in the list, as failed', async () => {
  await open({}, { status: 'failed' });
  await person.clock.advance(10 * minute);
  expect(shown(window, 'box')).toBe('error');
});

test.each(['lower', 'pascal', 'snake'] as const)(
  '20: status words in any casing (%s) are the same',
  async (casing) => {
    await open({ wire: { listItems: 'full', statusCasing: casing } }, { status: 'stoppeddisassociated' });
    expect(shown(window, 'box')).toBe('stoppeddisassociated');
  },
);

test('20: an unknown status keeps its row, and is quoted', async () => {
  await open({}, { status: 'migrating' });
  expect(window.store.row(id)).toMatchObject({ state: 'unknown' });
  expect(window.store.row(id)?.instance.statusText).toBe('migrating');
});

test('21: numbers that come as floats or as text are numbers', async () => {
  await open({}, { status: 'running' });
  const resources = { vcpu_count: 8.0, ram_gb: '32', storage_gb: 200.5, gpus: {} };
  person.service.faults.add({
    path: `${instances}/${id}`,
    fault: {
      kind: 'body',
      body: JSON.stringify({ id, name: 'box', status: 'running', resources, rateHourly: '0.49' }),
    },
  });
  const instance = await person.outcome(window.api.getInstance(id));
  expect(instance).toMatchObject({
    resources: { vcpuCount: 8, ramGb: 32, storageGb: 200.5 },
    rateHourly: 0.49,
  });
});

test('22: a service that changes its form overnight keeps every row and its details', async () => {
  await open({}, { status: 'running' });
  const before = window.store.row(id)?.instance;
  for (const dialect of ['specified', 'documented', 'getting-started', 'live'] as const) {
    person.service.dialect = makeDialect(dialect, {});
    await person.clock.advance(31_000);
    expect(window.store.status.failure).toBeUndefined();
    expect(window.store.row(id)?.instance).toMatchObject({
      name: 'box',
      ipAddress: before?.ipAddress,
      portForwards: before?.portForwards,
    });
  }
});

test.each([true, false])(
  '23: a delete answered by a 500 (done: %s) ends with the instance deleted',
  async (handled) => {
    await open({ delays: { remove: 10_000 } }, { status: 'running' });
    person.service.faults.add({ method: 'DELETE', fault: { kind: 'status', status: 500, handled } });
    await person.outcome((await window.operations.begin('delete', id)).done);
    expect(person.world.all()).toEqual([]);
    expect(person.count('DELETE')).toBe(handled ? 1 : 2);
  },
);

test('24: a Windows instance without a forward of port 22 has no SSH endpoint, as that port would be another instance’s', async () => {
  await open(
    {},
    { status: 'running', image: 'windows10', wantedForwards: [{ internal: 3389, external: 0 }] },
  );
  const instance = window.store.row(id)?.instance;
  expect(instance && sshEndpoint(instance)).toEqual({ none: 'no-forward' });
});

test('25: apt may be locked at first boot, and every recipe waits for it', async () => {
  await open();
  for (const { id: recipe } of recipes()) await made(recipe);
  const commands = recipes().flatMap(({ text }) => parseCloudInit(text).cloudInit?.runcmd ?? []);
  const asking = commands.filter((command) => /\bapt-get\b/.test(String(command)));
  expect(asking.length).toBeGreaterThan(3);
  for (const command of asking) expect(command).toContain('DPkg::Lock::Timeout=');
  // What calls apt by itself comes after the setting that makes it wait.
  const lines = commands.map(String);
  const setting = lines.findIndex((line) => line.includes('apt.conf.d'));
  expect(setting).toBeGreaterThanOrEqual(0);
  expect(lines.findIndex((line) => line.startsWith('ubuntu-drivers'))).toBeGreaterThan(setting);
});

test('26: an empty catalogue is an answer, not an error', async () => {
  await open({ catalogue: false }, { status: 'running' });
  expect(await person.outcome(window.api.listLocations())).toEqual([]);
  expect(await person.outcome(window.api.listHostnodes())).toEqual([]);
  expect(shown(window, 'box')).toBe('running');
});

test('27: without a balance, instances stop and are then deleted: both are shown, and a create says why', async () => {
  await open({ balance: 0 }, { status: 'running' });
  person.world.stopByItself(id);
  await person.clock.advance(31_000);
  expect(shown(window, 'box')).toBe('stopped');
  const operation = await window.operations.create(createRequest(), 'key');
  const error = await refusal(operation);
  expect(error).toBeInstanceOf(BadRequestError);
  expect(error.message).toContain('balance');
  person.world.vanish(id);
  await person.until(() => window.gone.includes(id), 5 * minute);
  expect(names(window)).toEqual([]);
});

test('28: too many requests are answered by asking less, and no ban is spoken of', async () => {
  await open({ wire: { listItems: 'full', retryAfter: 'none' } }, { status: 'running' });
  person.service.faults.add({ times: 3, fault: { kind: 'rate-limited' } });
  await person.until(() => window.store.status.failure !== undefined, 2 * minute);
  expect(window.store.status.failure).toMatchObject({ code: 'rate-limited' });
  expect(window.store.status.failure?.message).not.toMatch(/ban|block/i);
  expect(shown(window, 'box')).toBe('running');
  await person.until(() => window.store.status.failure === undefined, 2 * minute);
});

test('29: a 404 right after the create does not mean that it is gone', async () => {
  await open({ delays: { visible: 60_000, boot: 70_000 } });
  const operation = await window.operations.create(createRequest(), 'key');
  await person.outcome(operation.outcome);
  await person.clock.advance(45_000);
  expect(person.requests('GET').some(({ status }) => status === 404)).toBe(true);
  expect(shown(window, 'made')).toBe('creating');
  await person.outcome(operation.done);
  expect(shown(window, 'made')).toBe('running');
  expect(window.gone).toEqual([]);
});
