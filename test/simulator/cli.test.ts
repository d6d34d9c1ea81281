import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { anyNumber } from './asking';

const tsx = join(import.meta.dirname, '../../node_modules/tsx/dist/cli.mjs');

it('says in one line where it is, serves there, and ends cleanly when interrupted', async () => {
  const args = [
    '--token',
    'shown',
    '--seed',
    '3',
    '--dialect',
    'specified',
    '--ssh',
    'ssh2',
    '--speed',
    'instant',
  ];
  const child = spawn(process.execPath, [tsx, join(import.meta.dirname, 'cli.ts'), ...args], {
    stdio: 'pipe',
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data: Buffer) => resolve(String(data))),
  );
  const url =
    /^(http:\/\/127\.0\.0\.1:\d+) token shown \(specified, 3 instances, instant, SSH by ssh2 as user\)\n$/.exec(
      line,
    )?.[1];
  const response = await fetch(`${url ?? line}/api/v2/instances`, {
    headers: { authorization: 'Bearer shown' },
  });
  expect(await response.json()).toMatchObject({
    data: { instances: [{ attributes: { portForwards: { 22: anyNumber } } }, {}, {}] },
  });
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

it('explains itself where an option is wrong', async () => {
  const child = spawn(process.execPath, [tsx, join(import.meta.dirname, 'cli.ts'), '--dialect', 'klingon'], {
    stdio: 'pipe',
  });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += String(data)));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2);
  expect(said).toContain('--dialect specified|live|documented|getting-started');
});
