import { beforeEach, describe, expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import { answerTo, showInformation } from '../../../src/vscode/messages';

const editor = vi.hoisted(() => ({ shown: [] as string[], press: undefined as string | undefined }));

vi.mock('vscode', () => ({
  l10n: { t: (text: string) => text },
  // As VS Code makes it.
  CancellationError: class extends Error {
    constructor() {
      super('Canceled');
    }
  },
  window: {
    showErrorMessage: (message: string) => {
      editor.shown.push(message);
      return Promise.resolve(undefined);
    },
    showInformationMessage: (_: string, ...choices: { title: string }[]) =>
      Promise.resolve(choices.find(({ title }) => title === editor.press)),
  },
}));

const log = { error: () => undefined, show: () => undefined } as unknown as vscode.LogOutputChannel;
const refusal = new Error('No GPU is free');
/** What `executeCommand` makes of a cancellation. */
const wrapped = new Error('Canceled');

beforeEach(() => {
  editor.shown = [];
  editor.press = undefined;
});

describe('a command that fails', () => {
  test('is told to a person by a message, and by no dialog of VS Code', async () => {
    await expect(answerTo(log, [], () => Promise.reject(refusal))).resolves.toBeUndefined();
    expect(editor.shown).toEqual(['No GPU is free']);
  });

  test('says nothing where the person gave up', async () => {
    await expect(
      answerTo(log, [{ kind: 'instance' }], () => Promise.reject(wrapped)),
    ).resolves.toBeUndefined();
    expect(editor.shown).toEqual([]);
  });

  test('rejects for a program, which names an id', async () => {
    await expect(answerTo(log, ['id'], () => Promise.reject(refusal))).rejects.toBe(refusal);
    await expect(answerTo(log, ['id'], () => Promise.reject(wrapped))).rejects.toThrow('Canceled');
    expect(editor.shown).toEqual([]);
  });
});

test.each([
  [refusal, ['No GPU is free']],
  [wrapped, []],
])('what a button of a message does is told where it fails: %s', async (error, shown) => {
  editor.press = 'Connect';
  const run = vi.fn(() => {
    throw error;
  });
  showInformation('It runs', { title: 'Connect', run });
  await expect.poll(() => run.mock.calls.length).toBe(1);
  await expect.poll(() => editor.shown).toEqual(shown);
});
