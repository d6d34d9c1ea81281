import type * as vscode from 'vscode';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Emitter } from '../../../../src/base/emitter';
import type { InstanceRow, StoreChange, StoreStatus } from '../../../../src/instances/store';
import { AccountsTree, type AccountBranch } from '../../../../src/views/tree/accountsTree';
import type { InstanceTree } from '../../../../src/views/tree/instanceTree';
import type { TreeNode } from '../../../../src/views/tree/nodes';
import { row } from '../rows';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

/** An account whose tree has a row for each of its instances. */
class Branch implements AccountBranch {
  readonly changes = new Emitter<StoreChange>();
  readonly redraws = new Emitter<TreeNode | TreeNode[] | undefined>();
  rows: readonly InstanceRow[] = [row('same', 'running')];
  status: StoreStatus;
  readonly nodes: TreeNode[];

  constructor(readonly id: string) {
    this.status = { accountId: id, listedAt: 1 };
    this.nodes = [{ kind: 'instance', account: id, id: 'same' }];
  }

  get store(): AccountBranch['store'] {
    return { rows: () => this.rows, status: this.status, onDidChange: this.changes.event };
  }

  get tree(): InstanceTree {
    return {
      onDidChangeTreeData: this.redraws.event,
      getChildren: (node?: TreeNode) => Promise.resolve(node ? [] : this.nodes),
      getParent: () => undefined,
      getTreeItem: (node: TreeNode) => ({ id: 'id' in node ? `instance:${node.id}` : '' }),
    } as unknown as InstanceTree;
  }
}

let home: Branch;
let work: Branch;
let shown: readonly Branch[];
let names: Readonly<Record<string, string>>;
let tree: AccountsTree;
let redrawn: (TreeNode | TreeNode[] | undefined)[];

beforeEach(() => {
  home = new Branch('home');
  work = new Branch('work');
  shown = [home, work];
  names = { home: 'Home', work: 'Work $(trash)' };
  tree = new AccountsTree({
    shown: () => shown,
    of: (id) => (id === 'work' ? work : home),
    nameOf: (id) => names[id ?? ''],
    settled: () => Promise.resolve(),
  });
  for (const branch of shown as Branch[]) tree.add(branch);
  redrawn = [];
  tree.onDidChangeTreeData((nodes) => redrawn.push(nodes));
});

const items = async (node?: TreeNode): Promise<readonly vscode.TreeItem[]> =>
  (await tree.getChildren(node)).map((child) => tree.getTreeItem(child));

describe('several accounts together', () => {
  test('each is a group with its name, how many it has, and their rate', async () => {
    const [first, second] = await items();
    expect(first).toMatchObject({
      label: 'Home',
      description: expect.stringMatching(/1.*\$0\.50\/hr/) as string,
    });
    expect(second?.label).not.toContain('$(');
    expect(second?.contextValue).toBe('account');
  });

  test('the same ID in two accounts is two rows, each below its own', async () => {
    const accounts = await tree.getChildren();
    const rows = await Promise.all(accounts.map(async (node) => tree.getChildren(node)));
    const ids = rows.flat().map((node) => tree.getTreeItem(node).id);
    expect(new Set(ids).size).toBe(2);
    expect(rows.flat().map((node) => tree.getParent(node))).toEqual(accounts);
  });

  test('a refused token is said at its account alone, where it can be mended', async () => {
    work.status = {
      ...work.status,
      failure: { code: 'unauthorized', message: 'Refused.', since: 0, at: 0, count: 1 },
    };
    const [first, second] = await items();
    expect(first).toMatchObject({ contextValue: 'account' });
    expect(first?.description).not.toContain('refused');
    expect(second).toMatchObject({ contextValue: 'account can-sign-in' });
    expect(second?.description).toContain('token refused');
    expect(second?.accessibilityInformation?.label).toContain('Refused.');
  });

  test('what changes in one redraws nothing of another', async () => {
    const accounts = await tree.getChildren();
    await items();
    work.redraws.fire(work.nodes);
    work.redraws.fire(undefined);
    expect(redrawn).toEqual([work.nodes, accounts[1]]);
  });

  test('the row of an account is drawn again only when it says something else', async () => {
    const accounts = await tree.getChildren();
    await items();
    const unchanged = { added: [], removed: [], changed: [], status: false };
    work.changes.fire(unchanged);
    expect(redrawn).toEqual([]);
    work.rows = [];
    work.changes.fire({ ...unchanged, removed: ['same'] });
    expect(redrawn).toEqual([accounts[1]]);
  });
});

describe('one account', () => {
  test('has its rows at the top, and what changes elsewhere redraws nothing', async () => {
    shown = [home];
    expect(await tree.getChildren()).toEqual(home.nodes);
    expect(tree.getParent({ kind: 'instance', account: 'home', id: 'same' })).toBeUndefined();
    work.redraws.fire(undefined);
    expect(redrawn).toEqual([]);
    home.redraws.fire(undefined);
    expect(redrawn).toEqual([undefined]);
  });

  test('everything is drawn again when others are shown or renamed, and not otherwise', async () => {
    await tree.getChildren();
    tree.update();
    expect(redrawn).toEqual([]);
    names = { ...names, work: 'Office' };
    tree.update();
    await tree.getChildren();
    shown = [work];
    tree.update();
    expect(redrawn).toEqual([undefined, undefined]);
  });
});
