import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { delay, systemClock } from '../../../../src/base/clock';
import { readBanner, waitForBanner } from '../../../../src/ssh/connect/banner';
import { ManualClock } from '../../../simulator/clock';
import { closedPort, listen, type SshServer } from './servers';
import { hastyClock, setUpSsh } from './setup';

const { started } = setUpSsh();

/** How many connections to a local port are begun and not answered. */
async function beginning(port: number): Promise<number> {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const connections = (await readFile('/proc/net/tcp', 'utf8'))
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return connections.filter(([, , address, state]) => address?.endsWith(remote) === true && state === '02')
    .length;
}

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

  /** When attempts ended, with pauses that pass at once. */
  async function attemptsAt(port: number, limitMs: number): Promise<readonly number[]> {
    const clock = new ManualClock();
    const ends: number[] = [];
    const onAttempt = (): void => {
      ends.push(clock.now());
      setImmediate(() => clock.advanceNow(clock.waiting[0] ?? 0));
    };
    await waitForBanner({ host: '127.0.0.1', port, clock, limitMs, random: () => 0, onAttempt });
    return ends;
  }

  const gapsOf = (times: readonly number[]): readonly number[] =>
    times.slice(1).map((at, index) => at - (times[index] ?? 0));

  test('connects once a second while someone waits, and less and less after two minutes', async () => {
    const hangsUp = await started(listen(net.createServer((socket) => socket.end())));
    const gaps = gapsOf(await attemptsAt(hangsUp.port, 300_000));
    expect(gaps.slice(0, 120)).toEqual(Array(120).fill(1_000));
    expect(gaps.at(-1)).toBe(8_000);
  });

  test('a port that refuses is looked at four times a second at first', async () => {
    const gaps = gapsOf(await attemptsAt(await closedPort(), 300_000));
    expect(gaps.slice(0, 480)).toEqual(Array(480).fill(250));
    expect(gaps.at(-1)).toBe(8_000);
  });

  test.runIf(process.platform === 'linux')(
    'connects again where the first packet was lost, before that is sent again',
    async () => {
      // It has room for one connection, and accepts none: first packets to it are lost.
      const server = spawn(process.execPath, [
        '-e',
        `const net = require('node:net');
         const server = net.createServer((socket) => socket.write('SSH-2.0-busy\\r\\n'));
         server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port));`,
      ]);
      const full: net.Socket[] = [];
      try {
        const [line] = v.parse(v.tuple([v.instance(Buffer)]), await once(server.stdout, 'data'));
        const port = Number(line.toString());
        server.kill('SIGSTOP');
        while ((await beginning(port)) === 0) {
          full.push(net.connect({ host: '127.0.0.1', port }).on('error', () => undefined));
          await delay(systemClock, 20);
        }
        const lost = await beginning(port);
        const ready = waitForBanner({ host: '127.0.0.1', port, clock: systemClock, limitMs: 60_000 });
        await expect.poll(async () => beginning(port), { timeout: 8_000 }).toBeGreaterThan(lost + 2);
        server.kill('SIGCONT');
        expect(await ready).toEqual({ kind: 'ready', banner: 'SSH-2.0-busy' });
        for (const socket of full) socket.destroy();
        await expect.poll(async () => beginning(port)).toBe(0);
      } finally {
        for (const socket of full) socket.destroy();
        server.kill('SIGKILL');
      }
    },
  );

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
