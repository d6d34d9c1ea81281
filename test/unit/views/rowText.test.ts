import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { InstanceState } from '../../../src/api/types';
import type { OperationKind, OperationRecord } from '../../../src/instances/operations/journal';
import { present } from '../../../src/views/presentation';
import { rowText } from '../../../src/views/rowText';
import type { PlannedStop, Situation } from '../../../src/views/situation';
import { resetWindow } from '../fakeVscode';
import { row } from './rows';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const now = new Date(2026, 10, 26, 14, 0).getTime();
const gpus = [{ model: 'geforcertx4090-pcie-24gb', count: 1 }];
const parts = { rateHourly: 0.4946, resources: { gpus } };

function situation(state: InstanceState, more: Partial<Situation> = {}, name = 'gpu-dev'): Situation {
  return { row: row('id', state, { ...parts, name }), tunnels: [], now, ...more };
}

function operation(kind: OperationKind, record: Partial<OperationRecord> = {}): OperationRecord {
  const fixed = { version: 1 as const, id: 'op', accountId: 'account', name: 'gpu-dev', step: 'begin' };
  return { ...fixed, kind, instanceId: 'id', startedAt: now - 12_000, ...record };
}

const schedule: PlannedStop = {
  id: 'stop',
  accountId: 'account',
  instanceId: 'id',
  name: 'gpu-dev',
  at: new Date(2026, 10, 26, 18, 0).getTime(),
  hasTimer: true,
};
const tunnel = { id: 'id', port: 8888, localPort: 8888, isRefused: false };
const limit = { kind: 'daily', limit: 5, amount: 5.2, isAtLeast: false, level: 'reached' } as const;
const pending = { pendingSince: now - 75_000 };

/** Every state a row can be in. */
const rows: readonly Situation[] = [
  situation('running'),
  situation('running', { schedule }),
  situation('running', { schedule: { ...schedule, hasTimer: false } }),
  situation('running', { connected: 'here' }),
  situation('running', { tunnels: [tunnel] }),
  situation('running', { schedule, connected: 'elsewhere', tunnels: [tunnel, { ...tunnel, port: 6006 }] }),
  situation('running', { schedule: { ...schedule, at: now - 3_600_000 } }),
  situation('running', { row: row('id', 'running', { ...parts, rateHourly: undefined, name: 'gpu-dev' }) }),
  situation('running', {
    row: row('id', 'running', { ...parts, name: 'gpu-dev' }, { unconfirmed: 'delete' }),
  }),
  situation('running', { row: row('id', 'running', { ...parts, name: 'gpu-dev' }, { unlisted: true }) }),
  situation('running', { limit }),
  situation('running', { limit: { ...limit, kind: 'hourly' }, schedule }),
  situation('running', { operation: operation('stop') }),
  situation('running', { operation: operation('restart') }),
  situation('running', { operation: operation('delete') }),
  situation('creating', { operation: operation('create', { step: 'made' }) }),
  situation('starting', { operation: operation('start', { step: 'starting' }) }),
  situation('starting', { row: row('id', 'starting', { ...parts, name: 'gpu-dev' }, pending) }),
  situation('starting'),
  situation('stopping', { row: row('id', 'stopping', { ...parts, name: 'gpu-dev' }, pending) }),
  situation('deleting', { row: row('id', 'deleting', { ...parts, name: 'gpu-dev' }, pending) }),
  situation('stopped'),
  situation('stopped', { operation: operation('modify', { step: 'changing' }) }),
  situation('stopped', { operation: operation('startWhenAvailable') }),
  situation('stopped', {
    operation: operation('startWhenAvailable', { attempts: 3, nextAt: now + 39_001 }),
  }),
  situation('stopped', {
    operation: operation('startWhenAvailable', { attempts: 3, nextAt: now, step: 'asking-start' }),
  }),
  situation('stoppeddisassociated'),
  situation('error'),
  situation('unknown', {
    row: row('id', 'unknown', { ...parts, name: 'gpu-dev', statusText: 'migrating' }),
  }),
  situation('deleted'),
];

/** Pixels of a text in the widest interface font that a sidebar was measured with, DejaVu Sans. */
function widthOf(text: string): number {
  const widths = Array.from(text, (letter) => {
    if (/[ijl]/.test(letter)) return 3.6;
    if (/[ ftr/.,·()-]/.test(letter)) return 4.6;
    if (/[mwMW…]/.test(letter)) return 12;
    return /[A-Z0-9$]/.test(letter) ? 8.4 : 7.9;
  });
  return widths.reduce((sum, width) => sum + width, 0);
}

/** What is beside the texts: arrow, icon, and margins. */
const besides = 75;

/** What of the description, which is smaller, is visible in a sidebar of so many pixels. */
function visible({ name, description }: { name: string; description: string }, sidebar: number): string {
  const room = (sidebar - besides - widthOf(name)) / 0.9;
  if (widthOf(description) <= room) return description;
  let shown = description;
  while (shown !== '' && widthOf(`${shown}…`) > room) shown = shown.slice(0, -1);
  return shown === '' ? '' : `${shown}…`;
}

beforeEach(resetWindow);

describe('a row', () => {
  test('shows what fits into 200, 300, and 500 pixels', () => {
    const shown = (sidebar: number): string =>
      ['', ...rows.map((each) => visible(rowText(each), sidebar)), ''].join('\n');
    expect(shown(200)).toMatchInlineSnapshot(`
      "
      $0.49/hr · …
      $0.49/hr · …
      $0.49/hr · …
      $0.49/hr · …
      $0.49/hr · …
      $0.49/hr · …
      $0.49/hr · …
      Running · …
      $0.49/hr · …
      $0.49/hr · …
      $0.49/hr · …
      $0.49/hr · …
      Stopping 1…
      Restarting…
      Deleting 1…
      Creating 1…
      Starting 1…
      Starting 1 …
      Starting · …
      Stopping 1…
      Deleting 1…
      Stopped · …
      Modifying …
      Waiting fo…
      Waiting fo…
      Waiting fo…
      Stopped, …
      Error · ma…
      migrating …
      Deleted · …
      "
    `);
    expect(shown(300)).toMatchInlineSnapshot(`
      "
      $0.49/hr · RTX 4090
      $0.49/hr · RTX 4090 · stop…
      $0.49/hr · RTX 4090 · stop…
      $0.49/hr · RTX 4090 · conn…
      $0.49/hr · RTX 4090 · tunn…
      $0.49/hr · RTX 4090 · stop…
      $0.49/hr · RTX 4090 · sche…
      Running · RTX 4090
      $0.49/hr · still there, and m…
      $0.49/hr · missing from the…
      $0.49/hr · daily budget spe…
      $0.49/hr · rate limit reache…
      Stopping 12 s · RTX 4090 ·…
      Restarting 12 s · RTX 4090…
      Deleting 12 s · RTX 4090 · …
      Creating 12 s · RTX 4090 · …
      Starting 12 s · RTX 4090 · …
      Starting 1 min · RTX 4090 ·…
      Starting · RTX 4090 · $0.49…
      Stopping 1 min · RTX 4090 …
      Deleting 1 min · RTX 4090 ·…
      Stopped · RTX 4090
      Modifying 12 s · RTX 4090
      Waiting for a GPU · RTX 4090
      Waiting for a GPU · attempt …
      Waiting for a GPU · attempt …
      Stopped, GPU released · RT…
      Error · may be billed · RTX …
      migrating · may be billed · …
      Deleted · RTX 4090
      "
    `);
    expect(shown(500)).toMatchInlineSnapshot(`
      "
      $0.49/hr · RTX 4090
      $0.49/hr · RTX 4090 · stops 18:00
      $0.49/hr · RTX 4090 · stops 18:00 if VS Code is open
      $0.49/hr · RTX 4090 · connected
      $0.49/hr · RTX 4090 · tunnel on localhost:8888
      $0.49/hr · RTX 4090 · stops 18:00 · connected in another wi…
      $0.49/hr · RTX 4090 · scheduled stop missed
      Running · RTX 4090
      $0.49/hr · still there, and may be billed · RTX 4090
      $0.49/hr · missing from the list, checking · RTX 4090
      $0.49/hr · daily budget spent · RTX 4090
      $0.49/hr · rate limit reached · RTX 4090 · stops 18:00
      Stopping 12 s · RTX 4090 · $0.49/hr
      Restarting 12 s · RTX 4090 · $0.49/hr
      Deleting 12 s · RTX 4090 · $0.49/hr
      Creating 12 s · RTX 4090 · $0.49/hr
      Starting 12 s · RTX 4090 · $0.49/hr
      Starting 1 min · RTX 4090 · $0.49/hr
      Starting · RTX 4090 · $0.49/hr
      Stopping 1 min · RTX 4090 · $0.49/hr
      Deleting 1 min · RTX 4090 · $0.49/hr
      Stopped · RTX 4090
      Modifying 12 s · RTX 4090
      Waiting for a GPU · RTX 4090
      Waiting for a GPU · attempt 3, next in 40 s · RTX 4090
      Waiting for a GPU · attempt 4 · RTX 4090
      Stopped, GPU released · RTX 4090
      Error · may be billed · RTX 4090
      migrating · may be billed · RTX 4090
      Deleted · RTX 4090
      "
    `);
  });

  test('shows the rate at 300 pixels while it is billed, with a name of any length', () => {
    const billed = rows.filter(({ row: { state }, operation }) => state === 'running' && !operation);
    for (const name of [
      'a',
      'gpu-dev',
      'experiment-with-a-very-long-name-17',
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ 01',
    ]) {
      const text = rowText(situation('running', { schedule }, name));
      expect(visible(text, 300), name).toMatch(/^\$0\.49\/hr/);
    }
    for (const each of billed) {
      const text = rowText(each);
      if (each.row.instance.rateHourly !== undefined) expect(visible(text, 300)).toContain('$0.49/hr');
    }
  });

  test('keeps the end of a long name, in which names often differ', () => {
    const { name, spoken } = rowText(situation('running', {}, 'experiment-with-a-very-long-name-17'));
    expect(name).toBe('experiment-…name-17');
    expect(spoken).toMatch(/^experiment-with-a-very-long-name-17, Running, \$0\.4946 an hour/);
  });

  test('says all of it in words, without seconds that a screen reader would repeat', () => {
    expect(rows.map((each) => rowText(each).spoken).join('\n')).toMatchInlineSnapshot(`
      "gpu-dev, Running, $0.4946 an hour, RTX 4090
      gpu-dev, Running, $0.4946 an hour, RTX 4090, stops 18:00
      gpu-dev, Running, $0.4946 an hour, RTX 4090, stops 18:00 if VS Code is open
      gpu-dev, Running, $0.4946 an hour, RTX 4090, connected
      gpu-dev, Running, $0.4946 an hour, RTX 4090, tunnel to port 8888 on localhost:8888
      gpu-dev, Running, $0.4946 an hour, RTX 4090, stops 18:00, connected in another window, tunnel to port 8888 on localhost:8888, tunnel to port 6006 on localhost:8888
      gpu-dev, Running, $0.4946 an hour, RTX 4090, scheduled stop missed
      gpu-dev, Running, rate unknown, RTX 4090
      gpu-dev, Running, still there, and may be billed, $0.4946 an hour, RTX 4090
      gpu-dev, Running, missing from the list, checking, $0.4946 an hour, RTX 4090
      gpu-dev, Running, $0.4946 an hour, RTX 4090, daily budget spent, stop this one first
      gpu-dev, Running, $0.4946 an hour, RTX 4090, stops 18:00, rate limit reached, stop this one first
      gpu-dev, Stopping, since 13:59, $0.4946 an hour, RTX 4090
      gpu-dev, Restarting, since 13:59, $0.4946 an hour, RTX 4090
      gpu-dev, Deleting, since 13:59, $0.4946 an hour, RTX 4090
      gpu-dev, Creating, since 13:59, $0.4946 an hour, RTX 4090
      gpu-dev, Starting, since 13:59, $0.4946 an hour, RTX 4090
      gpu-dev, Starting, since 13:58, $0.4946 an hour, RTX 4090
      gpu-dev, Starting, $0.4946 an hour, RTX 4090
      gpu-dev, Stopping, since 13:58, $0.4946 an hour, RTX 4090
      gpu-dev, Deleting, since 13:58, $0.4946 an hour, RTX 4090
      gpu-dev, Stopped, RTX 4090
      gpu-dev, Modifying, since 13:59, RTX 4090
      gpu-dev, Waiting for a GPU, RTX 4090
      gpu-dev, Waiting for a GPU, next attempt at 14:00, RTX 4090
      gpu-dev, Waiting for a GPU, RTX 4090
      gpu-dev, Stopped, GPU released, RTX 4090
      gpu-dev, Error, may be billed, RTX 4090
      gpu-dev, migrating, may be billed, RTX 4090
      gpu-dev, Deleted, RTX 4090"
    `);
  });

  test('has a shape of its own for each state', () => {
    const states = [
      ...(['creating', 'starting', 'running', 'stopping', 'stopped', 'stoppeddisassociated'] as const),
      ...(['deleting', 'deleted', 'error', 'unknown', 'waiting', 'restarting', 'modifying'] as const),
    ];
    expect(new Set(states.map((state) => present(state).icon)).size).toBe(states.length);
  });
});

describe('the actions of a row', () => {
  const actions = (each: Situation): readonly string[] =>
    rowText(each)
      .context.split(' ')
      .filter((word) => word.startsWith('can-'));

  test('are those that the state allows', () => {
    expect(actions(situation('running'))).toEqual([
      ...['can-stop', 'can-restart', 'can-connect', 'can-modify', 'can-delete'],
    ]);
  });

  test('leave out what an operation under way rules out, and let it be canceled', () => {
    expect(actions(situation('running', { operation: operation('stop') }))).toEqual([
      'can-delete',
      'can-cancel',
    ]);
    expect(actions(situation('stopped', { operation: operation('startWhenAvailable') }))).toEqual([
      ...['can-start', 'can-connect', 'can-modify', 'can-delete', 'can-cancel'],
    ]);
  });
});
