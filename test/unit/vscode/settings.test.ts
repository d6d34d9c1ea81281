import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { beforeEach, expect, test, vi } from 'vitest';
import { ownValue } from '../../../src/vscode/ownValue';
import { Settings } from '../../../src/vscode/settings';

/** What VS Code says of a setting, by its full name. */
const inspected = vi.hoisted(() => new Map<string, Record<string, unknown>>());

vi.mock('vscode', () => ({
  EventEmitter: class {
    event = (): void => undefined;
    dispose = (): void => undefined;
  },
  workspace: {
    onDidChangeConfiguration: () => ({ dispose: () => undefined }),
    getConfiguration: (section: string) => ({
      get: () => {
        throw new Error('The merged value has what a workspace says.');
      },
      inspect: (key: string) => inspected.get(`${section}.${key}`),
    }),
  },
}));

const settings = new Settings();
/** What a hostile folder or host can set. */
const hostile = (value: unknown): Record<string, unknown> => ({
  workspaceValue: value,
  workspaceFolderValue: value,
  workspaceLanguageValue: value,
  globalRemoteValue: value,
  globalValue: value,
});

beforeEach(() => inspected.clear());

test('no workspace, folder or remote host chooses the ssh that is run or the file it reads', () => {
  inspected.set('remote.SSH.path', hostile('./evil-ssh'));
  inspected.set('remote.SSH.configFile', hostile('./evil-config'));
  expect(settings.remoteSshPath).toBeUndefined();
  expect(settings.remoteSshConfigFile).toBeUndefined();
});

test('what the person set counts, whatever a remote host says', () => {
  inspected.set('remote.SSH.path', { ...hostile('./evil-ssh'), globalLocalValue: '/usr/bin/ssh' });
  expect(settings.remoteSshPath).toBe('/usr/bin/ssh');
  inspected.set('remote.SSH.path', { globalValue: '/opt/ssh', workspaceValue: './evil-ssh' });
  expect(settings.remoteSshPath).toBe('/opt/ssh');
});

test.each([null, 5, ['/bin/sh'], {}])('a value of another type is not a path: %j', (value) => {
  inspected.set('remote.SSH.path', { globalValue: value });
  expect(settings.remoteSshPath).toBeUndefined();
});

test('no workspace, folder or remote host changes a setting of ours', () => {
  const names = Object.keys(properties);
  for (const name of names) inspected.set(name, hostile('evil'));
  for (const name of names) expect(ownValue('tensordock', name.slice('tensordock.'.length))).toBeUndefined();
  expect(settings.origin).toBe('https://dashboard.tensordock.com');
  expect(settings.identityFile).toBe('');
});

test.each([
  [5, 5],
  [0, 0],
  ['5', 5],
  ['$5', 5],
  [null, undefined],
  ['', undefined],
  ['five', 0],
  [-1, 0],
  [true, 0],
  [Number.NaN, 0],
])('a limit of %j is %s dollars: one that can’t be read isn’t ignored', (globalValue, limit) => {
  inspected.set('tensordock.cost.dailyBudget', { globalValue });
  expect(settings.budgetLimits.daily).toBe(limit);
});

test('the defaults are those of the manifest', () => {
  for (const [name, { default: value }] of Object.entries(properties)) {
    inspected.set(name, { defaultValue: value });
  }
  expect(settings.origin).toBe(properties['tensordock.apiUrl']?.default);
  expect(settings.refreshIntervalMs / 1000).toBe(properties['tensordock.refreshInterval']?.default);
  expect(settings.sshUser).toBe(properties['tensordock.ssh.user']?.default);
  expect(settings.identityFile).toBe(properties['tensordock.ssh.identityFile']?.default);
  expect(settings.sshConfigFile).toBe(properties['tensordock.ssh.configFile']?.default);
  expect(settings.defaultFolder).toBe(properties['tensordock.defaultFolder']?.default);
  expect(settings.images).toEqual(properties['tensordock.images']?.default);
  expect(settings.remindAfterHours).toBe(properties['tensordock.cost.remindAfterHours']?.default);
  expect(settings.budgetLimits).toEqual({});
});

const manifest: unknown = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8'),
);
const { properties } = v.parse(
  v.object({
    contributes: v.object({
      configuration: v.object({ properties: v.record(v.string(), v.object({ default: v.unknown() })) }),
    }),
  }),
  manifest,
).contributes.configuration;
