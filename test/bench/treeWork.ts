import * as vscode from 'vscode';
import { systemClock as clock } from '../../src/base/clock';
import { Emitter } from '../../src/base/emitter';
import { noCost } from '../../src/cost/history';
import { changeBetween, type RowsById, type StoreChange } from '../../src/instances/rows';
import type { InstanceRow } from '../../src/instances/store';
import { plainArrangement, type Arrangement } from '../../src/views/tree/arrangement';
import { InstanceTree } from '../../src/views/tree/instanceTree';
import type { TreeNode } from '../../src/views/tree/nodes';
import { manyInstances } from './data';
import { compare, type Row } from './measure';

const count = 1_000;

/** What the tree does for 1,000 rows, beside as many rows that nothing is known of. */
export async function treeWork(): Promise<readonly Row[]> {
  let arrangement: Arrangement = plainArrangement;
  let rows = rowsOf();
  const changes = new Emitter<StoreChange>();
  const tree = new InstanceTree({
    store: {
      rows: () => rows.list,
      row: (id: string) => rows.byId.get(id),
      onDidChange: changes.event,
    } as never,
    clock,
    operations: { pending: () => [], onDidChange: new Emitter<void>().event },
    situationOf: (row) => ({ row, tunnels: [], now: clock.now() }),
    costsOf: () => ({ run: noCost, today: noCost }),
    locationOf: () => undefined,
    stateOf: ({ state }) => state,
    arrangement: () => arrangement,
    isVisible: () => true,
    isOpen: () => false,
    ready: async () => undefined,
  });
  let redrawn: readonly TreeNode[] = [];
  const fullRedraws: number[] = [];
  tree.onDidChangeTreeData((nodes) => {
    if (nodes === undefined) fullRedraws.push(1);
    redrawn = nodes === undefined ? [] : [nodes].flat();
  });
  const draw = async (): Promise<void> => {
    for (const node of await tree.getChildren()) {
      tree.getTreeItem(node);
      if (node.kind === 'group') for (const each of await tree.getChildren(node)) tree.getTreeItem(each);
    }
  };
  const arrangeBy = async (next: Partial<Arrangement>): Promise<void> => {
    arrangement = { ...plainArrangement, ...next };
    tree.redrawAll();
    await draw();
  };
  const baseline = {
    baselineTitle: `${count} rows with a name alone`,
    baseline: () => Array.from({ length: count }, (_, index) => staticItem(index)),
  };
  const goal = 'under 50 ms';
  let round = 0;
  const result = [
    await compare({ title: `Expanding ${count} rows`, goal, subject: draw, ...baseline }),
    await compare({
      title: `A key in the filter of ${count} rows`,
      goal,
      subject: async () => arrangeBy({ filter: `instance ${round++ % 10}` }),
      ...baseline,
    }),
    await compare({
      title: `Grouping ${count} rows by state`,
      goal,
      prepare: async () => arrangeBy({}),
      subject: async () => arrangeBy({ group: 'state' }),
      ...baseline,
    }),
    await compare({
      title: `Selecting all of ${count} rows`,
      goal,
      prepare: async () => arrangeBy({}),
      // What VS Code asks of a tree for each row that it selects, and the command of a selection.
      subject: async () => {
        const selected = await tree.getChildren();
        for (const node of selected) tree.getParent(node);
        return rows.list.filter(({ instance }) => selected.includes(tree.nodeOf(instance.id)));
      },
      ...baseline,
    }),
    await compare({
      title: `Redrawing 10 of ${count} rows that changed, sorted by name`,
      prepare: async () => arrangeBy({ sort: 'name' }),
      subject: () => {
        const before = rows;
        rows = rowsOf(round++);
        fullRedraws.length = 0;
        const change = changeBetween(before.byId, rows.byId, false);
        if (change) changes.fire(change);
        if (fullRedraws.length > 0) throw new Error('All rows were redrawn.');
        for (const node of redrawn) tree.getTreeItem(node);
      },
      ...baseline,
    }),
  ];
  tree.dispose();
  return result;
}

function staticItem(index: number): vscode.TreeItem {
  return new vscode.TreeItem(`instance ${index}`, vscode.TreeItemCollapsibleState.Collapsed);
}

/** Ten of the rows differ from round to round. */
function rowsOf(round = 0): { readonly list: readonly InstanceRow[]; readonly byId: RowsById } {
  const list = manyInstances(count).map((instance, index): InstanceRow => ({
    instance: index % 100 === 1 ? { ...instance, rateHourly: 1 + (round % 2) } : instance,
    state: instance.state,
    accountId: 'account',
    unlisted: false,
    detailed: true,
  }));
  return { list, byId: new Map(list.map((row) => [row.instance.id, row])) };
}
