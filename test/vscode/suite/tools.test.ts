import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { extensionUnderTest, suiteWorld } from '../world';

/** Calls a tool, whatever way there is, and returns its result. */
type CallTool = (name: string, input?: object) => Promise<Result>;
type Result = Readonly<Record<string, unknown>>;

const result = v.looseObject({ outcome: v.string() });
const offers = v.object({ offers: v.array(v.object({ locationId: v.string(), gpuModel: v.string() })) });
const created = v.object({ outcome: v.literal('done'), instanceId: v.string() });
const list = v.object({ instances: v.array(v.object({ instanceId: v.string(), state: v.string() })) });
const configuration = v.object({
  mcpServers: v.object({
    tensordock: v.object({
      command: v.string(),
      args: v.array(v.string()),
      env: v.record(v.string(), v.string()),
    }),
  }),
});
const europe = ['France', 'Germany', 'Netherlands', 'Poland', 'Sweden', 'United Kingdom'];

/** What the person was asked, and whether they say yes. */
const asked: string[] = [];
let yes = true;

const invoke: CallTool = async (name, input = {}) => {
  const token = new vscode.CancellationTokenSource().token;
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined }, token);
  const [part] = content;
  assert.ok(part instanceof vscode.LanguageModelTextPart);
  return v.parse(result, JSON.parse(part.value));
};

/** "The cheapest 4090 in Europe, 200 GB, stop it at 18:00, tell me how to connect." */
async function carryOut(call: CallTool): Promise<void> {
  const sizes = { storageGb: 200 };
  const found = v.parse(
    offers,
    await call('tensordock_find_offers', { gpu: 'RTX 4090', countries: europe, ...sizes }),
  );
  const [cheapest] = found.offers;
  assert.ok(cheapest, 'no offer');
  const made = await call('tensordock_create_instance', { ...cheapest, ...sizes });
  assert.equal(made.outcome, 'done', JSON.stringify(made));
  const { instanceId } = v.parse(created, made);
  const stop = await call('tensordock_schedule_stop', { instanceId, at: '18:00' });
  assert.equal(stop.outcome, 'done');
  assert.match(String(stop.stopsAt), /^\d{4}-.*Z$/);
  assert.equal(new Date(String(stop.stopsAt)).getHours(), 18);
  let ready: Result = {};
  for (let attempt = 0; ready.ready !== true && attempt < 20; attempt++) {
    ready = await call('tensordock_wait_until_ready', { instanceId, timeoutSeconds: 5 });
  }
  assert.equal(ready.ready, true, JSON.stringify(ready));
  const ssh = await call('tensordock_get_ssh_alias', { instanceId });
  assert.match(String(ssh.alias), /^td-/, JSON.stringify(ssh));
  assert.match(
    asked.join('\n'),
    /Create the instance “.+”\?[^]*\$\d[^]*Schedule a stop of “.+” (tomorrow )?at 18:00\?/,
  );
  assert.equal((await call('tensordock_delete_instance', { instanceId })).outcome, 'done');
}

/** Nothing that an agent asks for happens after a no. */
async function refused(call: CallTool): Promise<void> {
  // What an earlier test deleted may go at any moment.
  const kept = async (): Promise<v.InferOutput<typeof list>['instances']> =>
    v
      .parse(list, await call('tensordock_list_instances'))
      .instances.filter(({ state }) => state !== 'deleting');
  yes = false;
  const instances = await kept();
  const instance = instances.find(({ state }) => state.startsWith('stopped'));
  assert.ok(instance);
  for (const name of ['start', 'delete']) {
    const { outcome } = await call(`tensordock_${name}_instance`, { instanceId: instance.instanceId });
    assert.equal(outcome, 'declined');
  }
  assert.equal(asked.length, 2);
  assert.deepEqual(await kept(), instances);
}

describe('an agent', () => {
  const { showWarningMessage } = vscode.window;

  before(async () => {
    await extensionUnderTest().activate();
    // The tests have no person: their answer, in place of the dialog.
    const answer = async (
      message: string,
      options: { detail?: string },
      ...buttons: object[]
    ): Promise<unknown> => {
      asked.push(`${message}\n${options.detail ?? ''}`);
      return Promise.resolve(yes ? buttons[0] : undefined);
    };
    Object.assign(vscode.window, { showWarningMessage: answer });
  });
  after(() => Object.assign(vscode.window, { showWarningMessage }));
  beforeEach(() => {
    asked.length = 0;
    yes = true;
  });

  describe('in the editor', () => {
    it('sees the tools', () => {
      const names = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('tensordock_'));
      assert.equal(names.length, 12);
    });

    it('rents the cheapest GPU, has it stopped, and says how to connect', async () => carryOut(invoke));

    it('changes nothing after a no', async () => refused(invoke));
  });

  describe('over MCP', () => {
    let client: Client;
    const call: CallTool = async (name, input = {}) => {
      const answer = await client.callTool({ name, arguments: { ...input } });
      return v.parse(result, answer.structuredContent);
    };

    before(async () => {
      await vscode.commands.executeCommand('tensordock.copyMcpConfiguration');
      const copied = await vscode.env.clipboard.readText();
      assert.ok(!copied.includes(suiteWorld().token));
      const { command, args, env } = v.parse(configuration, JSON.parse(copied)).mcpServers.tensordock;
      client = new Client({ name: 'agent', version: '1' });
      await client.connect(new StdioClientTransport({ command, args, env }));
    });
    after(async () => client.close());
    afterEach(() => assert.ok(asked.length > 0));

    it('rents the cheapest GPU, has it stopped, and says how to connect', async () => carryOut(call));

    it('changes nothing after a no', async () => refused(call));

    it('starts nothing beyond a spent budget', async () => {
      const { instances } = v.parse(list, await call('tensordock_list_instances'));
      const instance = instances.find(({ state }) => state.startsWith('stopped'));
      const settings = vscode.workspace.getConfiguration('tensordock');
      await settings.update('cost.maxHourlyRate', 0, vscode.ConfigurationTarget.Global);
      const dialogs = vscode.window;
      const { showWarningMessage: answer } = dialogs;
      // Yes to the agent, no to the budget.
      const beyond = async (message: string, ...rest: object[]): Promise<unknown> => {
        yes = !message.includes('cost limit');
        return Reflect.apply(answer, undefined, [message, ...rest]) as Promise<unknown>;
      };
      Object.assign(dialogs, { showWarningMessage: beyond });
      try {
        const end = await call('tensordock_start_instance', { instanceId: instance?.instanceId });
        assert.equal(end.outcome, 'refused', JSON.stringify(end));
        assert.equal(asked.length, 2);
      } finally {
        Object.assign(dialogs, { showWarningMessage: answer });
        await settings.update('cost.maxHourlyRate', undefined, vscode.ConfigurationTarget.Global);
      }
    });
  });
});
