import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as esbuild from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { BridgeClient } from '../../../src/mcp/bridgeClient';
import { endpointFolder, endpoints } from '../../../src/mcp/endpoint';
import { Bridge, type BridgeOptions } from '../../../src/tools/bridge';
import { toolNames } from '../../../src/tools/names';

const root = path.resolve(import.meta.dirname, '../../..');
const unwanted = new AbortController().signal;
const call: BridgeOptions['call'] = async (name, input) => ({ outcome: 'done', name, input });

let storage: string;
let folder: string;
const open: { dispose(): unknown }[] = [];

beforeEach(async () => {
  storage = await mkdtemp(path.join(os.tmpdir(), 'td-mcp-'));
  folder = endpointFolder(storage);
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.dispose();
  await rm(storage, { recursive: true, force: true });
});

async function window(answer = call, inside = folder): Promise<Bridge> {
  const bridge = await Bridge.open({ folder: inside, log: silentLogger, call: answer });
  open.push(bridge);
  return bridge;
}

function client(inside = folder): BridgeClient {
  const one = new BridgeClient(inside);
  open.push(one);
  return one;
}

/** What a program gets that sends these lines to the window. */
async function answersTo(lines: string): Promise<string> {
  const [endpoint] = await endpoints(folder);
  const socket = connect(endpoint?.address ?? '');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString()));
  socket.on('error', () => undefined);
  socket.write(lines.replace('SECRET', endpoint?.secret ?? ''));
  await new Promise((resolve) => socket.on('close', resolve));
  return answer;
}

describe('the bridge', () => {
  test.skipIf(process.platform === 'win32')('is for this person alone', async () => {
    await window();
    for (const name of await readdir(folder)) {
      expect((await stat(path.join(folder, name))).mode & 0o777, name).toBe(0o600);
    }
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).toHaveLength(2);
  });

  test.each([
    ['{"id":1,"name":"tensordock_list_instances"}\n'],
    ['{"id":1,"secret":"wrong"}\n'],
    ['{"id":1,"secret":null}\n{"id":2,"name":"x"}\n'],
    ['{"secret":"SECRET"}\n{"id":2,"name":"x"}\n'],
    ['GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
    [`${'x'.repeat(1_100_000)}\n`],
  ])('answers nothing to a program that begins with %j', async (lines) => {
    let calls = 0;
    await window(async () => ({ outcome: 'done', calls: ++calls }));
    expect(await answersTo(lines)).toBe('');
    expect(calls).toBe(0);
  });

  test('removes what leads to it, and a client looks for another window then', async () => {
    const first = await window(async () => ({ outcome: 'done', window: 1 }));
    const agent = client();
    expect(await agent.call('x', {}, unwanted)).toMatchObject({ window: 1 });
    await first.dispose();
    expect(await readdir(folder)).toEqual([]);
    await expect(agent.call('x', {}, unwanted)).rejects.toThrow();
    await window(async () => ({ outcome: 'done', window: 2 }));
    expect(await agent.call('x', {}, unwanted)).toMatchObject({ window: 2 });
  });

  test('of the window that had the focus last answers', async () => {
    const first = await window(async () => ({ outcome: 'done', window: 1 }));
    const file = (await endpoints(folder))[0]?.file ?? '';
    await utimes(file, 1, 1);
    await window(async () => ({ outcome: 'done', window: 2 }));
    expect(await client().call('x', {}, unwanted)).toMatchObject({ window: 2 });
    for (const { file: each } of await endpoints(folder)) await utimes(each, 1, 1);
    await first.focused();
    expect(await client().call('x', {}, unwanted)).toMatchObject({ window: 1 });
  });

  test('of a window that was killed is forgotten', async () => {
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, 'left.window.json');
    const address = path.join(folder, 'left.sock');
    await writeFile(file, JSON.stringify({ address, secret: 'x'.repeat(64) }), { mode: 0o600 });
    await writeFile(path.join(folder, 'half.window.json'), '{"addr', { mode: 0o600 });
    await expect(client().call('x', {}, unwanted)).rejects.toThrow('No window with the TensorDock extension');
    expect(await readdir(folder)).toEqual(['half.window.json']);
  });

  test.skipIf(process.platform === 'win32')('isn’t looked for where others could say so', async () => {
    await window();
    const file = (await endpoints(folder))[0]?.file ?? '';
    const text = await readFile(file, 'utf8');
    await rm(file);
    await writeFile(file, text, { mode: 0o644 });
    expect(await endpoints(folder)).toEqual([]);
  });

  test('works in a folder whose path is too long for a socket', async () => {
    const deep = path.join(folder, 'x'.repeat(60), 'y'.repeat(60));
    const bridge = await window(call, deep);
    expect(await client(deep).call('x', {}, unwanted)).toMatchObject({ outcome: 'done' });
    const address = (await endpoints(deep))[0]?.address ?? '';
    await bridge.dispose();
    await expect(stat(path.dirname(address))).rejects.toThrow();
  });

  test('cancels a call with its client, and when the client wants it', async () => {
    const ended: string[] = [];
    await window(
      (name, _input, signal) =>
        new Promise((_, reject) => {
          const end = (): void => {
            ended.push(name);
            reject(new Error('canceled'));
          };
          if (name === 'two') setImmediate(() => void agent.dispose());
          else setImmediate(() => canceled.abort());
          signal.addEventListener('abort', end);
        }),
    );
    const canceled = new AbortController();
    const agent = client();
    await expect(agent.call('one', {}, canceled.signal)).rejects.toThrow('canceled');
    await expect(agent.call('two', {}, unwanted)).rejects.toThrow('Check your instances');
    await expect.poll(() => ended).toEqual(['one', 'two']);
  });
});

describe('the MCP server', () => {
  let built: string;

  beforeAll(async () => {
    built = await mkdtemp(path.join(os.tmpdir(), 'td-mcp-built-'));
    await esbuild.build({
      entryPoints: [path.join(root, 'src/mcp.ts')],
      outfile: path.join(built, 'dist/mcp.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'warning',
    });
    await writeFile(path.join(built, 'package.json'), await readFile(path.join(root, 'package.json')));
  });
  afterAll(async () => rm(built, { recursive: true, force: true }));

  test('serves the official client, before and after a window is open', async () => {
    const agent = new Client({ name: 'test', version: '1' });
    await agent.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [path.join(built, 'dist/mcp.js'), storage],
        stderr: 'inherit',
      }),
    );
    open.push({ dispose: async () => agent.close() });
    expect(agent.getServerVersion()).toMatchObject({ name: 'tensordock' });
    const { tools } = await agent.listTools();
    expect(tools.map(({ name }) => name)).toEqual([...toolNames]);
    const wanted = { name: 'tensordock_start_instance', arguments: { instanceId: 'a' } };
    expect(await agent.callTool(wanted)).toMatchObject({
      isError: true,
      structuredContent: {
        outcome: 'failed',
        error: { untrustedText: expect.stringContaining('Open VS Code') as string },
      },
    });
    await window();
    expect(await agent.callTool(wanted)).toMatchObject({
      isError: false,
      structuredContent: { outcome: 'done', name: wanted.name, input: wanted.arguments },
    });
    await expect(agent.callTool({ name: 'rm', arguments: {} })).rejects.toThrow('Unknown tool');
  });
});
