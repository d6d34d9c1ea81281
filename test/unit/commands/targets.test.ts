import { beforeEach, describe, expect, test, vi } from 'vitest';
import { cancelOperation } from '../../../src/commands/cancelOperation';
import { closeTunnel } from '../../../src/commands/closeTunnel';
import type { CostParts } from '../../../src/commands/costParts';
import { runCommand } from '../../../src/commands/runCommand';
import type { Services } from '../../../src/commands/services';
import { stopAll } from '../../../src/commands/stopAll';
import { allowing, target } from '../../../src/commands/targets';
import type { OperationRecord } from '../../../src/instances/operations/journal';
import type { InstanceRow } from '../../../src/instances/store';
import { ManualClock } from '../../simulator/clock';
import { resetWindow, window } from '../fakeVscode';
import { fixedStore, row } from '../views/rows';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

beforeEach(resetWindow);

function record(kind: OperationRecord['kind'], instanceId: string, step = 'begin'): OperationRecord {
  const fixed = { version: 1 as const, id: `op-${instanceId}`, accountId: 'account', startedAt: 0 };
  return { ...fixed, kind, instanceId, name: instanceId, step };
}

function servicesOf(rows: readonly InstanceRow[], pending: readonly OperationRecord[] = []): Services {
  const canceled: string[] = [];
  return {
    clock: new ManualClock(),
    store: { ...fixedStore(rows), session: { accountId: 'account' } },
    operations: {
      pending: () => pending,
      of: (id: string) => pending.find(({ instanceId }) => instanceId === id),
      cancel: async (id: string) => void canceled.push(id),
    },
    tunnels: { all: () => [], close: () => undefined },
    treeView: { visible: false, selection: [] },
    log: { error: () => undefined, warn: () => undefined },
  } as unknown as Services;
}

/** What was shown, without the check mark of the status bar. */
const said = (): readonly string[] => window.texts.map((text) => text.replace('$(check) ', ''));

const node = (id: string): unknown => ({ kind: 'instance', id });

describe('what a command can act on', () => {
  const rows = [row('a'), row('b'), row('c', 'running', { name: '' })];
  const services = servicesOf(rows, [record('delete', 'a', 'deleting')]);

  test('is offered as its row shows it, without what is under way already', async () => {
    window.answer = 0;
    const { row: picked } = await target(services, [], allowing(services, 'modify'), 'Select one');
    expect(picked.instance.id).toBe('b');
    expect(window.texts).toEqual(['Select one', 'b', '$0.50/hr', 'c', '$0.50/hr']);
    resetWindow();
    await expect(target(services, [], () => true, 'Select one')).rejects.toThrow('Canceled');
    expect(window.texts[2]).toMatch(/^Deleting /);
  });

  test('is what is selected, but not if the row it was called with is gone from the tree', async () => {
    const selecting = {
      ...services,
      treeView: { visible: true, selection: [node('b')] },
    } as unknown as Services;
    const { row: selected } = await target(selecting, [], () => true, 'Select one');
    expect(selected.instance.id).toBe('b');
    for (const gone of [undefined, null]) {
      resetWindow();
      await expect(target(selecting, [gone], () => true, 'Select one')).rejects.toThrow('Canceled');
      expect(window.texts[0]).toBe('Select one');
    }
  });

  test('is said with its state as the row shows it, and a next step', async () => {
    window.answer = 0;
    await runCommand(services, [node('a')], async (...args) =>
      target(services, args, allowing(services, 'modify'), ''),
    );
    expect(window.errors).toEqual(['Not available for “a” in its current state: Deleting.']);
    expect(window.texts).toContain('Refresh');
    expect(window.ran).toEqual([['tensordock.refresh']]);
  });

  test('by Stop All is nothing that stops or is deleted already', async () => {
    const stopping = servicesOf([row('a')], [record('stop', 'a', 'stopping')]);
    await expect(stopAll(stopping)).rejects.toThrow('No instance is running that can be stopped.');
  });
});

describe('a cancel says what became of it', () => {
  const cancel = async (pending: readonly OperationRecord[], of: OperationRecord): Promise<unknown> => {
    const costs = { schedules: { list: () => [] }, watches: { list: () => [] } } as unknown as CostParts;
    const activity = { kind: 'activity', activity: { kind: 'operation', record: of } };
    await cancelOperation(servicesOf([row('a')], pending), costs, [activity]);
    return said();
  };

  test.each([
    ['what was not sent', record('start', 'a'), 'Canceled: a'],
    ['a wait between two attempts', record('startWhenAvailable', 'a', 'waiting'), 'Canceled: a'],
    [
      'what the service has been asked for',
      record('delete', 'a', 'deleting'),
      'Canceled: a. What TensorDock already accepted still takes effect.',
    ],
  ])('%s', async (_, operation, text) => {
    expect(await cancel([operation], operation)).toEqual([text]);
  });

  test('what has ended meanwhile', async () => {
    expect(await cancel([], record('start', 'a'))).toEqual(['Already finished: a']);
  });

  test('a tunnel', async () => {
    const tunnel = { id: 'a', port: 8888, localPort: 58_888, isRefused: false };
    const activity = { kind: 'activity', activity: { kind: 'tunnel', tunnel, name: 'a' } };
    await closeTunnel(servicesOf([row('a')]), [activity]);
    expect(said()).toEqual(['Closed the tunnel to Port 8888 (Jupyter)']);
  });
});
