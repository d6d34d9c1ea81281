import { afterEach, describe, expect, it } from 'vitest';
import { TensorDockClient, isThin } from '../../../src/api/client';
import { type Dialect, inMemoryDialects } from '../../../src/api/dialect';
import { BadRequestError } from '../../../src/api/errors';
import type { CreateRequest, Location } from '../../../src/api/types';
import { gets, id, instance, lists, model, otherId } from './bodies';
import { type Handler, type TestServer, json, startServer, text } from './httpServer';
import { ManualClock } from '../../simulator/clock';

const create: CreateRequest = {
  name: 'n',
  image: 'ubuntu2404',
  resources: { vcpuCount: 4, ramGb: 8, storageGb: 200, gpus: [{ model, count: 1 }] },
  cloudInit: { packages: ['git'] },
};
const created = json(201, { data: { type: 'virtualmachine', id: 'new', name: 'n', status: 'running' } });
const gpusPath = ['data', 'attributes', 'resources', 'gpus'];
const wantsMap = json(400, [
  {
    code: 'invalid_type',
    expected: 'object',
    received: 'array',
    path: gpusPath,
    message: 'Expected object, received array',
  },
]);
const wantsList = json(400, {
  errors: [{ status: '400', title: 'Bad Request', detail: 'gpus must be array' }],
});

let server: TestServer | undefined;
afterEach(() => server?.close());

async function clientOn(...handlers: Handler[]) {
  server = await startServer(...handlers);
  const { origin, received } = server;
  const dialects = inMemoryDialects();
  const clock = new ManualClock();
  const listed: (readonly Location[])[] = [];
  const onLocations = (locations: readonly Location[]): void => void listed.push(locations);
  const client = new TensorDockClient({
    origin,
    dialects,
    clock,
    getToken: async () => 'token',
    onLocations,
  });
  const sent = (at: number): { gpus: unknown; cloudInit: unknown } => {
    const body = JSON.parse(received[at]?.body ?? '') as {
      data: { attributes: { resources: { gpus: unknown }; cloud_init: unknown } };
    };
    return { gpus: body.data.attributes.resources.gpus, cloudInit: body.data.attributes.cloud_init };
  };
  return { client, received, sent, clock, listed, known: (): Dialect | undefined => dialects.get(origin) };
}

const specified = {
  gpus: [{ gpuV0Name: model, count: 1 }],
  cloudInit: '#cloud-config\npackages:\n  - git\n',
};
const live = { gpus: { [model]: { count: 1 } }, cloudInit: { packages: ['git'] } };

describe('a create', () => {
  it('goes as specified while nothing is known', async () => {
    const { client, sent, received } = await clientOn(created);
    expect(await client.createInstance(create)).toEqual({ id: 'new', name: 'n', state: 'running' });
    expect(sent(0)).toEqual(specified);
    expect(received[0]).toMatchObject({ method: 'POST', path: '/api/v2/instances' });
  });

  it('goes in the dialect that a list or a get was written in', async () => {
    const first = await clientOn(json(200, lists['as seen live']), created);
    await first.client.listInstances();
    await first.client.createInstance(create);
    expect(first.sent(1)).toEqual(live);
    await server?.close();

    const second = await clientOn(json(200, gets['as specified']), created);
    await second.client.getInstance(id);
    expect(second.known()).toBe('specified');
  });

  it('learns nothing from the reply to an action', async () => {
    const { client, known } = await clientOn(created);
    await client.createInstance(create);
    await client.startInstance(id);
    expect(known()).toBeUndefined();
  });

  it('whose form is refused is sent once more in the other', async () => {
    const { client, sent, received } = await clientOn(wantsMap, created);
    expect((await client.createInstance(create)).id).toBe('new');
    expect(sent(0)).toEqual(specified);
    expect(sent(1)).toEqual(live);
    expect(received).toHaveLength(2);
  });

  it('whose form is refused in both dialects fails with the first refusal', async () => {
    const { client, received } = await clientOn(wantsMap, wantsList);
    await expect(client.createInstance(create)).rejects.toThrow('Expected object');
    expect(received).toHaveLength(2);
  });

  it.each([
    [
      'an image',
      json(400, [
        {
          code: 'invalid_enum_value',
          options: ['ubuntu2404'],
          path: ['data', 'attributes', 'image'],
          message: "Invalid enum value. Expected 'ubuntu2404', received 'debian12'",
        },
      ]),
      'bad-request',
    ],
    [
      'a missing port 22',
      json(400, [{ code: 'custom', message: 'SSH port (22) must be forwarded', path: ['x'] }]),
      'bad-request',
    ],
    ['a place without room', json(200, { status: 400, error: 'No available nodes found' }), 'no-capacity'],
    [
      'the same inside data',
      json(200, { data: { status: 400, error: 'Hostnode unavailable' } }),
      'no-capacity',
    ],
    ['too little money', json(200, { data: { status: 400, error: 'You need at least $1' } }), 'bad-request'],
  ] satisfies [string, Handler, string][])(
    'that is refused for %s is not sent again',
    async (_, handler, code) => {
      const { client, received } = await clientOn(handler);
      await expect(client.createInstance(create)).rejects.toMatchObject({ code });
      expect(received).toHaveLength(1);
    },
  );

  it.each([
    ['nothing', text(200, '')],
    ['no id', json(200, { data: { type: 'virtualmachine', name: 'n', status: 'running' } })],
  ] satisfies [string, Handler][])('that is answered by %s may have been done', async (_, handler) => {
    const { client, received } = await clientOn(handler);
    await expect(client.createInstance(create)).rejects.toMatchObject({ code: 'outcome-unknown' });
    expect(received).toHaveLength(1);
  });
});

describe('a list', () => {
  it('reports which rows are thin', async () => {
    const { client } = await clientOn(json(200, lists['as seen live']));
    const { instances, thinIds, droppedRows } = await client.listInstances();
    expect(instances[0]).toEqual(instance);
    expect(thinIds).toEqual([otherId]);
    expect(droppedRows).toBe(0);
  });

  it.each([
    [{}, false],
    [{ resources: undefined }, true],
    [{ ipAddress: undefined }, true],
    [{ portForwards: undefined }, true],
    [{ portForwards: [] }, false],
    [{ state: 'stopped', ipAddress: undefined, portForwards: undefined }, false],
  ] as const)('calls a row with %j thin: %s', (change, thin) => {
    expect(isThin({ ...instance, state: 'running', ...change })).toBe(thin);
  });

  it('is the same object as long as the service answers the same', async () => {
    const seen = lists['as seen live'];
    const other = Object.assign({ extra: 1 }, seen);
    const { client } = await clientOn(
      ...[json(200, seen), json(200, seen), json(400, { error: 'no' }), json(200, other), json(200, seen)],
    );
    const first = await client.listInstances();
    expect(await client.listInstances()).toBe(first);
    await expect(client.listInstances()).rejects.toThrow();
    const next = await client.listInstances();
    expect(next).not.toBe(first);
    expect(next).toEqual(first);
    expect(await client.listInstances()).not.toBe(next);
  });

  it('that is missing is an error and not an empty account', async () => {
    const { client } = await clientOn(json(200, { data: {} }));
    await expect(client.listInstances()).rejects.toMatchObject({ code: 'unreadable-answer' });
  });
});

describe('start and stop', () => {
  const starting = json(200, { data: { type: 'virtualmachine', id, attributes: { status: 'starting' } } });

  it('are taken, whatever the body says', async () => {
    const { client, received } = await clientOn(starting, text(204, ''), json(200, {}));
    expect(await client.startInstance(id)).toEqual({ id, state: 'starting', already: false });
    expect(await client.stopInstance(id)).toEqual({ already: false });
    expect(await client.stopInstance(id)).toEqual({ already: false });
    expect(received.map((request) => request.path)).toEqual([
      `/api/v2/instances/${id}/start`,
      `/api/v2/instances/${id}/stop`,
      `/api/v2/instances/${id}/stop`,
    ]);
  });

  it.each([
    [json(409, { error: 'Instance is already running' })],
    [json(400, { error: 'VM already started' })],
    [json(200, { status: 400, error: 'already running' })],
  ])('are done where the instance is in that state already', async (handler) => {
    const { client, received } = await clientOn(handler);
    expect(await client.startInstance(id)).toMatchObject({ already: true });
    expect(received).toHaveLength(1);
  });

  it.each([json(409, {}), json(400, { error: 'Instance must be stopped' })])(
    'ask the instance itself where a refusal may mean that',
    async (refusal) => {
      const running = await clientOn(refusal, json(200, { id, name: 'n', status: 'running' }));
      expect(await running.client.startInstance(id)).toMatchObject({ already: true, state: 'running' });
      await server?.close();

      const stopping = await clientOn(refusal, json(200, { id, name: 'n', status: 'stopping' }));
      await expect(stopping.client.startInstance(id)).rejects.toBeInstanceOf(BadRequestError);
      await server?.close();

      const gone = await clientOn(refusal, json(404, {}));
      await expect(gone.client.startInstance(id)).rejects.toBeInstanceOf(BadRequestError);
    },
  );

  it('say that the GPU is gone', async () => {
    const { client } = await clientOn(json(400, { error: 'GPU slot expired' }));
    await expect(client.startInstance(id)).rejects.toMatchObject({ code: 'no-capacity' });
  });
});

describe('the other calls', () => {
  it('delete: 404 means that it is gone', async () => {
    const { client } = await clientOn(
      json(200, { data: { type: 'success', attributes: { message: 'Deleted' } } }),
      text(204, ''),
      json(404, { error: 'Instance not found' }),
    );
    expect(await client.deleteInstance(id)).toEqual({ alreadyGone: false, message: 'Deleted' });
    expect(await client.deleteInstance(id)).toEqual({ alreadyGone: false });
    expect(await client.deleteInstance(id)).toEqual({ alreadyGone: true });
  });

  it('modify: says to stop a running instance first', async () => {
    const { client, received } = await clientOn(
      json(200, { data: { type: 'success', message: 'ok' } }),
      json(400, { error: "Instance must be in 'Stopped' or 'StoppedDisassociated' state" }),
    );
    const size = { vcpuCount: 8, ramGb: 32, storageGb: 200, gpu: { model, count: 1 } };
    expect(await client.modifyInstance(id, size)).toEqual({ message: 'ok' });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      cpuCores: 8,
      ramGb: 32,
      diskGb: 200,
      gpus: { gpuV0Name: model, count: 1 },
    });
    await expect(client.modifyInstance(id, size)).rejects.toThrow('Stop it first');
  });

  it('the catalog: missing if the service has no such call, empty if nothing is available', async () => {
    const { client, listed } = await clientOn(
      json(404, {}),
      json(200, { data: { locations: [] } }),
      json(200, { data: { hostnodes: [] } }),
      json(200, { data: { engine: 'kvm' } }),
    );
    await expect(client.listLocations()).rejects.toMatchObject({ code: 'not-found' });
    expect(listed).toEqual([]);
    expect(await client.listLocations()).toEqual([]);
    expect(listed).toEqual([[]]);
    expect(await client.listHostnodes()).toEqual([]);
    expect(await client.getHostnode('h')).toMatchObject({ id: 'h', engine: 'kvm' });
  });

  it('secrets: listed, made and deleted', async () => {
    const { client, received } = await clientOn(
      json(200, { data: { secrets: [{ type: 'SSHKEY', id: 's', name: 'laptop' }] } }),
      json(200, { data: { type: 'secret', id: 's2' } }),
      json(200, { data: { type: 'success', message: 'Secret deleted successfully' } }),
    );
    expect(await client.listSecrets()).toEqual([{ id: 's', name: 'laptop', kind: 'SSHKEY' }]);
    expect(await client.createSecret('desk', 'ssh-ed25519 A', 'SSHKEY')).toEqual({
      id: 's2',
      name: 'desk',
      kind: 'SSHKEY',
    });
    expect(await client.deleteSecret('s2')).toMatchObject({ alreadyGone: false });
    expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v2/secrets',
      'POST /api/v2/secrets',
      'DELETE /api/v2/secrets/s2',
    ]);
  });

  it.each(['..', '.', '', 'a\nb', 'x'.repeat(2_000)])('the ID %j never makes a path', async (bad) => {
    const { client, received } = await clientOn(created);
    await expect(client.deleteSecret(bad)).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(received).toEqual([]);
  });

  it('an id is encoded in the path', async () => {
    const { client, received } = await clientOn(json(200, { id: 'a/b?c#d', status: 'running' }));
    expect((await client.getInstance('a/b?c#d')).id).toBe('a/b?c#d');
    expect(received[0]?.path).toBe('/api/v2/instances/a%2Fb%3Fc%23d');
  });
});
