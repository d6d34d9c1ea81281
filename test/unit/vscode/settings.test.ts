import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ownValue } from '../../../src/vscode/ownValue';
import { Settings } from '../../../src/vscode/settings';

/** What VS Code says of a setting, by its full name. */
const inspected = vi.hoisted(() => new Map<string, Record<string, unknown>>());
/** Tells of a change, as VS Code does. */
const listeners = vi.hoisted(() => new Set<(event: { affectsConfiguration: () => boolean }) => void>());

vi.mock('vscode', () => ({
  EventEmitter: class {
    event = (): void => undefined;
    fire = (): void => undefined;
    dispose = (): void => undefined;
  },
  workspace: {
    onDidChangeConfiguration: (listener: (event: { affectsConfiguration: () => boolean }) => void) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    getConfiguration: (section: string) => ({
      get: () => {
        throw new Error('The merged value has what a workspace says.');
      },
      inspect: (key: string) => inspected.get(`${section}.${key}`),
    }),
  },
}));

let settings: Settings;

/** Changes what VS Code says of a setting. */
function set(name: string, value: Record<string, unknown>): void {
  inspected.set(name, value);
  for (const listener of listeners) listener({ affectsConfiguration: () => false });
}

/** What a hostile folder or host can set. */
const hostile = (value: unknown): Record<string, unknown> => ({
  workspaceValue: value,
  workspaceFolderValue: value,
  workspaceLanguageValue: value,
  globalRemoteValue: value,
  globalValue: value,
});

beforeEach(() => {
  inspected.clear();
  settings = new Settings();
});

afterEach(() => settings.dispose());

test('no workspace, folder or remote host chooses the ssh that is run or the file it reads', () => {
  set('remote.SSH.path', hostile('./evil-ssh'));
  set('remote.SSH.configFile', hostile('./evil-config'));
  expect(settings.remoteSshPath).toBeUndefined();
  expect(settings.remoteSshConfigFile).toBeUndefined();
});

test('what the person set counts, whatever a remote host says', () => {
  set('remote.SSH.path', { ...hostile('./evil-ssh'), globalLocalValue: '/usr/bin/ssh' });
  expect(settings.remoteSshPath).toBe('/usr/bin/ssh');
  set('remote.SSH.path', { globalValue: '/opt/ssh', workspaceValue: './evil-ssh' });
  expect(settings.remoteSshPath).toBe('/opt/ssh');
});

test.each([null, 5, ['/bin/sh'], {}])('a value of another type is not a path: %j', (value) => {
  set('remote.SSH.path', { globalValue: value });
  expect(settings.remoteSshPath).toBeUndefined();
});

test('no workspace, folder or remote host changes a setting of ours', () => {
  const names = Object.keys(properties);
  for (const name of names) set(name, hostile('evil'));
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
  set('tensordock.cost.dailyBudget', { globalValue });
  expect(settings.budgetLimits.daily).toBe(limit);
});

test('the defaults are those of the manifest', () => {
  for (const [name, { default: value }] of Object.entries(properties)) {
    set(name, { defaultValue: value });
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

test('a change counts at once, also of a setting that was read before, or that was nothing', () => {
  expect(settings.budgetLimits.daily).toBeUndefined();
  for (const [globalValue, limit] of [
    [5, 5],
    [6, 6],
    [undefined, undefined],
  ]) {
    set('tensordock.cost.dailyBudget', { globalValue });
    expect(settings.budgetLimits.daily).toBe(limit);
  }
});
