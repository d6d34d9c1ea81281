import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBody, startAsking, type Ask } from './asking';
import { ManualClock } from './clock';
import { inProcessFetch } from './inProcess';
import type { Simulator } from './server';

let simulator: Simulator;
let ask: Ask;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock();
  ({ simulator, ask } = await startAsking({ clock }));
});

afterEach(() => simulator.close());

function create(): ReturnType<Ask> {
  return ask('POST', '/instances', createBody());
}

describe('faults to order', () => {
  it.each([
    ['drop before', { kind: 'drop', when: 'before' }, 0],
    ['drop after', { kind: 'drop', when: 'after' }, 1],
    ['cut', { kind: 'cut' }, 1],
  ] as const)('%s breaks the connection', async (_, fault, made) => {
    simulator.faults.add({ method: 'POST', path: '/api/v2/instances', fault });
    await expect(create()).rejects.toThrow();
    expect(simulator.world.all()).toHaveLength(made);
  });

  it('never answers, though the instance is made', async () => {
    simulator.faults.add({ fault: { kind: 'never', when: 'after' } });
    const giveUp = new AbortController();
    const answered = fetch(`${simulator.url}/api/v2/instances`, {
      method: 'POST',
      headers: { authorization: `Bearer ${simulator.token}` },
      body: JSON.stringify(createBody()),
      signal: giveUp.signal,
    });
    await expect.poll(() => simulator.world.all().length).toBe(1);
    giveUp.abort();
    await expect(answered).rejects.toThrow(/abort/);
  });

  it('is slow before, or late after, by the clock', async () => {
    simulator.faults.add({ fault: { kind: 'slow', ms: 60_000 } });
    const slow = create();
    await expect.poll(() => simulator.requests.length).toBe(1);
    expect(simulator.world.all()).toHaveLength(0);
    await clock.advance(60_000);
    expect((await slow).status).toBe(200);
    simulator.faults.add({ fault: { kind: 'late', ms: 60_000 } });
    const late = create();
    await expect.poll(() => simulator.world.all().length).toBe(2);
    await clock.advance(60_000);
    expect((await late).status).toBe(200);
  });

  it('answers wrongly in every way, for as many requests as ordered', async () => {
    const { faults } = simulator;
    faults.add({ fault: { kind: 'html', status: 502 }, times: 2, skip: 1 });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await ask('GET', '/instances')).status);
    expect(statuses).toEqual([200, 502, 502, 200]);
    expect(faults.pending).toBe(0);

    faults.add({ fault: { kind: 'rate-limited', retryAfter: '7' } });
    const limited = await ask('GET', '/instances');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    faults.add({ fault: { kind: 'rate-limited' } });
    expect((await ask('GET', '/instances')).headers.get('retry-after')).toBeNull();
    faults.add({ fault: { kind: 'empty' } });
    expect(await ask('GET', '/instances')).toMatchObject({ status: 200, text: '' });
    faults.add({ fault: { kind: 'body', body: '{"data":[' } });
    expect((await ask('GET', '/instances')).text).toBe('{"data":[');
    faults.add({ fault: { kind: 'status', status: 500, body: { error: 'x' } } });
    expect(await ask('GET', '/instances')).toMatchObject({ status: 500, body: { error: 'x' } });
    faults.add({ fault: { kind: 'redirect', location: 'http://127.0.0.1:1/' } });
    const redirect = await ask('GET', '/instances');
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'http://127.0.0.1:1/']);
  });

  it.each([
    ['top', { status: 400, error: 'No available nodes found' }],
    ['data', { data: { status: 400, error: 'No available nodes found' } }],
    ['message', { status: 400, message: 'No available nodes found' }],
    ['errors', { errors: [{ status: '400', title: 'Error', detail: 'No available nodes found' }] }],
  ] as const)('puts an error into a 200, shape %s, and makes nothing', async (shape, body) => {
    simulator.faults.add({
      path: /instances$/,
      fault: { kind: 'error-in-200', error: 'No available nodes found', shape },
    });
    const said = await create();
    expect([said.status, said.body]).toEqual([200, body]);
    expect(simulator.world.all()).toHaveLength(0);
  });

  it('goes wrong by chance, in the same places for the same seed', async () => {
    const places = async (): Promise<number[]> => {
      simulator.faults.chaos = { chance: 0.5, of: [{ kind: 'html', status: 503 }] };
      const statuses: number[] = [];
      for (let count = 0; count < 30; count += 1) statuses.push((await ask('GET', '/instances')).status);
      return statuses;
    };
    const first = await places();
    expect(new Set(first)).toEqual(new Set([200, 503]));
    await simulator.close();
    ({ simulator, ask } = await startAsking({ clock }));
    expect(await places()).toEqual(first);
  });
});

describe('without a socket', () => {
  it('answers as over one, breaks as one, and goes on when the asker gives up', async () => {
    const fetchIt = inProcessFetch(simulator.service);
    const init = { headers: { Authorization: `Bearer ${simulator.token}` } };
    const url = 'https://simulator.invalid/api/v2/instances';
    expect(await (await fetchIt(url, init)).json()).toEqual({ data: [] });
    simulator.faults.add({ fault: { kind: 'drop', when: 'before' } });
    await expect(fetchIt(url, init)).rejects.toMatchObject({ code: 'ECONNRESET' });
    simulator.faults.add({ fault: { kind: 'slow', ms: 1000 } });
    const stop = new AbortController();
    const given = fetchIt(url, {
      ...init,
      method: 'POST',
      body: JSON.stringify(createBody()),
      signal: stop.signal,
    });
    stop.abort();
    await expect(given).rejects.toThrow();
    await clock.advance(1000);
    expect(simulator.world.all()).toHaveLength(1);
  });
});
