import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { openWorkbench, type OpenWorkbench } from './openWorkbench';

/**
 * An address of this computer at which nothing listens, so that only a proxy can lead from it to the simulator.
 * VS Code uses no proxy for 127.0.0.1 and localhost themselves.
 */
const behindProxy = '127.0.0.9';

/** What a proxy was asked for: `GET http://…` or `CONNECT host:port`. */
let asked: string[];
let proxy: Server;
let folder: string;
let simulator: Simulator;
let workbench: OpenWorkbench;

function forward(from: IncomingMessage, to: ServerResponse): void {
  const { method, headers, url = '' } = from;
  asked.push(`${method ?? ''} ${url}`);
  const { pathname, search } = new URL(url);
  const onward = request(simulator.url + pathname + search, { method, headers }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(to);
  });
  onward.on('error', () => to.destroy());
  from.pipe(onward);
}

function tunnel(from: IncomingMessage, socket: Socket): void {
  asked.push(`CONNECT ${from.url ?? ''}`);
  const onward = connect(Number(new URL(simulator.url).port), '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    onward.pipe(socket);
    socket.pipe(onward);
  });
  onward.on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
}

describe.each(['newest', 'oldest'] as const)('http.proxy of VS Code, %s', (version) => {
  beforeEach(async () => {
    asked = [];
    folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-proxy-'));
    simulator = await startSimulator({ seed: 'demo', delays: 'quick' });
    proxy = createServer(forward).on('connect', tunnel);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    workbench = await openWorkbench({
      version,
      env: { TENSORDOCK_DEVELOPMENT_TOKEN: simulator.token, NO_PROXY: '', no_proxy: '' },
      settings: {
        'http.proxy': `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
        'tensordock.apiUrl': `http://${behindProxy}:${new URL(simulator.url).port}`,
        'tensordock.ssh.configFile': path.join(folder, 'config'),
        'tensordock.refreshInterval': 5,
      },
    });
  });

  afterEach(async () => {
    await workbench.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('is what every request goes through', async () => {
    const { window } = workbench;
    const sidebar = window.page.locator('.part.sidebar');
    await window.openView('TensorDock');
    await window.row('gpu-dev-4090').waitFor({ timeout: 60_000 });
    await window.inlineAction('notebooks', 'tensordock.startInstance');
    await window.rowIn('notebooks', 'Running').waitFor({ timeout: 60_000 });
    expect(simulator.requests.length).toBeGreaterThan(2);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every((line) => line.includes(`${behindProxy}:`))).toBe(true);

    // A captive portal: its own page instead of the service's answers.
    proxy.removeAllListeners('request').on('request', (_, response: ServerResponse) => {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<html><h1>Welcome to the hotel</h1></html>');
    });
    proxy.removeAllListeners('connect').on('connect', (_, socket: Socket) => {
      socket.end(
        'HTTP/1.1 511 Network Authentication Required\r\ncontent-type: text/html\r\n\r\n<h1>Hotel</h1>',
      );
    });
    proxy.closeAllConnections();
    const told = simulator.requests.length;
    await window.runCommand('tensordock.refresh');
    await sidebar.getByText('TensorDock’s answer was a web page').first().waitFor({ timeout: 60_000 });
    await window.notification('TensorDock’s answer was a web page').waitFor();
    expect(await window.dialog.count()).toBe(0);
    await window.screenshot(`captive-portal-${version}`);
    await window.row('gpu-dev-4090').waitFor();

    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    await sidebar
      .getByText(/Couldn’t reach|connection to TensorDock was lost/)
      .first()
      .waitFor({ timeout: 60_000 });
    await window.row('gpu-dev-4090').waitFor();
    expect(simulator.requests.length).toBe(told);
  });
});
