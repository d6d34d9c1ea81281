import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SimulatedInstance } from '../simulator/model';
import { startSimulator, type Simulator } from '../simulator/server';
import type { InstanceDescription } from '../simulator/world';
import { cpuInstance } from './cpuInstance';
import { menuTitle } from './commandTitle';
import { openWorkbench, remoteSshStandIn, type AskedWindow, type OpenWorkbench } from './openWorkbench';
import type { WorkbenchPage } from './workbenchPage';

const run = promisify(execFile);
const oddConfig =
  '# mine\r\n\r\nHost *\r\n\tServerAliveInterval = 30 # keep\r\n\r\nHost gate\r\n    HostName "gate.example"\r\n  Port 2200';

let folder: string;
let config: string;
let ownFolder: string;
let key: string;
let simulator: Simulator;
let workbench: OpenWorkbench;
let window: WorkbenchPage;

async function open(extensions: readonly string[]): Promise<void> {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-connect-'));
  config = path.join(folder, 'ssh', 'config');
  ownFolder = path.join(folder, 'ssh', 'tensordock');
  key = path.join(folder, 'id_test');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  simulator = await startSimulator({
    delays: { base: 'quick', boot: 800, blink: 0, stop: 800, address: 200 },
    ssh: 'auto',
    authorizedKeys: [(await readFile(`${key}.pub`, 'utf8')).trim()],
  });
  workbench = await openWorkbench({
    extensions,
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': config,
      'tensordock.ssh.identityFile': key,
      'tensordock.ssh.user': simulator.sshUser,
      'tensordock.refreshInterval': 5,
    },
  });
  ({ window } = workbench);
  await window.signIn(simulator.token);
  await window.quickInput.first().waitFor({ state: 'hidden' });
}

async function close(): Promise<void> {
  await workbench.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
}

/** A person whose SSH configuration is `text` at first. */
async function begin(text?: string): Promise<void> {
  await rm(path.dirname(config), { recursive: true, force: true });
  await mkdir(path.dirname(config), { mode: 0o700 });
  if (text !== undefined) await writeFile(config, text);
  await window.runCommand('Notifications: Clear All Notifications');
}

/** A running instance whose row is on screen. */
async function runningInstance(
  name: string,
  description: Partial<InstanceDescription> = {},
): Promise<SimulatedInstance> {
  const made = simulator.world.add({
    organization: 'main',
    name,
    ...cpuInstance,
    ...description,
  });
  if (description.status !== 'stopped') simulator.world.bringUp(made.id);
  await window.runCommand('tensordock.refresh');
  const state = description.status === 'stopped' ? 'Stopped' : 'Running';
  await window.rowIn(name, state).waitFor({ timeout: 30_000 });
  return made;
}

/** Connects and says yes to the line; resolves with the window that was asked for. */
async function connectFirst(name: string): Promise<AskedWindow | undefined> {
  const before = (await workbench.askedWindows()).length;
  await window.contextMenu(name, 'tensordock.connect');
  await window.answerDialog('Add Line');
  return nextWindow(before);
}

async function nextWindow(before: number): Promise<AskedWindow | undefined> {
  await expect
    .poll(async () => (await workbench.askedWindows()).length, { timeout: 40_000 })
    .toBe(before + 1);
  return (await workbench.askedWindows()).at(-1);
}

async function ssh(alias: string): Promise<string> {
  return run('ssh', ['-F', config, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5', alias, 'true']).then(
    () => 'let in',
    (error: unknown) => String(error),
  );
}

async function processes(text: string): Promise<readonly string[]> {
  const { stdout } = await run('ps', ['-eo', 'args']);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('ssh ') || /^\S*\/ssh /.test(line))
    .filter((line) => line.includes(text));
}

describe('connecting, with Remote-SSH', () => {
  beforeAll(async () => open([remoteSshStandIn]));
  afterAll(close);
  beforeEach(async () => begin());

  test('a question that is cancelled changes nothing and connects nothing', async () => {
    await begin(oddConfig);
    await runningInstance('careful');
    const before = (await workbench.askedWindows()).length;
    await window.contextMenu('careful', 'tensordock.connect');
    await window.dialog.getByText(`Include ${ownFolder}/config`).first().waitFor();
    await window.screenshot('connect-include-question');
    await window.answerDialog('Cancel');
    await expect.poll(async () => window.notification('Connecting to').count()).toBe(0);
    expect(await readFile(config, 'utf8')).toBe(oddConfig);
    expect(await readdir(path.dirname(config))).toEqual(['config']);
    expect(await workbench.askedWindows()).toHaveLength(before);
    expect(await window.notification('careful').count()).toBe(0);
  });

  test('one line is added, all else stays, and clean-up gives the very bytes back', async () => {
    await begin(oddConfig);
    await runningInstance('tidy');
    expect(await connectFirst('tidy')).toMatchObject({ uri: 'vscode-remote://ssh-remote+td-tidy/home/user' });
    expect(await readFile(config, 'utf8')).toBe(`Include ${ownFolder}/config\r\n${oddConfig}`);
    expect(await ssh('td-tidy')).toBe('let in');

    await window.runCommand('tensordock.removeSshEntries');
    await window.dialog.getByText(ownFolder).first().waitFor();
    await window.screenshot('connect-remove-question');
    await window.answerDialog('Remove');
    await window.notification('back to what it was').first().waitFor();
    await window.screenshot('connect-removed');
    expect(await readFile(config, 'utf8')).toBe(oddConfig);
    expect(await readdir(path.dirname(config))).toEqual(['config']);
  });

  test('the entry follows a stop and a start by itself', async () => {
    const { id } = await runningInstance('moves');
    await connectFirst('moves');
    expect(await ssh('td-moves')).toBe('let in');
    const entry = async (): Promise<string> => readFile(path.join(ownFolder, 'config'), 'utf8');
    const before = simulator.world.instance(id).ipAddress;
    expect(await entry()).toContain(before);

    await window.contextMenu('moves', 'tensordock.stopInstance');
    await window.answerDialog('Stop');
    await window.rowIn('moves', 'Stopped').waitFor({ timeout: 30_000 });
    await window.contextMenu('moves', 'tensordock.startInstance');
    await window.rowIn('moves', 'Running').waitFor({ timeout: 30_000 });
    await expect.poll(async () => ssh('td-moves'), { timeout: 40_000, interval: 500 }).toBe('let in');
    expect(simulator.world.instance(id).ipAddress).not.toBe(before);
    expect(await entry()).not.toContain(before);
    expect(await window.dialog.count()).toBe(0);
  });

  test('a changed host key is reported, and the key that is shown can be accepted', async () => {
    const { id } = await runningInstance('reborn');
    await connectFirst('reborn');
    simulator.backing?.reinstall(id);
    await simulator.backing?.whenUp(id);
    const before = (await workbench.askedWindows()).length;
    await window.contextMenu('reborn', 'tensordock.connect');
    const told = window.notification('has changed from');
    await told.first().waitFor({ timeout: 30_000 });
    await window.screenshot('connect-host-key-changed');
    expect(await workbench.askedWindows()).toHaveLength(before);
    await window.answerNotification('has changed from', 'Accept the New Key');
    await window.dialog.getByText('Key on record: ssh-ed25519 SHA256:').first().waitFor();
    await window.dialog.getByText('New key: ssh-ed25519 SHA256:').first().waitFor();
    await window.screenshot('connect-accept-host-key');
    await window.answerDialog('Accept This Key');
    await nextWindow(before);
    expect(await ssh('td-reborn')).toBe('let in');
  });

  test('a refused key is named, and the window opens anyway if the person wants it', async () => {
    const { id } = await runningInstance('closed-door');
    simulator.world.instance(id).keysReady = false;
    const before = (await workbench.askedWindows()).length;
    const { stdout } = await run('ssh-keygen', ['-lf', `${key}.pub`]);
    const fingerprint = stdout.split(' ')[1] ?? 'none';
    await window.contextMenu('closed-door', 'tensordock.connect');
    await window.answerDialog('Add Line');
    const told = window.notification('didn’t accept these keys');
    await told.first().waitFor({ timeout: 30_000 });
    await window.screenshot('connect-key-refused');
    const text = await told.first().textContent();
    expect(text).toContain(key);
    expect(text).toContain(fingerprint);
    expect(await workbench.askedWindows()).toHaveLength(before);
    await window.answerNotification('didn’t accept these keys', 'Open Anyway');
    expect(await nextWindow(before)).toMatchObject({
      uri: 'vscode-remote://ssh-remote+td-closed-door/home/user',
    });
  });

  test('a tunnel from its port row and back', async () => {
    const web = http.createServer((_, response) => response.end('notebook'));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const { port } = web.address() as AddressInfo;
    try {
      // Named after its port, so that a second try doesn't find the instance of the first.
      const name = `served-${port}`;
      await runningInstance(name, {
        wantedForwards: [22, port].map((internal) => ({ internal, external: 0 })),
      });
      await window.expand(name);
      await window.inlineAction(`Port ${port}`, 'tensordock.openTunnel');
      await window.answerDialog('Add Line');
      const tunnel = window.row(`Tunnel to Port ${port}`);
      await tunnel.waitFor({ timeout: 30_000 });
      await window.screenshot('connect-tunnel');
      const local = /localhost:(\d+)/.exec((await tunnel.textContent()) ?? '')?.[1] ?? '';
      const reply = await fetch(`http://127.0.0.1:${local}/`, { headers: { connection: 'close' } });
      expect(await reply.text()).toBe('notebook');
      expect(await processes(`127.0.0.1:${local}:127.0.0.1:${port}`)).toHaveLength(1);

      await window.inlineAction(`Tunnel to Port ${port}`, 'tensordock.closeTunnel');
      await tunnel.waitFor({ state: 'detached' });
      await expect.poll(async () => processes(`127.0.0.1:${local}:127.0.0.1:${port}`)).toEqual([]);
      await expect(fetch(`http://127.0.0.1:${local}/`)).rejects.toThrow();
    } finally {
      web.close();
    }
  });

  test('Windows is reached by its remote desktop', async () => {
    const { id } = await runningInstance('panes', {
      image: 'windows10',
      wantedForwards: [{ internal: 3389, external: 0 }],
    });
    await window.contextMenu('panes', 'tensordock.connect');
    const { ipAddress, forwards } = simulator.world.instance(id);
    const told = window.notification(`${ipAddress}:${String(forwards[0]?.external)}`);
    await told.first().waitFor({ timeout: 30_000 });
    await window.screenshot('connect-windows');
    expect(await told.first().textContent()).toContain('Remote Desktop');
    expect(await readdir(path.dirname(config))).toEqual([]);
    expect(await window.dialog.count()).toBe(0);
  });

  test('a row offers what fits its state', async () => {
    const titles = (...names: string[]): string[] => names.map((name) => menuTitle(`tensordock.${name}`));
    await runningInstance('resting', { status: 'stopped' });
    const resting = await window.contextMenuItems('resting');
    await window.screenshot('connect-stopped-row');
    expect(resting).toEqual(expect.arrayContaining(titles('startInstance', 'connect', 'deleteInstance')));
    for (const title of titles('stopInstance', 'restartInstance', 'scheduleStop'))
      expect(resting).not.toContain(title);
    await runningInstance('busy');
    const busy = await window.contextMenuItems('busy');
    expect(busy).toEqual(
      expect.arrayContaining(titles('stopInstance', 'restartInstance', 'connect', 'scheduleStop')),
    );
    expect(busy).not.toContain(menuTitle('tensordock.startInstance'));
  });
});

describe('connecting, without Remote-SSH', () => {
  beforeAll(async () => open([]));
  afterAll(close);

  const terminal = (): Locator => window.page.locator('.terminal-wrapper.active .xterm').first();

  /** Types into the terminal on screen until the shell on the far side has made a file. */
  async function isInside(): Promise<void> {
    const made = path.join(folder, `made-${Date.now()}`);
    await terminal().waitFor({ timeout: 60_000 });
    await expect
      .poll(
        async () => {
          await window.page.keyboard.type(`touch '${made}'\n`);
          return (await readdir(folder)).includes(path.basename(made));
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toBe(true);
  }

  test('a terminal is offered, and is inside', async () => {
    await begin(oddConfig);
    await runningInstance('plain');
    await window.contextMenu('plain', 'tensordock.connect');
    await window.notification('Remote-SSH isn’t available here').waitFor();
    await window.answerNotification('Remote-SSH isn’t available here', 'Open Terminal');
    await window.dialog.getByText(`Include ${ownFolder}/config`).first().waitFor();
    await window.answerDialog('Add Line');
    await isInside();
    await window.screenshot('connect-terminal');
    expect(await readFile(config, 'utf8')).toBe(`Include ${ownFolder}/config\r\n${oddConfig}`);
    await window.page.keyboard.type('exit\n');
    await terminal().waitFor({ state: 'hidden' });
  });

  test('a configuration that cannot be read is left alone, and a terminal works all the same', async () => {
    await begin();
    await mkdir(config);
    await runningInstance('stubborn');
    await window.contextMenu('stubborn', 'tensordock.openTerminal', 'SSH');
    await window.notification('Include').first().waitFor();
    await window.screenshot('connect-unreadable');
    await terminal().click();
    await isInside();
    expect(await readdir(config)).toEqual([]);
  });
});
