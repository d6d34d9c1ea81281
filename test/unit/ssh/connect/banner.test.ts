import http from 'node:http';
import net from 'node:net';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/base/clock';
import { readBanner, waitForBanner } from '../../../../src/ssh/connect/banner';
import { ManualClock } from '../../../simulator/clock';
import { closedPort, listen, type SshServer } from './servers';
import { hastyClock, setUpSsh } from './setup';

const { started } = setUpSsh();

describe('banner', () => {
  const look = (port: number, attemptMs = 5000): ReturnType<typeof readBanner> =>
    readBanner({ host: '127.0.0.1', port, clock: systemClock, attemptMs });
  const saying = (text: string): Promise<SshServer> =>
    started(listen(net.createServer((socket) => socket.write(text))));

  test('an SSH server, with lines before its own', async () => {
    const server = await saying('welcome\r\nto the lab\r\nSSH-2.0-OpenSSH_9.6\r\n');
    expect(await look(server.port)).toEqual({ kind: 'ready', banner: 'SSH-2.0-OpenSSH_9.6' });
  });

  test('a server of both protocols', async () => {
    expect(await look((await saying('SSH-1.99-old\n')).port)).toMatchObject({ kind: 'ready' });
  });

  test('only the old protocol', async () => {
    expect(await look((await saying('SSH-1.5-old\n')).port)).toMatchObject({ kind: 'not-ssh' });
  });

  test('a web server, recognized by its answer', async () => {
    const server = await started(listen(http.createServer((_, response) => response.end('hello'))));
    const result = await look(server.port);
    expect(result.kind === 'not-ssh' && result.said).toContain('HTTP/1.1 400');
  });

  test('control characters of a server are not shown', async () => {
    const result = await look((await saying('HTTP/\u001b[31mred\u202e\r\n')).port);
    expect(result).toEqual({ kind: 'not-ssh', said: 'HTTP/ [31mredâ ®' });
  });

  test('a closed port, a silent server, one that hangs up', async () => {
    expect(await look(await closedPort())).toMatchObject({ kind: 'closed' });
    expect(await look((await saying('')).port, 50)).toMatchObject({ kind: 'timeout' });
    const hangsUp = await started(listen(net.createServer((socket) => socket.end())));
    expect(await look(hangsUp.port)).toMatchObject({ kind: 'closed' });
  });

  test('waits until the server is up', async () => {
    const port = await closedPort();
    const seen: string[] = [];
    const result = await waitForBanner({
      host: '127.0.0.1',
      port,
      clock: systemClock,
      limitMs: 60_000,
      onAttempt: (attempt) => {
        seen.push(attempt.kind);
        if (seen.length === 1) {
          void started(
            listen(
              net.createServer((socket) => socket.write('SSH-2.0-late\r\n')),
              port,
            ),
          );
        }
      },
    });
    expect(result).toEqual({ kind: 'ready', banner: 'SSH-2.0-late' });
    expect(seen[0]).toBe('closed');
  });

  test('is tried every second while someone waits, and less and less after two minutes', async () => {
    const clock = new ManualClock();
    // Pauses pass at once; the limit of one attempt is longer.
    clock.skipDelays(9_600);
    const attempts: number[] = [];
    const result = await waitForBanner({
      host: '127.0.0.1',
      port: await closedPort(),
      clock,
      limitMs: 300_000,
      random: () => 0,
      onAttempt: () => attempts.push(clock.now()),
    });
    expect(result).toMatchObject({ kind: 'closed' });
    const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(gaps.slice(0, 120)).toEqual(Array(120).fill(1_000));
    expect(gaps.at(-1)).toBe(8_000);
  });

  test('gives up at the limit, and at once when cancelled', async () => {
    const options = { host: '127.0.0.1', port: await closedPort(), clock: hastyClock(), attemptMs: 20_000 };
    expect(await waitForBanner({ ...options, limitMs: 30_000 })).toMatchObject({ kind: 'closed' });
    const cancel = new AbortController();
    const wait = waitForBanner({
      ...options,
      limitMs: 1e9,
      signal: cancel.signal,
      onAttempt: () => cancel.abort(),
    });
    await expect(wait).rejects.toThrow();
  });
});
