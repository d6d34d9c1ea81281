import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Emitter } from '../../../../src/base/emitter';
import type { OperationRecord } from '../../../../src/instances/operations/journal';
import type { InstanceRow, InstanceStore, StoreChange } from '../../../../src/instances/store';
import { plainArrangement, type Arrangement } from '../../../../src/views/tree/arrangement';
import { InstanceTree } from '../../../../src/views/tree/instanceTree';
import type { TreeNode } from '../../../../src/views/tree/nodes';
import { resetWindow } from '../../fakeVscode';
import { fixedStore, row } from '../rows';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const hostile = '[x](command:a) $(trash) <b>\u202etxt</b>';
const unchanged: StoreChange = { added: [], removed: [], changed: [], status: false };

interface Shown {
  readonly tree: InstanceTree;
  readonly change: (change: Partial<StoreChange>) => void;
  /** What was redrawn: `all`, or the ids of rows. */
  readonly redrawn: string[];
}

function show(
  rows: readonly InstanceRow[],
  arrangement: Partial<Arrangement> = {},
  pending: readonly OperationRecord[] = [],
): Shown {
  const changes = new Emitter<StoreChange>();
  const store = { ...fixedStore(rows), onDidChange: changes.event } as unknown as InstanceStore;
  const tree = new InstanceTree({
    store,
    operations: { pending: () => pending, onDidChange: new Emitter<void>().event },
    marksOf: () => ({
      connected: undefined,
      tunnels: new Map([[8888, 50_000]]),
      locationOf: () => undefined,
    }),
    locationOf: (id) => (id === 'loc' ? { id, city: 'Warsaw', country: 'Poland', gpus: [] } : undefined),
    arrangement: () => ({ ...plainArrangement, ...arrangement }),
    ready: () => Promise.resolve(),
  });
  const redrawn: string[] = [];
  tree.onDidChangeTreeData((nodes) => {
    const list = Array.isArray(nodes) ? nodes : [];
    redrawn.push(
      ...(nodes === undefined ? ['all'] : list.map((node) => ('id' in node ? node.id : node.kind))),
    );
  });
  return { tree, redrawn, change: (change) => changes.fire({ ...unchanged, ...change }) };
}

async function labels(tree: InstanceTree, node?: TreeNode): Promise<unknown[]> {
  return (await tree.getChildren(node)).map((child) => tree.getTreeItem(child).label);
}

beforeEach(resetWindow);

describe('the rows', () => {
  test('show state, GPU and rate beside the name', async () => {
    const gpus = [{ model: 'geforcertx4090-pcie-24gb', count: 2 }];
    const { tree } = show([row('box', 'running', { resources: { gpus } })]);
    const [node] = await tree.getChildren();
    const item = node && tree.getTreeItem(node);
    expect(item).toMatchObject({ label: 'box', description: 'Running · 2× RTX 4090 · $0.50/hr' });
    expect(item?.contextValue?.split(' ')).toEqual(
      expect.arrayContaining(['instance', 'running', 'can-stop']),
    );
  });

  test('stay the same objects through refreshes, so that VS Code keeps what is selected', async () => {
    const { tree } = show([row('a'), row('b')]);
    expect(await tree.getChildren()).toEqual(await tree.getChildren());
    expect((await tree.getChildren())[0]).toBe((await tree.getChildren())[0]);
  });

  test('say that an instance is still there after a delete that nothing confirmed, and offer to delete it again', async () => {
    const { tree } = show([row('box', 'running', {}, { unconfirmed: 'delete' })]);
    const [node] = await tree.getChildren();
    const item = node && tree.getTreeItem(node);
    expect(item?.description).toContain('still there, and may be billed');
    expect(item?.contextValue).toContain('can-delete');
  });

  test('say that an instance is missing from the list instead of hiding it', async () => {
    const { tree } = show([row('box', 'stopped', {}, { unlisted: true })]);
    const [node] = await tree.getChildren();
    expect(node && tree.getTreeItem(node).description).toContain('missing from the list');
  });

  test('show the public port of a port forward, and its tunnel', async () => {
    const portForwards = [
      { internalPort: 22, externalPort: 20_022 },
      { internalPort: 8888, externalPort: 20_088 },
    ];
    const { tree } = show([row('box', 'running', { portForwards, ipAddress: '192.0.2.1' })]);
    const [node] = await tree.getChildren();
    const ports = (await tree.getChildren(node)).filter(({ kind }) => kind === 'port');
    expect(ports.map((port) => tree.getTreeItem(port).description)).toEqual([
      'public port 20022',
      'public port 20088 · tunnel on localhost:50000',
    ]);
  });

  test('include an instance that is being created, before it has an ID', async () => {
    const record = { id: 'op', kind: 'create', name: 'new-box' } as OperationRecord;
    const { tree } = show([row('box')], {}, [record]);
    expect(await labels(tree)).toEqual(['new-box', 'box']);
  });

  test('show text from outside without links, icons or hidden characters', async () => {
    const { tree } = show([row('id', 'running', { name: hostile, image: hostile, locationId: hostile })]);
    const [node] = await tree.getChildren();
    if (!node) throw new Error('There is no row.');
    const item = tree.resolveTreeItem(tree.getTreeItem(node), node);
    const details = (await tree.getChildren(node)).map((child) => tree.getTreeItem(child));
    for (const each of [item, ...details]) {
      const texts = [each.label, each.description, each.accessibilityInformation?.label].map(String);
      expect(texts.join('\n')).not.toMatch(/\]\(|\$\(|\u202e/);
    }
    // VS Code makes links of the addresses in a Markdown string, so the tooltip is none.
    if (typeof item.tooltip !== 'string') throw new Error('The tooltip is not a string.');
    expect(item.tooltip).not.toMatch(/\]\(|\$\(|\u202e/);
    expect(item.tooltip.split('\n')).toEqual(expect.arrayContaining(['State: Running', 'ID: id']));
  });
});

describe('groups and the filter', () => {
  test('group by location with its name, as far as it is known', async () => {
    const rows = [
      row('a', 'running', { locationId: 'loc' }),
      row('b', 'running', { locationId: 'other' }),
      row('c'),
    ];
    const { tree } = show(rows, { group: 'location' });
    expect(await labels(tree)).toEqual(['other', 'Unknown', 'Warsaw, Poland']);
  });

  test('know the parent of a row, so that it can be revealed', async () => {
    const { tree } = show([row('a'), row('b', 'stopped')], { group: 'state' });
    expect(await labels(tree)).toEqual(['Running', 'Stopped']);
    expect(tree.getParent(tree.nodeOf('b'))).toMatchObject({ kind: 'group', title: 'Stopped' });
  });

  test('filter by words of the name, state and GPU', async () => {
    const { tree } = show([row('gpu-dev'), row('gpu-old', 'stopped'), row('web')], { filter: 'gpu running' });
    expect(await labels(tree)).toEqual(['gpu-dev']);
  });

  test('sort by rate, highest first, unknown rates last', async () => {
    const rows = [
      row('cheap'),
      row('unknown', 'running', { rateHourly: undefined }),
      row('big', 'running', { rateHourly: 3 }),
    ];
    expect(await labels(show(rows, { sort: 'rate' }).tree)).toEqual(['big', 'cheap', 'unknown']);
  });
});

describe('a change in the store', () => {
  test('redraws only the rows that changed', async () => {
    const { tree, change, redrawn } = show([row('a'), row('b')]);
    await tree.getChildren();
    change({ changed: ['b'] });
    expect(redrawn).toEqual(['b']);
  });

  test('redraws everything where rows come, go or may move', async () => {
    const { tree, change, redrawn } = show([row('a'), row('b')], { sort: 'state' });
    await tree.getChildren();
    change({ added: ['c'] });
    change({ changed: ['b'] });
    expect(redrawn).toEqual(['all', 'all']);
  });
});
