import { beforeEach, describe, expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import type { InstanceRow, StoreStatus } from '../../../src/instances/store';
import type { BudgetAlert } from '../../../src/cost/budget';
import { noCost } from '../../../src/cost/history';
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
    onDidChangeSelection: none,
  };
  const log = { warn: () => undefined } as unknown as vscode.LogOutputChannel;
  const view = new ViewState(treeView as unknown as vscode.TreeView<TreeNode>, log, { now: () => 0 });
  view.update(
    fixedStore(rows, status),
    { ...plainArrangement, filter },
    { locationOf: () => undefined, stateOf: ({ state }) => state },
  );
  return treeView as View;
}

function statusBarOf(
  rows: readonly InstanceRow[],
  alerts: readonly BudgetAlert[] = [],
): typeof window.statusItem {
  const now = new Date(2026, 10, 26, 14, 0).getTime();
  const schedule = {
    id: 's',
    accountId: 'account',
    instanceId: 'a',
    name: 'a',
    at: now + 4 * 3_600_000,
    hasTimer: true,
  };
  new StatusBar(
    fixedStore(rows),
    {
      situationOf: (shown) => ({
        row: shown,
        tunnels: [],
        schedule: shown.instance.id === 'a' ? schedule : undefined,
        now,
      }),
      costsOf: () => ({
        runningSince: now - 3_600_000,
        run: noCost,
        today: { ...noCost, dollars: 0.5, onMs: 3_600_000 },
      }),
    },
    { all: alerts, toStopFirst: 'b' },
  ).update();
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
    expect(status.tooltip.value).toContain(sentence);
    expect(status.visible).toBe(true);
  });

  test('list what is running, the most expensive first, with what a person may want to do', () => {
    const rows = [
      row('a', 'running', {}, { runningSince: 1 }),
      row('big|[x](command:a)', 'running', { rateHourly: 2 }),
      row('c', 'stopped'),
    ];
    const { value, isTrusted } = statusBarOf(rows).tooltip;
    expect(
      value
        .replaceAll(' &nbsp;', '')
        .split('\n')
        .filter((line) => line.startsWith('|')),
    ).toEqual([
      '| Instance | Rate | Running since | Today | Stops |',
      '| --- | --- | --- | --- | --- |',
      String.raw`| big\|\[x\] \(command:a\) | \$2.00/hr | before 13:00 | at least \$0.50 | – |`,
      String.raw`| a | \$0.50/hr | 13:00 | \$0.50 | 18:00 |`,
    ]);
    expect(value).toContain(
      '[Costs](command:tensordock.showCosts) · [Stop All…](command:tensordock.stopAll)',
    );
    expect(isTrusted).toMatchObject({
      enabledCommands: expect.arrayContaining(['tensordock.stopAll']) as unknown,
    });
  });

  test.each([
    ['near', 4.15, 'statusBarItem.warningBackground', '83% of today’s budget'],
    ['reached', 5.5, 'statusBarItem.errorBackground', '110% of today’s budget'],
  ] as const)('warn when a budget is %s, with what to stop first', (level, amount, color, words) => {
    const alert: BudgetAlert = { kind: 'daily', limit: 5, amount, isAtLeast: true, level };
    const status = statusBarOf([row('a'), row('b', 'running', { rateHourly: 2 })], [alert]);
    expect(status).toMatchObject({
      text: `$(vm-running) 2 · $2.50/hr · ${words}`,
      backgroundColor: { id: color },
    });
    expect(status.tooltip.value).toContain(
      String.raw`You’ve spent at least \$${amount.toFixed(2)} of your daily budget of \$5.00.`,
    );
    expect(status.tooltip.value).toMatch(
      /Stop the most expensive one first: \[b\]\(command:tensordock.stopInstance/,
    );
    expect(statusBarOf([row('a', 'stopped')], [alert]).visible).toBe(false);
  });

  test('show nothing while nothing is running', () => {
    expect(viewOf([row('a', 'stopped')])).toMatchObject({});
    expect(viewOf([row('a', 'stopped')])).not.toHaveProperty('badge');
    expect(statusBarOf([row('a', 'stopped')]).visible).toBe(false);
  });

  test('show no number for rates that are unknown', () => {
    const rows = [row('a', 'running', { rateHourly: undefined })];
    expect(viewOf(rows).description).toBeUndefined();
    expect(statusBarOf(rows)).toMatchObject({ text: '$(vm-running) 1' });
    expect(window.statusItem.tooltip.value).toContain('The rate of 1 instance is unknown');
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

  test('leaves it to the welcome text where there has been no list yet, or a filter leaves nothing', () => {
    expect(viewOf([], { accountId: 'a', listedAt: 0, failure }).message).toBeUndefined();
    expect(viewOf([row('a')], undefined, 'b').message).toBeUndefined();
  });

  test('says what a filter leaves out, beside what else there is to say', () => {
    const rows = [row('gpu-a'), row('gpu-b', 'stopped'), row('web')];
    expect(viewOf(rows, undefined, 'GPU').message).toBe('Showing 2 of 3 instances, filtered by “GPU”.');
    const { message } = viewOf(rows, { accountId: 'a', listedAt: 1_000, failure }, '[x](command:a)');
    expect(message).toMatch(
      /^TensorDock is down\..* Showing 0 of 3 instances, filtered by “\[x\] \(command:a\)”\.$/,
    );
  });

  test('counts instances that are missing from the list', () => {
    const missing = { unlisted: true };
    expect(viewOf([row('a', 'running', {}, missing)]).message).toMatch(/^1 instance is missing/);
    const two = [row('a', 'running', {}, missing), row('b', 'running', {}, missing)];
    expect(viewOf(two).message).toMatch(/^2 instances are missing/);
  });
});
