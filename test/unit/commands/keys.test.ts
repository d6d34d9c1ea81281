import { beforeEach, expect, test, vi } from 'vitest';
import { withKey } from '../../../src/commands/keys';
import type { CommandHandler, Services } from '../../../src/commands/services';
import { ManualClock } from '../../simulator/clock';
import { resetWindow, window } from '../fakeVscode';
import { fixedStore, row } from '../views/rows';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const key = { fromKey: true };
const node = (id: string): unknown => ({ kind: 'instance', id });
const handler = vi.fn<CommandHandler>();

let clock: ManualClock;
let selection: readonly unknown[];

beforeEach(() => {
  resetWindow();
  handler.mockReset();
  clock = new ManualClock();
  selection = [];
});

/** Presses a key that fits the instance `a` alone. */
function press(): Promise<unknown> {
  const treeView = {
    get selection() {
      return selection;
    },
  };
  const services = { clock, store: fixedStore([row('a'), row('b')]), treeView } as unknown as Services;
  return withKey(services, ({ instance }) => instance.id === 'a', handler)(key);
}

test('a key runs its command on the row that it selected, which stays as it was', async () => {
  selection = [node('a')];
  await press();
  expect(handler.mock.calls).toEqual([[node('a')]]);
  expect(window.ran).toEqual([['list.toggleExpand']]);
});

test('a key pressed while the tree is drawn anew waits for its row', async () => {
  const pressed = press();
  await clock.advance(500);
  expect(handler).not.toHaveBeenCalled();
  selection = [node('a')];
  await clock.advance(500);
  await pressed;
  expect(handler.mock.calls).toEqual([[node('a')]]);
});

test.each([
  ['a row that it doesn’t fit', [node('b')]],
  ['a row that isn’t an instance', [{ kind: 'detail', id: 'a' }]],
  ['an instance that is gone', [node('c')]],
  ['several rows', [node('a'), node('b')]],
  ['nothing, for good', []],
])('a key does nothing to %s', async (_what, selected) => {
  selection = selected;
  const pressed = press();
  await clock.advance(60_000);
  await pressed;
  expect(handler).not.toHaveBeenCalled();
  expect(window.ran).toEqual([]);
});
