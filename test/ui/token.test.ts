import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '../simulator/server';
import { FormPage } from './formPage';
import { openWorkbench, remoteSshStandIn, type OpenWorkbench } from './openWorkbench';

const run = promisify(execFile);
/** With characters that a URI and JSON would write in another way. */
const madeUp = (): string => `td+${randomBytes(18).toString('hex')}/${randomBytes(18).toString('hex')}=`;
const good = madeUp();
const wrong = madeUp();

let folder: string;
let simulator: Simulator;
let workbench: OpenWorkbench;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tensordock-token-'));
  const [home, temporary] = [path.join(folder, 'home'), path.join(folder, 'tmp')];
  await mkdir(home);
  await mkdir(temporary);
  const key = path.join(folder, 'id_test');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  simulator = await startSimulator({
    seed: 'demo',
    delays: 'quick',
    tokens: [good],
    ssh: 'auto',
    authorizedKeys: [(await readFile(`${key}.pub`, 'utf8')).trim()],
  });
  workbench = await openWorkbench({
    extensions: [remoteSshStandIn],
    // What is written beside the server's own folders is looked through as well.
    env: { HOME: home, TMPDIR: temporary },
    settings: {
      'tensordock.apiUrl': simulator.url,
      'tensordock.ssh.configFile': path.join(folder, 'config'),
      'tensordock.ssh.identityFile': key,
      'tensordock.ssh.user': simulator.sshUser,
      'tensordock.refreshInterval': 5,
    },
  });
});

afterEach(async () => {
  await workbench.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

test('the token is in no file that a day’s work writes, in no log at trace, on no command line', async () => {
  const { window } = workbench;
  await workbench.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await window.openView('TensorDock');
  await window.page.locator('.part.sidebar .welcome-view-content').getByText('Sign In').waitFor();
  // The channel is there from the moment the view was shown.
  await window.runCommand('Developer: Set Log Level...');
  await window.pick('TensorDock');
  await window.pick('Trace');

  await window.runCommand('tensordock.signIn');
  await window.fill(wrong);
  await window.accept();
  await expect
    .poll(async () => window.quickInput.textContent())
    .toMatch(/refused|Invalid|not accept|did not take/i);
  await window.fill(good);
  await window.accept();
  await window.row('notebooks').waitFor();
  await window.runCommand('tensordock.refresh');

  await window.inlineAction('notebooks', 'tensordock.startInstance');
  await window.rowIn('notebooks', 'Running').waitFor({ timeout: 60_000 });
  await window.contextMenu('notebooks', 'tensordock.connect');
  await window.answerDialog('Add Line');
  await expect.poll(async () => workbench.askedWindows(), { timeout: 60_000 }).toHaveLength(1);
  expect(await commandLines(forms)).toEqual([]);
  await window.inlineAction('notebooks', 'tensordock.stopInstance');
  await window.answerDialog('Stop');
  await window.rowIn('notebooks', 'Stopped').waitFor({ timeout: 60_000 });

  await window.runCommand('tensordock.createInstance');
  await FormPage.on(window);
  await window.runCommand('tensordock.copyDiagnostics');
  const clipboard = async (): Promise<string> =>
    String(await window.page.evaluate('navigator.clipboard.readText()'));
  await expect.poll(clipboard).toMatch(/Signed in: yes/);
  expect(found(await clipboard())).toEqual([]);

  await expect.poll(async () => logText(), { timeout: 30_000 }).toMatch(/\[trace\] answer/);
  expect(await filesWith()).toEqual([]);
  await window.runCommand('tensordock.signOut');
  await window.page.locator('.part.sidebar .welcome-view-content').getByText('Sign In').waitFor();

  expect(await commandLines(forms)).toEqual([]);
  // What is looked through holds what the run wrote, and a form that is there would be found.
  const log = await logText();
  for (const line of [/\/instances\/[\w-]+\/start -> 200/, /\/instances\/[\w-]+\/stop -> 200/, /-> 401/]) {
    expect(log).toMatch(line);
  }
  const files = await everyFile();
  for (const name of [
    /globalStorage\/.*snapshot-/,
    /tensordock\/config$/,
    /settings\.json$/,
    /exthost.*\.log$/,
  ]) {
    expect(files.filter((file) => name.test(file))).not.toEqual([]);
  }
  expect(await filesWith([Buffer.from('Host td-notebooks')])).toEqual([
    path.join(folder, 'tensordock', 'config'),
  ]);
  expect(await filesWith()).toEqual([]);
  expect(found(JSON.stringify(await workbench.askedWindows()))).toEqual([]);
  expect(found(workbench.server.output())).toEqual([]);
  expect(simulator.requests.filter(({ query }) => query !== '')).toEqual([]);
});

/** Each way in which text of any kind may hold a token: a part of it is enough, as it is random. */
const forms: readonly Buffer[] = [good, wrong].flatMap((token) => [
  ...token
    .split(/[+/=]/)
    .filter((part) => part.length > 10)
    .map((part) => Buffer.from(part)),
  Buffer.from(Buffer.from(token).toString('hex')),
  Buffer.from(token, 'utf16le'),
  // In base64 text looks in three ways, by where it begins; the ends depend on what stands beside it.
  ...[0, 1, 2].flatMap((before) => {
    const encoded = Buffer.from('x'.repeat(before) + token)
      .toString('base64')
      .slice(4, -4);
    return [encoded, encoded.replaceAll('+', '-').replaceAll('/', '_')].map((text) => Buffer.from(text));
  }),
]);

function found(text: string): readonly string[] {
  return forms.map(String).filter((form) => text.includes(form));
}

/** Every file below the server's folder and the test's: settings, storage, logs, SSH, the home, what is temporary. */
async function everyFile(): Promise<readonly string[]> {
  const lists = [workbench.server.folder, folder].map(async (top) => {
    const entries = await readdir(top, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  });
  return (await Promise.all(lists)).flat();
}

async function filesWith(parts: readonly Buffer[] = forms): Promise<readonly string[]> {
  const hits: string[] = [];
  for (const file of await everyFile()) {
    const content = await readOrNothing(file);
    if (parts.some((part) => content.includes(part) || file.includes(String(part)))) hits.push(file);
  }
  return hits;
}

async function logText(): Promise<string> {
  const logs = (await everyFile()).filter((file) => file.endsWith('TensorDock.log'));
  return (await Promise.all(logs.map(readOrNothing))).join('\n');
}

/** Command lines and environments of all processes that may be read, the browser's and `ssh` among them. */
async function commandLines(parts: readonly Buffer[]): Promise<readonly string[]> {
  const hits: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const name of ['cmdline', 'environ']) {
      const content = await readOrNothing(`/proc/${pid}/${name}`);
      if (parts.some((part) => content.includes(part))) hits.push(`${name} of ${pid}`);
    }
  }
  return hits;
}

/** What has ended or was removed meanwhile has nothing to say. */
async function readOrNothing(file: string): Promise<Buffer> {
  return readFile(file).catch(() => Buffer.alloc(0));
}
