import { beforeEach, describe, expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import { NotSignedInError } from '../../../src/api/errors';
import { DeadEnd } from '../../../src/commands/deadEnd';
import { runCommand } from '../../../src/commands/runCommand';
import { confirm, ReportedError } from '../../../src/vscode/messages';

const editor = vi.hoisted(() => ({
  shown: [] as string[],
  answer: (): unknown => undefined,
}));

vi.mock('vscode', () => ({
  l10n: { t: (text: string) => text },
  // Same message as the real one.
  CancellationError: class extends Error {
    constructor() {
      super('Canceled');
    }
  },
  window: {
    showErrorMessage: (message: string, ...choices: { title: string }[]) => {
      editor.shown.push([message, ...choices.map(({ title }) => title)].join(' | '));
      return Promise.resolve(undefined);
    },
    showWarningMessage: (_: string, __: unknown, ...buttons: { title: string }[]) => {
      editor.answer();
      return Promise.resolve(buttons[0]);
    },
  },
}));

const log = { error: () => undefined, show: () => undefined } as unknown as vscode.LogOutputChannel;
const status = { accountId: 'one' as string | undefined };
const options = { log, store: { status } } as unknown as Parameters<typeof runCommand>[0];
const refusal = new Error('No GPU is available');
/** What `executeCommand` makes of a cancellation. */
const wrapped = new Error('Canceled');

beforeEach(() => {
  editor.shown = [];
  editor.answer = () => undefined;
  status.accountId = 'one';
});

describe('a command that fails', () => {
  test('shows a message to a person, and VS Code shows no dialog', async () => {
    await expect(runCommand(options, [], () => Promise.reject(refusal))).resolves.toBeUndefined();
    expect(editor.shown).toEqual(['No GPU is available | Show Log']);
  });

  test('offers what can come next', async () => {
    const empty = new DeadEnd('You don’t have an instance yet.', 'tensordock.createInstance');
    for (const error of [empty, new NotSignedInError()]) {
      await runCommand(options, [], () => Promise.reject(error));
    }
    expect(editor.shown).toEqual([
      'You don’t have an instance yet. | Create Instance | Show Log',
      'You aren’t signed in to TensorDock. Sign in first. | Sign In | Show Log',
    ]);
  });

  test('shows nothing when the person cancels', async () => {
    await expect(
      runCommand(options, [{ kind: 'instance' }], () => Promise.reject(wrapped)),
    ).resolves.toBeUndefined();
    expect(editor.shown).toEqual([]);
  });

  test('shows nothing that was reported already, but rejects with it for a program', async () => {
    const reported = new ReportedError('No GPU is available');
    await expect(runCommand(options, [], () => Promise.reject(reported))).resolves.toBeUndefined();
    await expect(runCommand(options, ['id'], () => Promise.reject(reported))).rejects.toBe(reported);
    expect(editor.shown).toEqual([]);
  });

  test('rejects for a program, which passes an id', async () => {
    await expect(runCommand(options, ['id'], () => Promise.reject(refusal))).rejects.toBe(refusal);
    await expect(runCommand(options, ['id'], () => Promise.reject(wrapped))).rejects.toThrow('Canceled');
    expect(editor.shown).toEqual([]);
  });
});

describe('a question that is answered after the account was switched', () => {
  const deleted = vi.fn();
  const ask = async (): Promise<void> => {
    if (await confirm('Delete “box”?', '', 'Delete')) deleted();
  };

  beforeEach(() => {
    deleted.mockClear();
    editor.answer = () => (status.accountId = 'another');
  });

  test('does nothing under the other account, and says so', async () => {
    await runCommand(options, [], ask);
    expect(deleted).not.toHaveBeenCalled();
    expect(editor.shown).toEqual([
      'The account was switched, so nothing was done. Run the command again. | Show Log',
    ]);
  });

  test('does nothing after signing out either', async () => {
    editor.answer = () => (status.accountId = undefined);
    await runCommand(options, [], ask);
    expect(deleted).not.toHaveBeenCalled();
  });

  test('still works for commands that switch the account themselves', async () => {
    await runCommand(options, [], ask, { changesAccount: true });
    expect(deleted).toHaveBeenCalledTimes(1);
  });

  test('does not stop a command of the new account that runs beside it', async () => {
    const slow = runCommand(options, [], ask);
    status.accountId = 'another';
    editor.answer = () => undefined;
    await runCommand(options, [], ask);
    await slow;
    expect(deleted).toHaveBeenCalledTimes(1);
  });
});
