import { expect, test, vi } from 'vitest';
import { openLocalTerminal } from '../../../src/vscode/localTerminal';
import { window as editor } from '../fakeVscode';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

test('the name of a terminal, which VS Code reads as Markdown with icons, has no link and no icon', () => {
  openLocalTerminal('![x](https://evil.example/p.png) $(flame) www.evil.example', 'ssh', [], {});
  expect(editor.texts).toEqual(['x (https evil.example p.png) (flame) www evil.example']);
});

test('a terminal gets its environment alone, whatever a folder’s settings add', () => {
  openLocalTerminal('a', 'ssh', [], { PATH: '/usr/bin' });
  expect(editor.terminals.at(-1)).toMatchObject({ env: { PATH: '/usr/bin' }, strictEnv: true });
});
