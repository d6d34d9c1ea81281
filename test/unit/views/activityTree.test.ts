import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { CapacityWatch } from '../../../src/automation/capacityWatch';
import type { Schedule } from '../../../src/automation/schedule';
import { Emitter } from '../../../src/base/emitter';
import type { OperationRecord } from '../../../src/instances/operations/journal';
import { ActivityTree } from '../../../src/views/activityTree';
import { ManualClock } from '../../simulator/clock';
import { resetWindow } from '../fakeVscode';
import { row } from './rows';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const now = new Date(2026, 10, 26, 14, 0).getTime();
const hour = 3_600_000;
const waiting: OperationRecord = {
  ...{ version: 1, id: 'op', accountId: 'a', kind: 'startWhenAvailable', instanceId: 'box', name: 'box' },
  ...{ startedAt: now, step: 'begin', until: now + 6 * hour, attempts: 3, nextAt: now + 40_000 },
};
const schedule: Schedule = {
  id: 's',
  accountId: 'a',
  instanceId: 'web',
  name: 'web',
  at: now + 4 * hour + 30_000,
};
const watch: CapacityWatch = {
  id: 'w',
  accountId: 'a',
  model: 'h100-sxm5-80gb',
  since: now,
  countries: ['Poland'],
  locations: [{ id: 'berlin', name: 'Berlin, Germany' }],
  until: now + hour,
};
const tunnel = { id: 'web', port: 8888, localPort: 8888, isRefused: false };

interface Going {
  operations: OperationRecord[];
  schedules: Schedule[];
  watches: CapacityWatch[];
  tunnels: (typeof tunnel)[];
  hasTimer?: boolean;
}

function show(going: Going): {
  tree: ActivityTree;
  redrawn: unknown[];
  changed: () => void;
  timersChanged: () => void;
  screen: { visible: boolean };
  clock: ManualClock;
} {
  const clock = new ManualClock(now);
  const operations = new Emitter<void>();
  const quiet = (): { dispose: () => void } => ({ dispose: () => undefined });
  const timers = new Emitter<void>();
  const screen = { visible: true };
  const tree = new ActivityTree({
    clock,
    operations: { pending: () => going.operations, onDidChange: operations.event },
    schedules: { list: () => going.schedules, onDidChange: quiet },
    timers: { has: () => going.hasTimer === true, onDidChange: timers.event },
    watches: { list: () => going.watches, nextCheckAt: now + 30_000, onDidChange: quiet },
    tunnels: { all: () => going.tunnels, onDidChange: quiet },
    store: { row: (id) => row(id) },
    isVisible: () => screen.visible,
  });
  const redrawn: unknown[] = [];
  tree.onDidChangeTreeData((nodes) => redrawn.push(nodes ?? 'all'));
  return {
    tree,
    redrawn,
    changed: () => operations.fire(),
    timersChanged: () => timers.fire(),
    screen,
    clock,
  };
}

/** The rows, drawn as VS Code does. */
function rows(tree: ActivityTree): (readonly unknown[])[] {
  return tree
    .getChildren()
    .map((node) => tree.getTreeItem(node))
    .map(({ label, description, contextValue }) => [label, description, contextValue]);
}

beforeEach(resetWindow);

describe('the Activity view', () => {
  test('says what happens next and when, and offers to end it', () => {
    const { tree } = show({
      operations: [waiting],
      schedules: [schedule],
      watches: [watch],
      tunnels: [tunnel],
    });
    expect(rows(tree)).toEqual([
      ['box', 'Waiting for a GPU · attempt 3, next in 40 s · until 20:00', 'activity can-cancel'],
      ['web', 'Scheduled stop · 18:00, in 4 h · only if VS Code is open', 'activity can-cancel'],
      [
        'web',
        'Tunnel to Port 8888 (Jupyter) · localhost:8888 · until this window closes',
        'tunnel can-browse',
      ],
      [
        'H100',
        'Notify when available · Poland, Berlin, Germany · next check in 30 s · until 15:00',
        'activity can-cancel',
      ],
    ]);
  });

  test('comes and goes with what goes on', () => {
    const going: Going = { operations: [], schedules: [], watches: [], tunnels: [] };
    const { tree, redrawn, changed } = show(going);
    expect(tree.count).toBe(0);
    going.operations.push(waiting);
    changed();
    expect(tree.count).toBe(1);
    going.operations.length = 0;
    changed();
    expect(tree.count).toBe(0);
    expect(redrawn).toEqual(['all', 'all']);
  });

  test('says when a background timer carries out a stop, as soon as there is one', () => {
    const going: Going = { operations: [], schedules: [schedule], watches: [], tunnels: [] };
    const { tree, redrawn, timersChanged } = show(going);
    const drawn = rows(tree);
    expect(drawn[0]?.[1]).toBe('Scheduled stop · 18:00, in 4 h · only if VS Code is open');
    going.hasTimer = true;
    timersChanged();
    expect(redrawn).toHaveLength(1);
    expect(rows(tree)[0]?.[1]).toBe('Scheduled stop · 18:00, in 4 h · by a background timer');
  });

  test('redraws what counts, and nothing while it is hidden', async () => {
    const { tree, redrawn, screen, clock } = show({
      ...{ operations: [waiting], watches: [], tunnels: [tunnel] },
      schedules: [schedule],
    });
    const [first] = tree.getChildren();
    rows(tree);
    await clock.advance(1_000);
    expect(redrawn).toEqual([[first]]);
    screen.visible = false;
    tree.visibilityChanged();
    await clock.advance(10_000);
    expect(redrawn).toHaveLength(1);
    expect(clock.waiting).toEqual([]);
  });
});
