import { describe, expect, onTestFinished, test } from 'vitest';
import {
  agentSocketOf,
  lastLine,
  parseEffectiveConfig,
  readEffectiveConfig,
} from '../../../../src/ssh/config/effectiveConfig';
import { temporaryFolder, writeConfig } from '../connect/servers';

test('the last reason that ssh wrote is told from its statistics', () => {
  const log = [
    'Authenticated to 127.0.0.1 ([127.0.0.1]:22) using "publickey".',
    'exec request failed on channel 0',
    'debug1: channel 0: free: client-session, nchannels 1',
    'Transferred: sent 2400, received 2100 bytes, in 0.1 seconds',
    'Bytes per second: sent 24000.4, received 21000.5',
    '',
  ];
  expect(lastLine(log.join('\r\n'))).toBe('exec request failed on channel 0');
  expect(lastLine(log.toSpliced(1, 1).join('\n'))).toBeUndefined();
});

test('ssh -G reports the address, the key and the proxy', async () => {
  const { folder, remove } = await temporaryFolder();
  onTestFinished(remove);
  const configFile = await writeConfig(folder, {
    alias: 'td-g',
    port: 2222,
    id: 'g',
    identityFile: '/a/key',
    more: '  ProxyJump jump.example',
  });
  const result = await readEffectiveConfig({ ssh: 'ssh', alias: 'td-g', configFile });
  expect(result).toMatchObject({
    ok: true,
    config: { host: '127.0.0.1', port: 2222, identityFiles: ['/a/key'], proxyJump: 'jump.example' },
  });
});

describe('the agent that keys are listed from', () => {
  const home = '/home/me';
  const environment = { ONE_SOCK: '/run/one', SSH_AUTH_SOCK: '/run/agent' };
  test.each([
    ['', undefined],
    ['SSH_AUTH_SOCK', undefined],
    ['none', 'none'],
    ['~/.1password/agent.sock', '/home/me/.1password/agent.sock'],
    ['"~/Library/Group Containers/a.sock"', '/home/me/Library/Group Containers/a.sock'],
    ['%d/agent', '/home/me/agent'],
    ['$ONE_SOCK', '/run/one'],
    ['${ONE_SOCK}.b', '/run/one.b'],
    ['$NOT_SET', 'none'],
    ['/run/100%%', '/run/100%'],
  ])('with IdentityAgent %s is %s', (value, socket) => {
    const config = parseEffectiveConfig(value === '' ? 'hostname x\n' : `identityagent ${value}\n`);
    expect(agentSocketOf(config, { home, environment })).toBe(socket);
  });
});
