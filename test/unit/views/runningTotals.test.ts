import { beforeEach, describe, expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import type { InstanceRow, StoreStatus } from '../../../src/instances/store';
import { StatusBar } from '../../../src/views/statusBar';
import { plainArrangement } from '../../../src/views/tree/arrangement';
import type { TreeNode } from '../../../src/views/tree/nodes';
import { ViewState } from '../../../src/views/viewState';
import { resetWindow, window } from '../fakeVscode';
import { fixedStore, row } from './rows';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

interface View {
  badge?: { value: number; tooltip: string };
  description?: string;
  message?: string;
}

function viewOf(rows: readonly InstanceRow[], status?: StoreStatus, filter = ''): View {
  const none = (): { dispose: () => void } => ({ dispose: () => undefined });
  const treeView = {
    visible: true,
    onDidChangeVisibility: none,
    onDidExpandElement: none,
    onDidCollapseElement: none,
  };
  const log = { warn: () => undefined } as unknown as vscode.LogOutputChannel;
  const view = new ViewState(treeView as unknown as vscode.TreeView<TreeNode>, log);
  view.update(fixedStore(rows, status), { ...plainArrangement, filter });
  return treeView as View;
}

function statusBarOf(rows: readonly InstanceRow[]): typeof window.statusItem {
  new StatusBar(fixedStore(rows)).update();
  return window.statusItem;
}

beforeEach(resetWindow);

describe('the badge, the view and the status bar', () => {
  test.each<[string, InstanceRow[], number, string, string]>([
    ['one that is running', [row('a')], 1, '$0.50/hr', '1 instance is running'],
    ['one that is starting', [row('a', 'starting')], 1, '$0.50/hr', '1 instance is running'],
    [
      'two, and one that is stopped',
      [row('a'), row('b'), row('c', 'stopped')],
      2,
      '$1.00/hr',
      '2 instances are running',
    ],
    [
      'one whose rate is unknown',
      [row('a'), row('b', 'running', { rateHourly: undefined })],
      2,
      '$0.50/hr+',
      '2 instances are running',
    ],
  ])('agree on %s', (_, rows, count, rate, sentence) => {
    const view = viewOf(rows);
    expect(view.badge).toEqual({ value: count, tooltip: sentence });
    expect(view.description).toBe(rate);
    const status = statusBarOf(rows);
    expect(status.text).toBe(`$(vm-running) ${count} · ${rate}`);
    expect(status.tooltip).toContain(sentence);
    expect(status.visible).toBe(true);
  });

  test('show nothing while nothing is running', () => {
    expect(viewOf([row('a', 'stopped')])).toMatchObject({ badge: undefined, description: '' });
    expect(statusBarOf([row('a', 'stopped')]).visible).toBe(false);
  });

  test('show no number for rates that are unknown', () => {
    const rows = [row('a', 'running', { rateHourly: undefined })];
    expect(viewOf(rows).description).toBe('');
    expect(statusBarOf(rows)).toMatchObject({ text: '$(vm-running) 1' });
    expect(window.statusItem.tooltip).toContain('The rate of 1 instance is unknown');
  });
});

describe('the message of the view', () => {
  const failure = {
    code: 'service-down',
    message: 'TensorDock is down. [x](command:a)',
    since: 1,
    at: 1,
    count: 2,
  } as const;

  test('says why the list is old, and from when it is', () => {
    const { message } = viewOf([row('a')], { accountId: 'a', listedAt: 1_000, failure });
    expect(message).toMatch(/^TensorDock is down\. .* Retrying automatically\. Shown as of .+\.$/);
    expect(message).not.toContain('](');
  });

  test('says so where there has been no list yet', () => {
    const { message } = viewOf([], { accountId: 'a', listedAt: 0, failure });
    expect(message).toMatch(/Retrying automatically\.$/);
  });

  test('counts instances that are missing from the list', () => {
    const missing = { unlisted: true };
    expect(viewOf([row('a', 'running', {}, missing)]).message).toMatch(/^1 instance is missing/);
    const two = [row('a', 'running', {}, missing), row('b', 'running', {}, missing)];
    expect(viewOf(two).message).toMatch(/^2 instances are missing/);
  });
});
