import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { eventually, extensionUnderTest, suiteWorld } from '../world';

const instance = v.object({
  id: v.string(),
  name: v.string(),
  state: v.string(),
  ipAddress: v.optional(v.string()),
});
const exported = v.object({ onDidChangeInstances: v.function(), getInstances: v.function() });

describe('instances', () => {
  const realConfig = path.join(os.userInfo().homedir, '.ssh/config');
  let realBefore: string | undefined;
  let list: () => Promise<v.InferOutput<typeof instance>[]>;
  const byName = async (name: string): Promise<v.InferOutput<typeof instance>> => {
    const found = (await list()).find((each) => each.name === name);
    assert.ok(found, `no instance named ${name}`);
    return found;
  };
  const stateOf = async (name: string): Promise<string> => (await byName(name)).state;

  before(async () => {
    realBefore = existsSync(realConfig) ? await readFile(realConfig, 'utf8') : undefined;
    const api = v.parse(exported, await extensionUnderTest().activate());
    list = async () => v.parse(v.array(instance), await api.getInstances());
    await vscode.commands.executeCommand('tensordock.refresh');
  });

  it('are passed to other extensions, without the token', async () => {
    const instances = await list();
    assert.ok(instances.length >= 5);
    assert.ok(!JSON.stringify(instances).includes(suiteWorld().token));
  });

  it('are started and stopped by id without a question', async () => {
    const { id } = await byName('notebooks');
    await vscode.commands.executeCommand('tensordock.startInstance', id);
    await eventually(async () => (await stateOf('notebooks')) === 'running', 60_000);
    await vscode.commands.executeCommand('tensordock.stopInstance', id, { confirm: false });
    await eventually(async () => (await stateOf('notebooks')).startsWith('stopped'), 60_000);
  });

  it('reject an id that is not theirs with a text to act on', async () => {
    await assert.rejects(
      async () => vscode.commands.executeCommand('tensordock.startInstance', 'no-such-id'),
      /no-such-id/,
    );
  });

  it('give their address, id and SSH command to the clipboard', async () => {
    const { id, ipAddress } = await byName('gpu-dev-4090');
    await vscode.commands.executeCommand('tensordock.copyInstanceId', id);
    assert.equal(await vscode.env.clipboard.readText(), id);
    await vscode.commands.executeCommand('tensordock.copyIpAddress', id);
    assert.equal(await vscode.env.clipboard.readText(), ipAddress);
    await vscode.commands.executeCommand('tensordock.copySshCommand', id);
    assert.match(await vscode.env.clipboard.readText(), /^ssh -i \S+ -p \d+ \S+@[\d.]+$/);
  });

  it('are in the diagnostics by number alone', async () => {
    await vscode.commands.executeCommand('tensordock.copyDiagnostics');
    const text = await vscode.env.clipboard.readText();
    assert.match(text, /Instances: \d+/);
    const { id, name } = await byName('gpu-dev-4090');
    for (const secret of [suiteWorld().token, id, name]) assert.ok(!text.includes(secret));
  });

  it('keep their origin, whatever a workspace says', async () => {
    const { apiUrl } = suiteWorld();
    const settings = vscode.workspace.getConfiguration('tensordock').inspect('apiUrl');
    assert.equal(settings?.globalValue, apiUrl);
    assert.equal(vscode.workspace.getConfiguration('tensordock').get('apiUrl'), apiUrl);
    await assert.rejects(async () =>
      vscode.workspace
        .getConfiguration('tensordock')
        .update('apiUrl', 'https://example.invalid', vscode.ConfigurationTarget.Workspace),
    );
  });

  it('leave the real SSH configuration as it was', async () => {
    const after = existsSync(realConfig) ? await readFile(realConfig, 'utf8') : undefined;
    assert.equal(after, realBefore);
    assert.ok(!existsSync(path.join(os.userInfo().homedir, '.ssh/tensordock')));
  });
});
