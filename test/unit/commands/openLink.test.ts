import { beforeEach, describe, expect, test, vi } from 'vitest';
import { openLink, parseLink } from '../../../src/commands/openLink';
import type { Services } from '../../../src/commands/services';
import { rowOf, StandInStore } from '../cost/support';
import { resetWindow, window } from '../fakeVscode';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

/** The parts of a link as VS Code passes them on: its path is decoded. */
function parts(link: string): { path: string; query: string; fragment: string } {
  const { pathname, search, hash } = new URL(`vscode://vscode-tensordock.tensordock${link}`);
  return { path: decodeURIComponent(pathname), query: search.slice(1), fragment: hash.slice(1) };
}

let revealed: unknown[];

async function follow(link: string): Promise<void> {
  const store = new StandInStore();
  store.list(1, rowOf('abc-1', 'running', 1, 'box [x](command:evil)'));
  const services = {
    log: { error: vi.fn(), show: vi.fn() },
    store: Object.assign(store, { refreshOne: () => Promise.resolve(undefined) }),
    treeView: { reveal: (node: unknown) => Promise.resolve(void revealed.push(node)) },
  } as unknown as Services;
  await openLink(services, parts(link), (id) => ({ kind: 'instance', id }));
}

beforeEach(() => {
  resetWindow();
  revealed = [];
});

describe('a link', () => {
  test('shows an instance', async () => {
    await follow('/instance/abc-1');
    expect(revealed).toEqual([{ kind: 'instance', id: 'abc-1' }]);
    expect(window.messages).toEqual([]);
  });

  test('connects only after a yes, and shows the name as text', async () => {
    await follow('/connect/abc-1');
    expect(window.ran).toEqual([]);
    expect(window.texts.join()).not.toContain('](command');
    window.answer = 0;
    await follow('/connect/abc-1');
    expect(window.ran).toEqual([['tensordock.connect', 'abc-1']]);
  });

  test('to an unknown instance says so', async () => {
    window.answer = undefined;
    await follow('/connect/abc-2');
    expect(window.errors).toEqual(['There is no instance with the ID “abc-2”.']);
  });

  test.each([
    '',
    '/',
    '/instance',
    '/instance/',
    '/instance/abc-1/',
    '/instance/abc-1/x',
    '//instance/abc-1',
    '/instances/abc-1',
    '/INSTANCE/abc-1',
    '/delete/abc-1',
    '/start/abc-1',
    '/signIn/abc-1',
    '/connect/abc-1?token=x',
    '/connect/abc-1?host=evil.example',
    '/connect/abc-1?tensordock.apiUrl=https://evil.example',
    '/connect/abc-1?id=abc-1&id=abc-2',
    '/connect/abc-1?x',
    '/connect/abc-1#x',
    '/connect/%2e%2e%2fabc-1',
    '/connect/abc-1%00',
    '/connect/abc-1%0a',
    '/connect/abc%201',
    '/connect/abc%2F1',
    '/connect/%F0%9F%92%A9',
    '/connect/аbc-1',
    '/connect/-abc',
    `/connect/${'a'.repeat(65)}`,
  ])('of another form is refused: %s', async (link) => {
    window.answer = 0;
    expect(parseLink(parts(link))).toBeUndefined();
    await follow(link);
    expect(window.errors).toEqual(['TensorDock doesn’t open links of this form, so nothing was done.']);
    expect([revealed, window.ran]).toEqual([[], []]);
  });
});
