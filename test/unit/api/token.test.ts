import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TensorDockClient } from '../../../src/api/client';
import { id } from './bodies';
import { type Handler, json, text } from './httpServer';
import { clientOf, create, failureOf, list, password, serve, token } from './serving';

describe('the token', () => {
  it('goes with each request to its own origin, and is read once per call', async () => {
    const server = await serve(json(503, {}), list);
    const { client, clock } = clientOf(server.origin);
    clock.skipDelays(5_000);
    await client.listInstances();
    expect(server.received.map((request) => request.authorization)).toEqual(Array(2).fill(`Bearer ${token}`));
  });

  it.each([301, 302, 303, 307, 308])('is not carried to another origin by a %d', async (status) => {
    const stranger = await serve(list);
    const server = await serve(text(status, '', { location: `${stranger.origin}/api/v2/instances` }));
    for (const call of ['listInstances', 'deleteInstance'] as const) {
      const error = await failureOf(clientOf(server.origin).client[call](id));
      expect(error.message).toContain('redirects to another one');
    }
    expect(stranger.received).toEqual([]);
  });

  it('follows a read to another path of its origin, but not in circles', async () => {
    const server = await serve(text(307, '', { location: '/api/v2/instances/' }), list);
    expect((await clientOf(server.origin).client.listInstances()).instances).toHaveLength(2);
    expect(server.received.map((request) => request.path)).toEqual([
      '/api/v2/instances',
      '/api/v2/instances/',
    ]);

    const circle = await serve(text(302, '', { location: '/api/v2/instances' }));
    expect((await failureOf(clientOf(circle.origin).client.listInstances())).code).toBe('unreadable-answer');
    expect(circle.received).toHaveLength(4);
  });

  it('is in no error and no log line, nor is a password, whatever the service echoes', async () => {
    const echo: Handler = (response, request, body) => {
      const said = `${request.headers.authorization ?? ''} ${body} ${token}`;
      const answers: Handler[] = [
        json(400, { error: said, errors: [{ path: [token], message: said }] }),
        json(401, said),
        text(502, `<html>${said}</html>`),
        json(200, { data: { id: token, name: token, status: said, password, value: said } }),
        text(200, said),
        text(302, '', { location: `https://${token}.example/?t=${token}` }),
      ];
      answers[step % answers.length]?.(response, request, body);
    };
    let step = 0;
    const server = await serve(echo);
    for (; step < 6; step += 1) {
      const { client, clock, lines } = clientOf(server.origin);
      clock.skipDelays(5_000);
      for (const call of [
        () => client.createInstance(create, { flow: token }),
        () => client.listInstances(),
        () => client.deleteSecret(token),
      ]) {
        const outcome: unknown = await call().catch((error: unknown) => error);
        if (outcome instanceof Error) {
          const everything = inspect(outcome, { depth: null, showHidden: true, maxStringLength: null });
          expect(everything).not.toContain(token);
          expect(everything).not.toContain(password);
        }
      }
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join('\n')).not.toContain(token);
      expect(lines.join('\n')).not.toContain(password);
    }
  });

  it('that is missing or none ends the call before a request', async () => {
    const server = await serve(list);
    const call = (known?: string) =>
      failureOf(new TensorDockClient({ origin: server.origin, getToken: async () => known }).listInstances());
    expect((await call()).code).toBe('not-signed-in');
    expect((await call('')).code).toBe('not-signed-in');
    expect((await call('two words\r\nX-Header: 1')).code).toBe('unauthorized');
    expect(server.received).toEqual([]);
  });
});
