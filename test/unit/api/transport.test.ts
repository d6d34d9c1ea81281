import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TensorDockClient } from '../../../src/api/client';
import { OutcomeUnknownError, TensorDockError } from '../../../src/api/errors';
import { type ChangeOutcome, outcomeOfError } from '../../../src/api/outcome';
import { id, instance, liveDetails } from './bodies';
import { type Handler, json, startServer, text } from './httpServer';
import { ManualClock } from '../../simulator/clock';
import { clientOf, create, failureOf, list, serve, token } from './serving';

const drop: Handler = (response) => response.destroy();

const silent: Handler = () => undefined;

async function outcomeOf<T>(call: Promise<T>): Promise<ChangeOutcome<T>> {
  return call.then((value) => ({ kind: 'done', value }), outcomeOfError);
}

describe('a read', () => {
  it.each([
    ['429', json(429, { error: 'Rate limit exceeded' })],
    ['502 with a page', text(502, '<html><body><h1>502 Bad Gateway</h1></body></html>')],
    ['503', json(503, {})],
    ['a 5xx inside a 200', json(200, { status: 500, error: 'oops' })],
    ['a lost connection', drop],
    [
      'a body that is cut off',
      (response) => {
        response.writeHead(200, { 'content-length': '5000' });
        response.write('{"data":[', () => response.destroy());
      },
    ],
  ] satisfies [string, Handler][])('is sent again after %s', async (_, fault) => {
    const server = await serve(fault, list);
    const { client, clock, requests } = clientOf(server.origin);
    clock.skipDelays(5_000);
    expect((await client.listInstances({ flow: 'f1' })).instances[0]).toEqual(instance);
    expect(requests.map(({ attempt, flow, path }) => [attempt, flow, path])).toEqual([
      [1, 'f1', '/api/v2/instances'],
      [2, 'f1', '/api/v2/instances'],
    ]);
  });

  it('is given up after three times', async () => {
    const server = await serve(json(503, { error: 'maintenance' }));
    const { client, clock } = clientOf(server.origin);
    clock.skipDelays(5_000);
    expect(await failureOf(client.listInstances())).toMatchObject({
      code: 'service-down',
      status: 503,
      serviceText: 'maintenance',
    });
    expect(server.received).toHaveLength(3);
  });

  it.each([
    ['seconds', '4'],
    ['a date', new Date(Date.UTC(2026, 0, 1) + 4_000).toUTCString()],
  ])('waits as long as Retry-After says in %s, and a little', async (_, header) => {
    const server = await serve(json(429, {}, { 'retry-after': header }), list);
    const clock = new ManualClock();
    const pauses: number[] = [];
    const after = clock.after.bind(clock);
    clock.after = (ms, callback) => {
      if (ms < 30_000) pauses.push(ms);
      return after(ms, callback);
    };
    clock.skipDelays(10_000);
    await clientOf(server.origin, clock).client.listInstances();
    expect(pauses).toEqual([4_500]);
  });

  it('doesn’t wait for a long Retry-After, but reports it to the caller', async () => {
    const server = await serve(json(429, { error: 'slow down' }, { 'retry-after': '120' }));
    const error = await failureOf(clientOf(server.origin).client.listInstances());
    expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: 120_000 });
    expect(error.message).toContain('120 seconds');
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['a page', text(200, '<!doctype html><title>Sign in to Hotel WiFi</title>'), 'web page'],
    ['nothing', text(200, ''), 'empty'],
    ['half of a JSON', text(200, '{"data":[{"id":'), 'cut off'],
    ['another JSON', json(200, { hello: 1 }), 'what was asked for'],
    ['an endless nest', text(200, '['.repeat(500_000)), 'nested'],
    ['a deep nest', text(200, `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`), 'nested'],
    ['a huge body', text(200, `"${'x'.repeat(9 * 1024 * 1024)}"`), 'too long'],
    [
      'a huge body made small',
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(`"${'x'.repeat(9 * 1024 * 1024)}"`));
      },
      'too long',
    ],
  ] satisfies [string, Handler, string][])('that is answered by %s says so', async (_, handler, words) => {
    const server = await serve(handler);
    const error = await failureOf(clientOf(server.origin).client.listInstances());
    expect(error.code).toBe('unreadable-answer');
    expect(error.message).toContain(words);
  });

  it.each([
    ['no answer', silent],
    [
      'an answer that never ends',
      (response) => {
        response.writeHead(200);
        response.write('{');
      },
    ],
  ] satisfies [string, Handler][])('ends after 30 seconds of %s', async (_, handler) => {
    const server = await serve(handler);
    const { client, clock } = clientOf(server.origin);
    const failure = failureOf(client.listInstances());
    await server.arrived(1);
    expect(clock.waiting).toEqual([30_000]);
    clock.advanceNow(30_000);
    const error = await failure;
    expect(error.code).toBe('service-down');
    expect(error.message).toContain('30 seconds');
    expect(clock.waiting).toEqual([]);
  });

  it('can be cancelled while it waits for the answer, and before it is sent again', async () => {
    for (const handler of [silent, json(503, {})]) {
      const server = await serve(handler);
      const { client, clock } = clientOf(server.origin);
      const abort = new AbortController();
      const failure = failureOf(client.listInstances({ signal: abort.signal }));
      await server.arrived(1);
      if (handler !== silent) await expect.poll(() => clock.waiting).toEqual([1_000]);
      abort.abort();
      expect((await failure).code).toBe('cancelled');
      expect(server.received).toHaveLength(1);
      expect(clock.waiting).toEqual([]);
    }
  });

  it('says when the service cannot be reached', async () => {
    const server = await startServer(list);
    await server.close();
    const { client, clock, requests } = clientOf(server.origin);
    clock.skipDelays(5_000);
    const error = await failureOf(client.listInstances());
    expect(error.code).toBe('service-down');
    expect(error.message).toContain('Couldn’t reach');
    expect(requests).toHaveLength(3);
  });
});

describe('a change', () => {
  const calls: [string, number, (client: TensorDockClient, signal?: AbortSignal) => Promise<unknown>][] = [
    ['create', 120_000, (client, signal) => client.createInstance(create, { signal })],
    ['start', 60_000, (client, signal) => client.startInstance(id, { signal })],
    ['stop', 60_000, (client, signal) => client.stopInstance(id, { signal })],
    [
      'modify',
      60_000,
      (client, signal) => client.modifyInstance(id, { vcpuCount: 2, ramGb: 8, storageGb: 100 }, { signal }),
    ],
    ['delete', 60_000, (client, signal) => client.deleteInstance(id, { signal })],
    ['key', 60_000, (client, signal) => client.createSecret('n', 'ssh-ed25519 A', 'SSHKEY', { signal })],
  ];

  describe.each(calls)('%s', (_, timeoutMs, call) => {
    it.each([
      ['a 5xx', json(502, { error: 'Bad Gateway' })],
      ['a lost connection', drop],
      ['a page', text(200, '<html>hello</html>')],
      ['half of a JSON', text(200, '{"data":')],
      ['a redirect', text(302, '', { location: 'https://login.example/' })],
      ['a 5xx inside a 200', json(200, { status: 500, error: 'unexpected error during deployment' })],
    ] satisfies [string, Handler][])(
      'leaves open what happened after %s and is not repeated',
      async (_, fault) => {
        const server = await serve(fault);
        const { client, clock } = clientOf(server.origin);
        clock.skipDelays(5_000);
        expect((await failureOf(call(client))).code).toBe('outcome-unknown');
        expect(server.received).toHaveLength(1);
      },
    );

    it('leaves open what happened when its time is over, or it is cancelled after it was sent', async () => {
      for (const how of ['time', 'cancel']) {
        const server = await serve(silent);
        const { client, clock } = clientOf(server.origin);
        const abort = new AbortController();
        const failure = failureOf(call(client, abort.signal));
        await server.arrived(1);
        expect(clock.waiting).toEqual([timeoutMs]);
        if (how === 'time') clock.advanceNow(timeoutMs);
        else abort.abort();
        expect((await failure).code).toBe('outcome-unknown');
        expect(server.received).toHaveLength(1);
      }
    });

    it('is sent again after a 429, which proves that nothing happened', async () => {
      const server = await serve(json(429, {}), json(200, { data: { id: 'new', status: 'running' } }));
      const { client, clock } = clientOf(server.origin);
      clock.skipDelays(5_000);
      await call(client);
      expect(server.received).toHaveLength(2);
    });

    it('is only "not reachable" where it was never sent', async () => {
      const server = await startServer(silent);
      await server.close();
      const { client, clock, requests } = clientOf(server.origin);
      clock.skipDelays(5_000);
      expect((await failureOf(call(client))).code).toBe('service-down');
      expect(requests).toHaveLength(3);
    });

    it('is not sent at all when it was cancelled before', async () => {
      const server = await serve(silent);
      const failure = await failureOf(call(clientOf(server.origin).client, AbortSignal.abort()));
      expect(failure.code).toBe('cancelled');
      expect(server.received).toEqual([]);
    });
  });
});

describe('an error before a request is sent', () => {
  it.each([
    ['any error', new Error(`the budget is gone ${token}`), 'not-sent'],
    ['an unknown outcome of something else', new OutcomeUnknownError('unclear'), 'not-sent'],
    ['an error of ours', new TensorDockError('rate-limited', 'later'), 'rate-limited'],
  ])('is not an unknown outcome: %s', async (_, error, code) => {
    const server = await serve(list);
    const client = new TensorDockClient({
      origin: server.origin,
      getToken: async () => token,
      beforeRequest: () => Promise.reject(error),
    });
    for (const call of [() => client.deleteInstance(id), () => client.startInstance(id)]) {
      const outcome = await outcomeOf<unknown>(call());
      expect(outcome).toMatchObject({ kind: 'refused', error: { code } });
      expect(inspect(outcome, { depth: null })).not.toContain(token);
    }
    expect(server.received).toEqual([]);
  });
});

describe('the log', () => {
  it('has method, path, status, time, attempt and flow of each request, and no body above trace', async () => {
    const server = await serve(json(200, { id, ...liveDetails }));
    const { client, lines, clock } = clientOf(server.origin);
    await client.getInstance(id, { flow: 'refresh 7' });
    expect(lines[0]).toBe(`[refresh 7] GET /api/v2/instances/${id} -> 200, 0 ms, attempt 1`);
    expect(lines.filter((line) => line.includes('gpu-dev-4090'))).toHaveLength(1);
    expect(clock.waiting).toEqual([]);
  });
});
