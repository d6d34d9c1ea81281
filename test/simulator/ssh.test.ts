import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Simulator } from './server';
import { startSimulator } from './server';
import { textWith } from './asking';
import { hostIds } from './catalogue';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'tensordock-simulator-test-'));
const key = join(folder, 'key');
const stranger = join(folder, 'stranger');
const kinds = existsSync('/usr/sbin/sshd') ? (['ssh2', 'sshd'] as const) : (['ssh2'] as const);
let simulator: Simulator;

beforeAll(async () => {
  for (const file of [key, stranger]) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
});
afterEach(async () => {
  await simulator.close();
  rmSync(join(folder, 'known_hosts'), { force: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

function options(id: string, identity = key): string[] {
  const endpoint = simulator.backing?.endpoint(id);
  if (endpoint === undefined) throw new Error('Not up');
  return [
    ...['-F', 'none', '-i', identity, '-p', String(endpoint.port)],
    ...[
      'BatchMode=yes',
      'IdentitiesOnly=yes',
      'StrictHostKeyChecking=accept-new',
      `HostKeyAlias=${id}`,
    ].flatMap((option) => ['-o', option]),
    ...['-o', `UserKnownHostsFile=${join(folder, 'known_hosts')}`, `${simulator.sshUser}@${endpoint.host}`],
  ];
}

async function ssh(id: string, command: string, identity = key): Promise<string> {
  const { stdout } = await run('ssh', [...options(id, identity), command]);
  return stdout.trim();
}

async function begin(kind: 'ssh2' | 'sshd'): Promise<string> {
  simulator = await startSimulator({ ssh: kind });
  const { id } = simulator.world.create('main', {
    name: 'backed',
    image: 'ubuntu2404',
    sizes: { vcpus: 2, ramGb: 4, storageGb: 100, gpus: [] },
    hostnodeId: hostIds.chubbuck,
    dedicatedIp: false,
    forwards: [{ internal: 22, external: 0 }],
    sshKey: readFileSync(`${key}.pub`, 'utf8').trim(),
  });
  await simulator.backing?.whenUp(id);
  return id;
}

describe.each(kinds)('SSH by %s', (kind) => {
  it('lets the key of the create in, runs commands with their status and input, and keeps strangers out', async () => {
    const id = await begin(kind);
    expect(await ssh(id, 'echo out; echo err >&2')).toBe('out');
    await expect(ssh(id, 'exit 7')).rejects.toMatchObject({ code: 7 });
    await expect(ssh(id, 'true', stranger)).rejects.toMatchObject({
      code: 255,
      stderr: textWith('denied'),
    });
    const child = spawn('ssh', [...options(id), 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.end('x'.repeat(1_000_000));
    let length = 0;
    for await (const chunk of child.stdout) length += (chunk as Buffer).length;
    expect(length).toBe(1_000_000);
  });

  it('forwards ports', async () => {
    const id = await begin(kind);
    const server = createServer((socket) => socket.end('from inside'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('No port');
    const { stdout } = await run('ssh', ['-W', `127.0.0.1:${address.port}`, ...options(id)]);
    expect(stdout).toBe('from inside');
    server.close();
  });

  it('gives a terminal to a login', async () => {
    const id = await begin(kind);
    const child = spawn('ssh', ['-tt', ...options(id)], { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.write('test -t 0 && echo ter""minal\nexit\n');
    let said = '';
    for await (const chunk of child.stdout) said += String(chunk);
    child.stdin.end();
    expect(said).toContain('terminal');
  });

  it('keeps its host key over a restart at another address, and has another after a reinstall', async () => {
    const id = await begin(kind);
    const before = simulator.backing?.endpoint(id);
    expect(await ssh(id, 'echo one')).toBe('one');
    simulator.world.stop('main', id);
    expect(simulator.backing?.endpoint(id)).toBeUndefined();
    await expect(
      run('ssh-keyscan', ['-T', '1', '-p', String(before?.port), before?.host ?? '']),
    ).rejects.toThrow();
    simulator.world.start('main', id);
    await simulator.backing?.whenUp(id);
    expect(simulator.backing?.endpoint(id)).not.toEqual(before);
    expect(await ssh(id, 'echo two')).toBe('two');
    simulator.backing?.reinstall(id);
    await simulator.backing?.whenUp(id);
    await expect(ssh(id, 'true')).rejects.toMatchObject({
      stderr: textWith('HOST IDENTIFICATION'),
    });
  });

  it('ends open connections when the instance stops', async () => {
    const id = await begin(kind);
    const child = spawn('ssh', [...options(id), 'echo ready; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    simulator.world.stop('main', id);
    expect(await closed).toBe(255);
  });

  it('refuses the key until it is installed', async () => {
    const id = await begin(kind);
    simulator.world.instance(id).keysReady = false;
    await expect(ssh(id, 'true')).rejects.toMatchObject({ stderr: textWith('denied') });
    simulator.world.instance(id).keysReady = true;
    expect(await ssh(id, 'echo in')).toBe('in');
  });
});
