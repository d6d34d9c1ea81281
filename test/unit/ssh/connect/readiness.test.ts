import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../../../src/base/logger';
import { describeOutcome } from '../../../../src/ssh/connect/outcome';
import { waitUntilReady, type ReadinessOptions } from '../../../../src/ssh/connect/readiness';
import { closedPort, startSsh2, writeConfig } from './servers';
import { env, hastyClock, setUpSsh } from './setup';

const place = setUpSsh();
const { user, stranger, host, started, stop } = place;

describe('readiness', () => {
  const options = async (
    id: string,
    port: number,
    more: Partial<ReadinessOptions> = {},
  ): Promise<ReadinessOptions> => ({
    ssh: 'ssh',
    alias: `td-${id}`,
    configFile: await writeConfig(place.folder, { alias: `td-${id}`, port, id, identityFile: user.file }),
    clock: hastyClock(),
    logger: silentLogger,
    probe: { env },
    banner: { attemptMs: 20_000 },
    ...more,
  });

  test('port first, then the login', async () => {
    const server = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }));
    const phases: string[] = [];
    const outcome = await waitUntilReady(
      await options('ready', server.port, {
        endpoint: { host: '127.0.0.1', port: server.port },
        onProgress: (phase) => phases.push(phase),
      }),
    );
    expect(outcome).toEqual({ kind: 'ok' });
    expect(phases).toEqual(['config', 'port', 'login']);
  });

  test('a key refused right after the start is waited for', async () => {
    const early = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: stranger.publicKey }));
    const clock = hastyClock();
    const outcome = await waitUntilReady(
      await options('early', early.port, {
        clock,
        startedAt: clock.now(),
        onProgress: (_, last) => {
          if (last?.kind !== 'key-refused') return;
          void stop(early).then(() =>
            started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }, early.port)),
          );
        },
      }),
    );
    expect(outcome).toEqual({ kind: 'ok' });
  });

  // Fact sheet, section 4, number 7: an instance may never accept the key it was created with.
  test('a key refused long after the start is refused, and named', async () => {
    const server = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: stranger.publicKey }));
    const clock = hastyClock();
    const outcome = await waitUntilReady(
      await options('late', server.port, { clock, startedAt: clock.now() - 120_001 }),
    );
    expect(outcome).toMatchObject({ kind: 'key-refused', offered: [{ name: user.file }] });
    expect(describeOutcome(outcome, 'box').message).toContain(user.file);
  });

  test('an entry that another one overrides', async () => {
    const outcome = await waitUntilReady(
      await options('hidden', 1234, { endpoint: { host: '127.0.0.1', port: 4321 } }),
    );
    expect(outcome).toEqual({ kind: 'overridden', host: '127.0.0.1', port: 1234 });
  });

  test('behind a proxy only ssh connects', async () => {
    const server = await started(startSsh2({ hostKeyFile: host.file, authorizedKey: user.publicKey }));
    const through = path.join(place.folder, 'through.mjs');
    await writeFile(
      through,
      `import net from 'node:net'; const s = net.connect(${server.port}, '127.0.0.1'); process.stdin.pipe(s).pipe(process.stdout);`,
    );
    const ready = await options('proxy', await closedPort());
    await writeFile(
      ready.configFile ?? '',
      `${await readFile(ready.configFile ?? '', 'utf8')}  ProxyCommand "${process.execPath}" "${through}"\n`,
    );
    expect(await waitUntilReady(ready)).toEqual({ kind: 'ok' });
  });
});
