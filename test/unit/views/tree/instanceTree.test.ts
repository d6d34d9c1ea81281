import type { TreeItem } from 'vscode';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Emitter } from '../../../../src/base/emitter';
import type { OperationRecord } from '../../../../src/instances/operations/journal';
import type { InstanceRow, InstanceStore, StoreChange } from '../../../../src/instances/store';
import { noCost } from '../../../../src/cost/history';
import { stateWord } from '../../../../src/views/rowText';
import type { Situation } from '../../../../src/views/situation';
import { plainArrangement, type Arrangement } from '../../../../src/views/tree/arrangement';
import { InstanceTree } from '../../../../src/views/tree/instanceTree';
import type { TreeNode } from '../../../../src/views/tree/nodes';
import { resetWindow } from '../../fakeVscode';
import { ManualClock } from '../../../simulator/clock';
import { fixedStore, row } from '../rows';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const hostile = '[x](command:a) $(trash) <b>\u202etxt</b>';
const unchanged: StoreChange = { added: [], removed: [], changed: [], status: false };

interface Shown {
  readonly tree: InstanceTree;
  readonly change: (change: Partial<StoreChange>) => void;
  /** The store has other rows now. */
  readonly setRows: (next: readonly InstanceRow[], change: Partial<StoreChange>) => void;
  /** What was redrawn: `all`, or the ids of rows. */
  readonly redrawn: string[];
  readonly redrawnNodes: readonly (readonly TreeNode[])[];
  readonly operationsChanged: () => void;
}

interface Around {
  readonly arrangement?: Partial<Arrangement>;
  readonly pending?: OperationRecord[];
  readonly open?: ReadonlySet<string>;
  readonly clock?: ManualClock;
  readonly screen?: { visible: boolean };
  readonly around?: (id: string) => Partial<Situation>;
  /** The cities of the locations that are known. */
  readonly cities?: ReadonlyMap<string, string>;
}

function show(
  rows: readonly InstanceRow[],
  {
    arrangement = {},
    pending = [],
    open = new Set(),
    clock = new ManualClock(),
    screen = { visible: true },
    around = () => ({}),
    cities = new Map([['loc', 'Warsaw']]),
  }: Around = {},
): Shown {
  const changes = new Emitter<StoreChange>();
  const operations = new Emitter<void>();
  let current = fixedStore(rows);
  const store = {
    rows: () => current.rows(),
    row: (id: string) => current.row(id),
    status: current.status,
    onDidChange: changes.event,
  } as unknown as InstanceStore;
  const tree = new InstanceTree({
    store,
    clock,
    operations: { pending: () => pending, onDidChange: operations.event },
    situationOf: (shown) => ({
      row: shown,
      operation: pending.find(({ instanceId }) => instanceId === shown.instance.id),
      tunnels: [],
      now: clock.now(),
      ...around(shown.instance.id),
    }),
    stateOf: (shown) =>
      stateWord({
        row: shown,
        operation: pending.find(({ instanceId }) => instanceId === shown.instance.id),
      }),
    costsOf: () => ({ run: noCost, today: noCost }),
    locationOf: (id) => {
      const city = cities.get(id);
      return city === undefined ? undefined : { id, city, country: 'Poland', gpus: [] };
    },
    arrangement: () => ({ ...plainArrangement, ...arrangement }),
    isVisible: () => screen.visible,
    isOpen: (id) => open.has(id),
    ready: () => Promise.resolve(),
  });
  const redrawn: string[] = [];
  const redrawnNodes: (readonly TreeNode[])[] = [];
  tree.onDidChangeTreeData((nodes) => {
    const list = Array.isArray(nodes) ? nodes : [];
    redrawnNodes.push(list);
    redrawn.push(
      ...(nodes === undefined ? ['all'] : list.map((node) => ('id' in node ? node.id : node.kind))),
    );
  });
  return {
    tree,
    redrawn,
    redrawnNodes,
    setRows: (next, change) => {
      current = fixedStore(next);
      changes.fire({ ...unchanged, ...change });
    },
    change: (change) => changes.fire({ ...unchanged, ...change }),
    operationsChanged: () => operations.fire(),
  };
}

/** Draws all rows, as VS Code does. */
async function draw(tree: InstanceTree): Promise<readonly TreeItem[]> {
  return (await tree.getChildren()).map((node) => tree.getTreeItem(node));
}

async function below(tree: InstanceTree): Promise<readonly TreeItem[]> {
  const [node] = await tree.getChildren();
  return (await tree.getChildren(node)).map((child) => tree.getTreeItem(child));
}

async function labels(tree: InstanceTree, node?: TreeNode): Promise<unknown[]> {
  return (await tree.getChildren(node)).map((child) => tree.getTreeItem(child).label);
}

function operation(kind: OperationRecord['kind'], record: Partial<OperationRecord> = {}): OperationRecord {
  const fixed = { version: 1 as const, id: 'op', accountId: 'account', name: 'new-box', step: 'begin' };
  return { ...fixed, kind, instanceId: 'a', startedAt: new ManualClock().now(), ...record };
}

beforeEach(resetWindow);

describe('the rows', () => {
  test('show state, GPU and rate beside the name', async () => {
    const gpus = [{ model: 'geforcertx4090-pcie-24gb', count: 2 }];
    const { tree } = show([row('box', 'running', { resources: { gpus } })]);
    const [node] = await tree.getChildren();
    const item = node && tree.getTreeItem(node);
    expect(item).toMatchObject({ label: 'box', description: '$0.50/hr · 2× RTX 4090' });
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

  test('begin with the limit that is reached, on the instance to stop first', async () => {
    const limit = { kind: 'daily', limit: 5, amount: 5.2, isAtLeast: true, level: 'reached' } as const;
    const { tree } = show([row('a')], { around: () => ({ limit }) });
    const [first] = await below(tree);
    expect(first).toMatchObject({
      label: 'Daily budget spent',
      description: 'at least $5.20 of $5.00 · stop this one first',
      contextValue: 'limit can-stop',
    });
  });

  test('show a tunnel as a row of its own, also to a port that is not forwarded', async () => {
    const portForwards = [
      { internalPort: 22, externalPort: 20_022 },
      { internalPort: 8888, externalPort: 20_088 },
    ];
    const tunnels = [8888, 9000].map((port) => ({
      id: 'box',
      port,
      localPort: 50_000 + port,
      isRefused: false,
    }));
    const { tree } = show([row('box', 'running', { portForwards, ipAddress: '192.0.2.1' })], {
      around: () => ({ tunnels }),
    });
    const items = (await below(tree)).filter(({ contextValue }) => /^(port|tunnel)/.test(contextValue ?? ''));
    expect(items.map(({ label, description, contextValue }) => [label, description, contextValue])).toEqual([
      ['Tunnel to Port 8888 (Jupyter)', 'localhost:58888 · until this window closes', 'tunnel can-browse'],
      ['Tunnel to Port 9000', 'localhost:59000 · until this window closes', 'tunnel can-browse'],
      ['Port 22 (SSH)', 'public port 20022', 'port can-tunnel'],
      ['Port 8888 (Jupyter)', 'public port 20088', 'port can-browse'],
    ]);
  });

  test('offer no port of an instance that is off', async () => {
    const portForwards = [{ internalPort: 8888, externalPort: 20_088 }];
    const { tree } = show([row('box', 'stopped', { portForwards, ipAddress: '192.0.2.1' })]);
    const port = (await below(tree)).find(({ label }) => label === 'Port 8888 (Jupyter)');
    expect(port?.contextValue).toBe('port');
  });

  test('include an instance that is being created, before it has an ID', async () => {
    const wanted = { image: 'a', vcpuCount: 1, ramGb: 1, storageGb: 1, gpus: [{ model: 'h100', count: 1 }] };
    const { tree } = show([row('box')], {
      pending: [operation('create', { instanceId: undefined, wanted })],
    });
    expect(await labels(tree)).toEqual(['new-box', 'box']);
    const [creating] = await draw(tree);
    expect(creating?.description).toBe('Creating 0 s · H100');
    // A screen reader would repeat seconds.
    expect(creating?.accessibilityInformation?.label).toMatch(/^new-box, Creating, since \d.*, H100$/);
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
    if (typeof item.tooltip !== 'object') throw new Error('The tooltip is not Markdown.');
    expect(item.tooltip.value).not.toMatch(/\u202e/);
    expect(item.tooltip.value.match(/(?<!\\)\]\([^)]*\)/g)).toEqual(
      ['connect', 'stopInstance', 'showCosts'].map((name): unknown =>
        expect.stringContaining(`(command:tensordock.${name}`),
      ),
    );
  });
});

describe('groups and the filter', () => {
  test('group by city, with how many there are and their rate', async () => {
    const rows = [
      row('a', 'running', { locationId: 'loc' }),
      row('b', 'running', { locationId: 'other' }),
      row('c'),
    ];
    const { tree } = show(rows, { arrangement: { group: 'location' } });
    const groups = (await draw(tree)).map(({ label, description }) => [label, description]);
    expect(groups).toEqual([
      ['Unknown location', '2 · $1.00/hr'],
      ['Warsaw, Poland', '1 · $0.50/hr'],
    ]);
  });

  test('know the parent of a row, so that it can be revealed', async () => {
    const { tree } = show([row('a'), row('b', 'stopped')], { arrangement: { group: 'state' } });
    expect(await labels(tree)).toEqual(['Running', 'Stopped']);
    expect(tree.getParent(tree.nodeOf('b'))).toMatchObject({ kind: 'group', title: 'Stopped' });
  });

  test('follow the state that rows show: what is done about an instance counts', async () => {
    const pending: OperationRecord[] = [];
    const rows = [row('a', 'stopped'), row('b', 'stopped'), row('c')];
    const grouped = show(rows, { arrangement: { group: 'state' }, pending });
    expect(await labels(grouped.tree)).toEqual(['Running', 'Stopped']);
    pending.push(operation('startWhenAvailable', { step: 'waiting', attempts: 1 }));
    grouped.operationsChanged();
    expect(grouped.redrawn).toContain('all');
    expect(await labels(grouped.tree)).toEqual(['Running', 'Stopped', 'Waiting for a GPU']);
    expect(await labels(show(rows, { arrangement: { filter: 'waiting' }, pending }).tree)).toEqual(['a']);
    // Nothing vanishes from under a person because they start it.
    expect(await labels(show(rows, { arrangement: { filter: 'stopped' }, pending }).tree)).toEqual([
      'a',
      'b',
    ]);
  });

  test('filter by words of the name, state and GPU', async () => {
    const { tree } = show([row('gpu-dev'), row('gpu-old', 'stopped'), row('web')], {
      arrangement: { filter: 'gpu running' },
    });
    expect(await labels(tree)).toEqual(['gpu-dev']);
  });

  test('sort by rate, highest first, unknown rates last', async () => {
    const rows = [
      row('cheap'),
      row('unknown', 'running', { rateHourly: undefined }),
      row('big', 'running', { rateHourly: 3 }),
    ];
    expect(await labels(show(rows, { arrangement: { sort: 'rate' } }).tree)).toEqual([
      'big',
      'cheap',
      'unknown',
    ]);
  });
});

describe('a change in the store', () => {
  test('redraws only the rows that changed', async () => {
    const { tree, change, redrawn } = show([row('a'), row('b')]);
    await tree.getChildren();
    change({ changed: ['b'] });
    expect(redrawn).toEqual(['b']);
  });

  test('redraws everything where rows come, go or move', async () => {
    const { tree, setRows, redrawn } = show([row('a'), row('b')], { arrangement: { sort: 'rate' } });
    await tree.getChildren();
    setRows([row('a'), row('b'), row('c')], { added: ['c'] });
    await tree.getChildren();
    setRows([row('a'), row('b', 'running', { rateHourly: 2 }), row('c')], { changed: ['b'] });
    expect(redrawn).toEqual(['all', 'all']);
  });

  test.each(['filter', 'sort'] as const)(
    'redraws only rows that changed where a %s keeps the order',
    async (by) => {
      const rows = Array.from({ length: 1_000 }, (_, index) => row(`r-${index}`));
      const { tree, setRows, redrawn } = show(rows, {
        arrangement: by === 'filter' ? { filter: 'r-' } : { sort: 'name' },
      });
      await draw(tree);
      const changed = rows.map((each, index) =>
        index % 100 === 0 ? row(each.instance.id, 'stopped') : each,
      );
      const ids = changed.filter((each, index) => each !== rows[index]).map(({ instance }) => instance.id);
      setRows(changed, { changed: ids });
      expect(ids).toHaveLength(10);
      expect(redrawn).toEqual(ids);
    },
  );

  test('redraws only the groups that a row leaves and joins', async () => {
    const rows = [row('a'), row('b'), row('c', 'stopped'), row('d', 'stopped'), row('e', 'error')];
    const { tree, setRows, redrawnNodes } = show(rows, { arrangement: { group: 'state' } });
    const groups = await tree.getChildren();
    for (const group of groups) tree.getTreeItem(group);
    setRows(rows.with(0, row('a', 'stopped')), { changed: ['a'] });
    const [first] = redrawnNodes;
    expect(first).toEqual(groups.filter((node) => node.kind === 'group' && node.title !== 'Error'));
  });
});

describe('more locations', () => {
  const rows = ['a', 'b', 'c', 'd'].map((id) => row(id, 'running', id === 'c' ? {} : { locationId: id }));

  test('redraw the rows whose details or tooltip name them, expanded or not, and no others', async () => {
    const cities = new Map<string, string>();
    const { tree, redrawn } = show(rows, { cities });
    await draw(tree);
    const [a, , c, d] = await tree.getChildren();
    for (const opened of [a, c]) await tree.getChildren(opened);
    if (d) tree.resolveTreeItem(tree.getTreeItem(d), d);
    cities.set('a', 'Warsaw').set('b', 'Lublin').set('d', 'Gdynia');
    tree.locationsChanged();
    expect(redrawn).toEqual(['a', 'd']);
    expect(await below(tree)).toContainEqual(expect.objectContaining({ description: 'Warsaw, Poland' }));
  });

  test('redraw everything where rows are arranged by them, and nothing where nothing names them', async () => {
    const cities = new Map<string, string>();
    const arrangements: readonly Partial<Arrangement>[] = [{ group: 'location' }, { filter: 'warsaw' }, {}];
    const trees = arrangements.map((arrangement) => show(rows, { cities, arrangement }));
    for (const { tree } of trees) await draw(tree);
    cities.set('a', 'Warsaw');
    for (const { tree } of trees) tree.locationsChanged();
    expect(trees.map(({ redrawn }) => redrawn)).toEqual([['all'], ['all'], []]);
  });
});

describe('time', () => {
  test('redraws the row that counts it once a second, and no other', async () => {
    const clock = new ManualClock();
    const { tree, redrawn } = show([row('a', 'starting'), row('b')], {
      clock,
      pending: [operation('start', { startedAt: clock.now() })],
    });
    expect((await draw(tree))[0]?.description).toBe('Starting 0 s · $0.50/hr');
    for (let second = 1; second <= 3; second += 1) {
      await clock.advance(1_000);
      expect((await draw(tree))[0]?.description).toBe(`Starting ${second} s · $0.50/hr`);
    }
    expect(redrawn).toEqual(['a', 'a', 'a']);
  });

  test('redraws nothing while the view is hidden, and what is old when it is shown again', async () => {
    const clock = new ManualClock();
    const screen = { visible: true };
    const { tree, redrawn } = show([row('a', 'starting')], { clock, screen, pending: [operation('start')] });
    await draw(tree);
    screen.visible = false;
    tree.visibilityChanged();
    await clock.advance(60_000);
    expect(redrawn).toEqual([]);
    screen.visible = true;
    tree.visibilityChanged();
    expect(redrawn).toEqual(['a']);
  });

  test('redraws nothing where no row counts it', async () => {
    const clock = new ManualClock();
    const { tree, redrawn } = show([row('a'), row('b', 'stopped')], { clock });
    await draw(tree);
    await clock.advance(3_600_000);
    expect(redrawn).toEqual([]);
    expect(clock.waiting).toEqual([]);
  });

  test('ends the tooltip that VS Code keeps a minute after it was shown', async () => {
    const clock = new ManualClock();
    const { tree, redrawn } = show([row('a'), row('b')], { clock });
    await draw(tree);
    const node = tree.nodeOf('a');
    tree.resolveTreeItem(tree.getTreeItem(node), node);
    await clock.advance(10 * 60_000);
    expect(redrawn).toEqual(['a']);
  });
});

describe('an operation', () => {
  test('redraws its row when it begins, goes on, and ends', async () => {
    const pending: OperationRecord[] = [];
    const { tree, redrawn, operationsChanged } = show([row('a', 'stopped'), row('b')], { pending });
    await draw(tree);
    pending.push(operation('startWhenAvailable'));
    operationsChanged();
    await draw(tree);
    operationsChanged();
    pending.length = 0;
    operationsChanged();
    expect(redrawn).toEqual(['a', 'a']);
  });

  test('is a row below its instance that a person can cancel', async () => {
    const clock = new ManualClock();
    const nextAt = clock.now() + 40_000;
    const waiting = operation('startWhenAvailable', { attempts: 3, nextAt, startedAt: clock.now() });
    const { tree } = show([row('a', 'stopped')], { clock, pending: [waiting] });
    const [first] = await below(tree);
    expect(first).toMatchObject({ label: 'Waiting for a GPU', contextValue: 'activity can-cancel' });
    expect(first?.description).toMatch(/^attempt 3, next in 40 s · until /);
  });
});
