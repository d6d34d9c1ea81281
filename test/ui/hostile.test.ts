import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Frame } from 'playwright-core';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { disconnect, startRaw } from '../unit/ssh/connect/hostileServer';
import type { SshServer } from '../unit/ssh/connect/servers';
import { cpuInstance } from './cpuInstance';
import { FormPage } from './formPage';
import { openWorkbench, type OpenWorkbench } from './openWorkbench';
import type { WorkbenchPage } from './workbenchPage';

const run = promisify(execFile);

/** Each short enough to be shown whole, by the text that is seen of it. */
const names = {
  command: '[Fix](command:workbench.action.showCommands)',
  web: '[Web](http://evil.example/x) http://evil.example/bare',
  markup: '<b id="evil">bold</b> $(flame) **strong** \u202ethgir\u0007',
};
const everything = Object.values(names).join(' ');

/** What a window or form would have if any of these texts were believed: links, icons, elements. */
const findBelieved = `[
  ...document.querySelectorAll('.codicon-flame, #evil'),
  ...[...document.querySelectorAll('a, [data-href], [data-command]')].filter((element) =>
    /evil\\.example|showCommands|sendSequence/.test(
      ['href', 'data-href', 'data-command'].map((name) => element.getAttribute(name) ?? '').join(' '),
    ),
  ),
].map((element) => element.outerHTML)`;
/** Characters that turn text around or can't be seen. */
const controls = ['\u0007', '\u202e'];

/** A folder that nobody has vetted: its settings name its own programs, and so do its files. */
async function hostileFolder(folder: string, marker: string, apiUrl: string): Promise<void> {
  await mkdir(path.join(folder, '.vscode'), { recursive: true });
  await mkdir(path.join(folder, '.ssh'));
  const program = `#!/bin/sh\necho "$0 $*" >> '${marker}'\nexit 1\n`;
  for (const name of ['ssh', 'ssh-add', 'ssh-keygen', 'ssh-keyscan', 'curl']) {
    await writeFile(path.join(folder, name), program);
    await chmod(path.join(folder, name), 0o755);
  }
  const config = path.join(folder, '.ssh', 'config');
  const ssh = path.join(folder, 'ssh');
  await writeFile(config, `Match exec "${ssh} match"\nHost *\n  ProxyCommand ${ssh} proxy\n`);
  await writeFile(
    path.join(folder, '.vscode', 'settings.json'),
    JSON.stringify({
      'remote.SSH.path': ssh,
      'remote.SSH.configFile': config,
      'tensordock.apiUrl': apiUrl,
      'tensordock.ssh.configFile': config,
      'tensordock.ssh.identityFile': ssh,
      'tensordock.ssh.user': 'evil',
      'tensordock.ssh.forwardAgent': true,
      'tensordock.defaultFolder': '/evil',
      'tensordock.images': ['evil'],
    }),
  );
}

describe('in a hostile folder, with hostile texts and a hostile SSH server', () => {
  let folder: string;
  let workspace: string;
  let marker: string;
  let config: string;
  let simulator: Simulator;
  let stranger: http.Server;
  /** Requests to the address that the folder wants the token to be sent to. */
  const strangerRequests: string[] = [];
  let ssh: SshServer;
  let speak: (socket: net.Socket) => void;
  let workbench: OpenWorkbench;
  let window: WorkbenchPage;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-hostile-'));
    workspace = path.join(folder, 'workspace');
    marker = path.join(folder, 'executed');
    config = path.join(folder, 'ssh', 'config');
    stranger = http.createServer((request, response) => {
      strangerRequests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.end('{}');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    await hostileFolder(workspace, marker, `http://127.0.0.1:${port}`);
    ssh = await startRaw((socket) => {
      socket.on('error', () => socket.destroy());
      speak(socket);
    });
    simulator = await startSimulator({ delays: { base: 'instant', boot: 3_000, stop: 500 } });
    simulator.world.settings.addresses = { address: () => '127.0.0.1', port: () => ssh.port };
    for (const name of Object.values(names)) {
      const { id } = simulator.world.add({
        organization: 'main',
        name,
        ...cpuInstance,
        sizes: { ...cpuInstance.sizes, gpus: [{ model: '[G](http://evil.example/g)', count: 1 }] },
      });
      simulator.world.bringUp(id);
      if (name === names.markup) simulator.world.instance(id).status = `odd ${names.command}`;
    }
    await hostileCatalog();
    workbench = await openWorkbench({
      folder: workspace,
      settings: {
        'tensordock.apiUrl': simulator.url,
        'tensordock.ssh.configFile': config,
        'tensordock.refreshInterval': 5,
      },
    });
    ({ window } = workbench);
    await window.signIn(simulator.token);
    await window.quickInput.first().waitFor({ state: 'hidden' });
    await window.row('[Fix]').waitFor();
  });

  afterAll(async () => {
    await workbench.close();
    await simulator.close();
    await ssh.stop();
    stranger.close();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await expectNothingBelieved();
    // What a command of these links would show.
    expect(await window.quickInput.count()).toBe(0);
    expect(existsSync(marker)).toBe(false);
    expect(strangerRequests).toEqual([]);
    await window.runCommand('Notifications: Clear All Notifications');
  });

  /** The service lists locations with names that would be links. */
  async function hostileCatalog(): Promise<void> {
    const response = await fetch(`${simulator.url}/api/v2/locations`, {
      headers: { authorization: `Bearer ${simulator.token}` },
    });
    const text = await response.text();
    expect(text).toContain('Chubbuck');
    const body = text
      .replaceAll('"Chubbuck"', JSON.stringify(everything))
      .replaceAll('"Idaho"', JSON.stringify('<img src=x id="evil">'));
    const fault = { kind: 'body', body, contentType: 'application/json' } as const;
    simulator.faults.add({ path: '/api/v2/locations', times: 10_000, fault });
  }

  async function expectNothingBelieved(where: Frame = window.page.mainFrame()): Promise<void> {
    expect(v.parse(v.array(v.string()), await where.evaluate(findBelieved))).toEqual([]);
    const text = v.parse(v.string(), await where.evaluate<unknown>('document.body.innerText'));
    expect(controls.filter((control) => text.includes(control))).toEqual([]);
  }

  test('what would be believed is found', async () => {
    const found = await window.page.evaluate<unknown>(`(() => {
      const box = document.createElement('div');
      const link = document.createElement('a');
      link.setAttribute('href', 'http://evil.example/x');
      const command = document.createElement('a');
      command.setAttribute('data-href', 'command:workbench.action.showCommands');
      const icon = document.createElement('i');
      icon.className = 'codicon-flame';
      const element = document.createElement('b');
      element.id = 'evil';
      box.append(link, command, icon, element);
      document.body.append(box);
      const found = ${findBelieved};
      box.remove();
      return found;
    })()`);
    expect(found).toHaveLength(4);
    await run(path.join(workspace, 'ssh'), ['-G', 'x']).catch(() => undefined);
    expect(existsSync(marker)).toBe(true);
    await rm(marker);
  });

  test('names, states, and GPU models are text in rows and tooltips', async () => {
    await window.row('<b id="evil">bold</b> $ (flame) **strong**').waitFor();
    await window.row('odd [Fix]').waitFor();
    for (const shown of ['[Fix]', '[Web]', '**strong**']) {
      await window.row(shown).hover();
      const tooltip = window.page.locator('.monaco-hover', { hasText: 'CPU and RAM' });
      await tooltip.filter({ hasText: shown }).first().waitFor();
      await expectNothingBelieved();
      await window.statusBar.first().hover();
      await expect.poll(async () => tooltip.count()).toBe(0);
    }
  });

  test('names are text in quick picks and input prompts', async () => {
    await window.runCommand('tensordock.copyInstanceId');
    await window.quickInput.getByText('[Web]').first().waitFor();
    await window.quickInput.getByText('odd [Fix]').first().waitFor();
    await expectNothingBelieved();
    await window.cancel();
    await window.contextMenu('[Fix]', 'tensordock.setSshOptions', 'SSH');
    await window.quickInput.getByText('SSH User and Key for “[Fix]').first().waitFor();
    await expectNothingBelieved();
    await window.pick('The default keys of ssh');
    await window.quickInput.getByText('Enter the user name on the instance.').first().waitFor();
    await expectNothingBelieved();
    await window.cancel();
    await window.runCommand('tensordock.filterInstances');
    await window.fill(everything);
    await expectNothingBelieved();
    await window.cancel();
    await window.quickInput.first().waitFor({ state: 'hidden' });
  });

  test('names are text in modal questions', async () => {
    for (const name of ['[Fix]', '[Web]', '**strong**']) {
      await window.contextMenu(name, 'tensordock.deleteInstance');
      await window.dialog.getByText(name).first().waitFor();
      await expectNothingBelieved();
      await window.answerDialog('Cancel');
    }
    expect(simulator.world.all()).toHaveLength(3);
  });

  test('errors of the service are text in notifications and in the view', async () => {
    const fault = { kind: 'status', status: 400, body: { error: everything } } as const;
    simulator.faults.add({ path: /\/stop$/, fault });
    await window.contextMenu('[Fix]', 'tensordock.stopInstance');
    await window.answerDialog('Stop');
    const notification = window.notification('Couldn’t stop “[Fix]');
    await notification.getByText('<b id="evil">').waitFor();
    await expectNothingBelieved();
    // Where the links would be.
    await notification.getByText('[Web]').click();
    simulator.faults.add({ method: 'GET', path: '/api/v2/instances', times: 1_000, fault });
    await window.runCommand('tensordock.refresh');
    const message = window.page.locator('.part.sidebar .message');
    await message.getByText('[Web]').waitFor();
    await expectNothingBelieved();
    simulator.faults.clear();
    await hostileCatalog();
    await window.runCommand('tensordock.refresh');
    await message.getByText('[Web]').waitFor({ state: 'hidden' });
  });

  test('names are text in progress and when it ends', async () => {
    await window.contextMenu('[Web]', 'tensordock.restartInstance');
    await window.answerDialog('Restart');
    await window.statusBarItem('Restarting “[Web]').waitFor();
    await expectNothingBelieved();
    await window.notification('is running').getByText('[Web]').waitFor({ timeout: 60_000 });
  });

  test('names of instances and locations are text in forms', async () => {
    await window.contextMenu('[Web]', 'tensordock.modifyInstance');
    const modify = await FormPage.on(window);
    await modify.locator('h1').getByText('[Web]').waitFor();
    await expectNothingBelieved(modify.frame);
    await window.runCommand('View: Close All Editors');
    await window.runCommand('tensordock.createInstance');
    const create = await FormPage.on(window);
    await create.locator('.row').getByText('RTX 4090').first().click();
    await create.locator('.row').getByText('<img src=x id="evil">').first().waitFor();
    await expectNothingBelieved(create.frame);
    await window.runCommand('View: Close All Editors');
  });

  test('what an SSH server says before and after its greeting is text', async () => {
    speak = (socket) => {
      socket.write(`${everything}\r\nSSH-2.0-x\r\n`);
      socket.end(disconnect(2, everything));
    };
    await window.contextMenu('[Fix]', 'tensordock.openTerminal', 'SSH');
    await window.answerDialog('Add Line');
    await window
      .notification('Connecting to “[Fix]')
      .getByText('isn’t accepting SSH connections yet')
      .waitFor({ timeout: 60_000 });
    await expectNothingBelieved();
    // One line, and then nothing.
    speak = (socket) => void socket.end(`${everything}\r\n`);
    const failed = window.notifications.filter({ hasText: 'Try Again' });
    await failed.waitFor({ timeout: 60_000 });
    await window.screenshot('hostile-ssh');
    await expectNothingBelieved();
    expect(await window.page.locator('.terminal-wrapper').count()).toBe(0);
  });

  test('the folder chose no program, no SSH file, and no address', async () => {
    const own = await readFile(path.join(folder, 'ssh', 'tensordock', 'config'), 'utf8');
    expect(own).toContain('ForwardAgent no');
    expect(own).toMatch(/^\s*User user$/m);
    expect(own).not.toMatch(/evil|workspace/);
    expect(await readFile(path.join(workspace, '.ssh', 'config'), 'utf8')).not.toContain('Include');
    expect(existsSync(marker)).toBe(false);
    expect(strangerRequests).toEqual([]);
  });
});
