import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import type { InstanceState } from '../../../src/api/types';
import type { OperationKind } from '../../../src/instances/operations/journal';
import { rowText } from '../../../src/views/rowText';
import { row } from '../views/rows';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const entry = v.object({
  command: v.optional(v.string()),
  submenu: v.optional(v.string()),
  when: v.optional(v.string()),
  group: v.optional(v.string()),
});
const keybinding = v.object({ key: v.string(), when: v.string() });
const { menus, keybindings } = v.parse(
  v.object({
    contributes: v.object({
      menus: v.record(v.string(), v.array(entry)),
      keybindings: v.array(keybinding),
    }),
  }),
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8')),
).contributes;

/** Whether a `when` clause of a row's menu, all of whose parts are joined by `&&`, holds. */
function holds(when: string, keys: Readonly<Record<string, string>>): boolean {
  return when.split(' && ').every((part) => {
    const [, key = '', operator = '', value = ''] = /^(\S+) (==|=~) (.+)$/.exec(part) ?? [];
    const actual = keys[key];
    if (actual === undefined) throw new Error(`Unknown: ${part}`);
    return operator === '=='
      ? actual === value.replace(/^'|'$/g, '')
      : new RegExp(value.slice(1, -1)).test(actual);
  });
}

/** The entries for a row with this context value: those of its context menu, or those that are icons on it. */
function entries(viewItem: string, inline = false, menu = 'view/item/context'): readonly string[] {
  const keys = { view: 'tensordock.instances', viewItem };
  return (menus[menu] ?? [])
    .filter(({ group = '' }) => group.startsWith('inline') === inline)
    .filter(({ when }) => when === undefined || holds(when, keys))
    .map(({ command, submenu }) => (command ?? submenu ?? '').replace('tensordock.', ''));
}

function context(state: InstanceState, kind?: OperationKind, instance = {}): string {
  const operation = kind && {
    ...{ version: 1 as const, id: 'op', accountId: 'a', name: 'a', step: 'begin', startedAt: 0 },
    ...{ kind, instanceId: 'a' },
  };
  return rowText({ row: row('a', state, instance), operation, tunnels: [], now: 0 }).context;
}

const states = [
  ...(['creating', 'starting', 'running', 'stopping', 'stopped', 'stoppeddisassociated'] as const),
  ...(['deleting', 'deleted', 'error', 'unknown'] as const),
];
const kinds = [
  undefined,
  ...(['start', 'stop', 'restart', 'delete', 'create', 'modify', 'startWhenAvailable'] as const),
];

describe('the menu of a row', () => {
  test('has at most ten entries and three icons, whatever its state', () => {
    for (const state of states) {
      for (const kind of kinds) {
        const item = context(state, kind, { ipAddress: '192.0.2.1' });
        expect(entries(item).length, `${state} ${String(kind)}`).toBeLessThanOrEqual(10);
        expect(entries(item, true).length).toBeLessThanOrEqual(3);
        expect(new Set(entries(item)).size).toBe(entries(item).length);
      }
    }
  });

  test('offers what can work', () => {
    expect(entries(context('running'))).toEqual([
      ...['connect', 'ssh', 'stopInstance', 'scheduleStop', 'restartInstance'],
      ...['modifyInstance', 'createLikeThis', 'copy', 'openDashboard', 'deleteInstance'],
    ]);
    expect(entries(context('stopped'))).toEqual([
      ...['connect', 'ssh', 'startInstance', 'startWhenAvailable'],
      ...['modifyInstance', 'createLikeThis', 'copy', 'openDashboard', 'deleteInstance'],
    ]);
    expect(entries(context('running', 'stop'))).toEqual([
      ...['cancelOperation', 'createLikeThis', 'copy', 'openDashboard', 'deleteInstance'],
    ]);
    expect(entries(context('deleting', 'delete'))).toEqual([
      ...['cancelOperation', 'createLikeThis', 'copy', 'openDashboard'],
    ]);
  });

  test('has icons for what people do most', () => {
    expect(entries(context('running'), true)).toEqual(['connect', 'stopInstance']);
    expect(entries(context('stopped'), true)).toEqual(['startInstance']);
    expect(entries('activity can-cancel', true)).toEqual(['cancelOperation']);
    expect(entries('limit can-stop', true)).toEqual(['stopInstance']);
    expect(entries('creating can-cancel', true)).toEqual(['cancelOperation']);
    expect(entries('tunnel can-browse', true)).toEqual(['openPort', 'closeTunnel']);
    expect(entries('tunnel', true)).toEqual(['closeTunnel']);
    expect(entries('port can-browse can-tunnel', true)).toEqual(['openPort', 'openTunnel']);
    expect(entries('port can-browse', true)).toEqual(['openPort']);
    expect(entries('detail detail-connection can-disconnect', true)).toEqual(['closeConnection']);
    expect(entries('detail detail-gpu', true)).toEqual([]);
  });

  test('copies an address only where there is one, and reaches only what runs', () => {
    const address = { ipAddress: '192.0.2.1' };
    const submenu = (name: string, state: InstanceState, instance: object): readonly string[] =>
      entries(context(state, undefined, instance), false, `tensordock.${name}`);
    expect(submenu('copy', 'running', {})).toEqual(['copyInstanceId']);
    expect(submenu('copy', 'stopped', address)).toEqual(['copyIpAddress', 'copyInstanceId']);
    expect(submenu('copy', 'running', address)).toEqual([
      ...['copySshCommand', 'copyIpAddress', 'copyInstanceId'],
    ]);
    const anywhere = ['connectInNewWindow', 'openRecentFolder', 'openTerminal', 'setSshOptions'];
    expect(submenu('ssh', 'stopped', address)).toEqual(anywhere);
    expect(new Set(submenu('ssh', 'running', address))).toEqual(
      new Set([...anywhere, 'openPort', 'openTunnel', 'acceptHostKey']),
    );
  });
});

test('keys work only while the view has the focus, and nobody types', () => {
  expect(keybindings.map(({ key }) => key)).toEqual(['enter', 'delete', 'delete', 'escape']);
  for (const { when } of keybindings) {
    expect(when).toContain('focusedView == tensordock.instances');
    expect(when).toContain('!inputFocus');
  }
});
