import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { anyNumber } from './asking';
import { parseFault } from './cliFaults';

const tsx = join(import.meta.dirname, '../../node_modules/tsx/dist/cli.mjs');

function start(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [tsx, join(import.meta.dirname, 'cli.ts'), ...args], { stdio: 'pipe' });
}

async function runToEnd(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = start(...args);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (data: Buffer) => (said[name] += String(data)));
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, ...said };
}

async function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve) => child.stdout.once('data', (data: Buffer) => resolve(String(data))));
}

it('prints its address in one line, serves there, and ends cleanly when interrupted', async () => {
  const child = start(
    ...['--token', 'shown', '--seed', '3', '--dialect', 'specified'],
    ...['--ssh', 'ssh2', '--speed', 'instant'],
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  const line = await firstLine(child);
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

it('takes a second token, a balance, and faults', async () => {
  const child = start(
    ...['--token', 'first', '--token', 'second@other', '--balance', '0.5', '--speed', 'instant'],
    ...['--fault', 'GET /instances x2 html=404', '--fault', 'POST /instances/*/start error=Sold out'],
  );
  const url = /^(\S+) token first/.exec(await firstLine(child))?.[1] ?? '';
  const ask = async (method: string, path: string, token: string): Promise<Response> =>
    fetch(`${url}/api/v2${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  for (const token of ['first', 'second']) {
    const page = await ask('GET', '/instances', token);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html']);
    expect(await page.text()).toContain('404 Not Found');
  }
  expect(await (await ask('GET', '/instances', 'second')).json()).toEqual({ data: [] });
  expect(await (await ask('POST', '/instances/x/start', 'first')).json()).toEqual({
    status: 400,
    error: 'Sold out',
  });
  expect(await (await ask('POST', '/auth/test', 'second')).json()).toEqual({
    success: true,
    organizationId: 'other',
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

it('shows its options with --help', async () => {
  const { code, stdout, stderr } = await runToEnd('--help');
  expect([code, stderr]).toEqual([0, '']);
  for (const option of ['--port', '--dialect', '--token', '--balance', '--fault', '--help']) {
    expect(stdout).toContain(`  ${option} `);
  }
});

it.each([
  [['--dialect', 'klingon'], 'klingon'],
  [['--balance', 'plenty'], 'plenty'],
  [['--fault', 'explode'], '"explode" isn\'t a fault'],
  [['--fault', 'html=200'], '"html=200" isn\'t a fault'],
  [['--nonsense'], '--nonsense'],
])('says what is wrong with %j, and shows its options', async (args, words) => {
  const { code, stderr } = await runToEnd(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
  expect(stderr).toContain('--dialect NAME');
});

it.each([
  ['drop-after', { fault: { kind: 'drop', when: 'after' } }],
  ['POST slow=500', { method: 'POST', fault: { kind: 'slow', ms: 500 } }],
  ['x3 rate-limited=7', { times: 3, fault: { kind: 'rate-limited', retryAfter: '7' } }],
  ['handled-html=502', { fault: { kind: 'html', status: 502, handled: true } }],
  ['error=No available nodes found', { fault: { kind: 'error-in-200', error: 'No available nodes found' } }],
  ['redirect=http://a/?x=1', { fault: { kind: 'redirect', location: 'http://a/?x=1' } }],
])('reads the fault "%s"', (text, order) => {
  expect(parseFault(text)).toMatchObject(order);
});

it('reads * in the path of a fault as one segment', () => {
  const { path } = parseFault('PUT /instances/*/modify cut');
  expect(path).toBeInstanceOf(RegExp);
  expect('/api/v2/instances/a.b/modify').toMatch(path ?? '');
  expect('/api/v2/instances/a/b/modify').not.toMatch(path ?? '');
});
