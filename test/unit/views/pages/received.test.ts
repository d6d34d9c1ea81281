import { silentLogger } from '../../../../src/base/logger';
import { describe, expect, it, vi } from 'vitest';
import { received } from '../../../../src/views/pages/received';
import { fromCreateForm } from '../../../../src/views/webview/shared/protocol';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
}));

describe('a message of a form', () => {
  it.each([
    ['nothing', undefined],
    ['text', 'submit'],
    ['another kind', { type: 'run', command: 'rm' }],
    ['a field of another type', { type: 'deletePreset', name: { toString: 'x' } }],
    ['a text that is too long', { type: 'deletePreset', name: 'hunter2'.repeat(1_000) }],
    ['a submit without its draft', { type: 'submit', submitId: 'a', password: 'hunter2' }],
  ])('that doesn’t match the contract (%s) is dropped, and logged without its content', (_, message) => {
    const taken: unknown[] = [];
    const lines: string[] = [];
    const log = { ...silentLogger, warn: (line: string) => lines.push(line) };
    const take = received('create', fromCreateForm, log, (given) => taken.push(given));
    take(message);
    expect(taken).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain('hunter2');
    take({ type: 'refresh' });
    expect(taken).toEqual([{ type: 'refresh' }]);
  });
});
