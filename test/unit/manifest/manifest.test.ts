import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { commandIds } from '../../../src/commands/ids';

const root = path.resolve(import.meta.dirname, '../../..');
const text = readFileSync(path.join(root, 'package.json'), 'utf8');
const item = v.union([v.object({ command: v.string() }), v.object({ submenu: v.string() })]);
const manifest = v.parse(
  v.object({
    name: v.string(),
    publisher: v.string(),
    displayName: v.string(),
    description: v.string(),
    engines: v.object({ vscode: v.string() }),
    extensionKind: v.array(v.string()),
    capabilities: v.object({ untrustedWorkspaces: v.object({ supported: v.boolean() }) }),
    devDependencies: v.record(v.string(), v.string()),
    dependencies: v.optional(v.record(v.string(), v.string())),
    contributes: v.object({
      commands: v.array(v.object({ command: v.string(), title: v.string(), category: v.string() })),
      menus: v.record(v.string(), v.array(item)),
      views: v.record(v.string(), v.array(v.object({ id: v.string() }))),
      viewsWelcome: v.array(v.object({ contents: v.string() })),
      configuration: v.object({
        properties: v.record(v.string(), v.object({ scope: v.string(), default: v.unknown() })),
      }),
    }),
  }),
  JSON.parse(text),
);
const nls = v.parse(
  v.record(v.string(), v.string()),
  JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')),
);

/** Names that users, keybindings, and other extensions rely on. */
const promised = [
  ...['signIn', 'signOut', 'refresh', 'createInstance', 'modifyInstance'],
  ...['startInstance', 'stopInstance', 'restartInstance', 'deleteInstance', 'startWhenAvailable'],
  ...['connect', 'connectInNewWindow', 'openTerminal'],
  ...['copySshCommand', 'copyIpAddress', 'copyInstanceId', 'openPort', 'openDashboard'],
  ...['scheduleStop', 'cancelOperation', 'watchCapacity', 'showCosts'],
  ...['openTunnel', 'closeTunnel', 'acceptHostKey', 'removeSshEntries', 'manageKeys', 'switchAccount'],
  ...['filterInstances', 'sortInstances', 'groupInstances', 'openWalkthrough', 'showLog', 'copyDiagnostics'],
  ...['stopAll', 'clearFilter'],
].map((name) => `tensordock.${name}`);

describe('the manifest', () => {
  test('has the settings that README.md explains, and no other', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    const explained = [...readme.matchAll(/^\| `(tensordock\.[\w.]+)` +\|/gm)].map(([, name]) => name);
    expect(explained.sort()).toEqual(Object.keys(manifest.contributes.configuration.properties).sort());
  });

  test('keeps the public names', () => {
    expect(`${manifest.publisher}.${manifest.name}`).toBe('vscode-tensordock.tensordock');
    expect(manifest.displayName).toBe('TensorDock');
    expect(manifest.engines.vscode).toBe('^1.100.0');
    expect(manifest.devDependencies['@types/vscode']).toMatch(/^~1\.100\./);
    expect(manifest.contributes.views.tensordock).toMatchObject([
      { id: 'tensordock.instances' },
      { id: 'tensordock.activity' },
    ]);
    const commands = manifest.contributes.commands.map(({ command }) => command);
    expect(commands).toEqual(expect.arrayContaining(promised));
    expect(commands.toSorted()).toEqual([...commandIds].sort());
    expect(manifest.contributes.commands.every(({ category }) => category === 'TensorDock')).toBe(true);
  });

  test('says that it is unofficial', () => {
    expect(nls.description).toContain('not affiliated with TensorDock');
    expect(readFileSync(path.join(root, 'README.md'), 'utf8')).toContain('not affiliated with TensorDock');
  });

  test('runs on the local computer, in every window, and in Restricted Mode', () => {
    expect(manifest.extensionKind).toEqual(['ui', 'workspace']);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe(true);
  });

  test('lets no workspace and no instance change a setting', () => {
    const settings = Object.entries(manifest.contributes.configuration.properties);
    expect(settings.map(([name, { scope }]) => [name, scope])).toEqual(
      settings.map(([name]) => [name, 'application']),
    );
    expect(manifest.contributes.configuration.properties).toMatchObject({
      'tensordock.apiUrl': { default: 'https://dashboard.tensordock.com' },
      'tensordock.refreshInterval': { default: 30 },
      'tensordock.ssh.user': { default: 'user' },
      'tensordock.ssh.identityFile': { default: '' },
      'tensordock.ssh.configFile': { default: '' },
      'tensordock.ssh.forwardAgent': { default: false },
      'tensordock.defaultFolder': { default: '/home/user' },
      'tensordock.cost.remindAfterHours': { default: 8 },
      'tensordock.cost.maxHourlyRate': { default: null },
      'tensordock.cost.dailyBudget': { default: null },
      'tensordock.cost.monthlyBudget': { default: null },
      'tensordock.agents.enabled': { default: true },
    });
  });

  test('has a text for every placeholder, and no unused text', () => {
    const used = [...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
    expect([...new Set(used)].sort()).toEqual(Object.keys(nls).sort());
  });

  test('offers only commands that it contributes', () => {
    const contributed = new Set(manifest.contributes.commands.map(({ command }) => command));
    contributed.add('workbench.action.openSettings');
    const offered = Object.values(manifest.contributes.menus)
      .flat()
      .flatMap((entry) => ('command' in entry ? [entry.command] : []));
    const linked = [...JSON.stringify(nls).matchAll(/command:([\w.]+)/g)].map(([, command]) => command);
    expect(
      [...offered, ...linked].filter((command) => command === undefined || !contributed.has(command)),
    ).toEqual([]);
  });

  test("has no dependency that isn't bundled", () => {
    expect(manifest.dependencies).toBeUndefined();
  });
});
