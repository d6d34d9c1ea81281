import { beforeEach, describe, expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import {
  askInNotification,
  askModally,
  showError,
  showInformation,
  showInStatusBar,
  showProgress,
  showWarning,
} from '../../../src/vscode/messages';
import { askText, askTextLive, chooseFile, pick } from '../../../src/vscode/prompts';
import { input, resetWindow, window } from '../fakeVscode';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const log = { error: () => undefined, show: () => undefined } as unknown as vscode.LogOutputChannel;
/** What VS Code turns into a link (`linkedText.ts`), or into an icon (`iconLabels.ts`). */
const link = /\[[^\]]+\]\((https?:\/\/|command:|file:)[^)\s]+/i;
const icon = /\$\([a-z0-9-]+(~[a-z]+)?\)/i;
const hostile = [
  '[Repair now](command:workbench.action.terminal.sendSequence?%7B%7D)',
  '[x](https://example.invalid "title")',
  '[x]\u200b(command:a)',
  '[x]\u202e(command:a)',
  '[x]\u0000(command:a)',
  '[[x](command:a)](command:b)',
  '$(trash) gone',
  '$\u200b(trash)',
].join(' ');

beforeEach(resetWindow);

describe('text from outside', () => {
  test.each<[string, () => unknown]>([
    ['an error', () => showError(log, hostile, { title: hostile, run: () => undefined })],
    ['a warning', () => showWarning(hostile, { title: hostile, run: () => undefined })],
    ['a message', () => showInformation(hostile, { title: hostile, run: () => undefined })],
    ['a question', () => askInNotification('warning', hostile, hostile)],
    ['a question without urgency', () => askInNotification('information', hostile, hostile)],
    ['a modal question', () => askModally(hostile, hostile, hostile)],
    ['progress', () => showProgress({ title: hostile }, async (report) => report(hostile))],
    [
      'a quick pick',
      () =>
        pick([{ label: hostile, description: hostile, detail: hostile }], {
          title: hostile,
          placeHolder: hostile,
        }),
    ],
    [
      'an input',
      () => askText({ title: hostile, prompt: hostile, placeHolder: hostile, validate: () => hostile }),
    ],
    ['a remark beside an input', () => askText({ validate: () => ({ info: hostile }) })],
    ['an open dialog', () => chooseFile(hostile, hostile)],
  ])('becomes neither a link nor an icon in %s', async (_, show) => {
    await show();
    expect(window.texts.length).toBeGreaterThan(0);
    for (const text of window.texts) {
      expect(text).not.toMatch(link);
      expect(text).not.toMatch(icon);
      expect(text).not.toMatch(/[\p{Cf}\0]/u);
    }
  });

  test('becomes neither in an input that the service checks', async () => {
    const asked = askTextLive({
      title: hostile,
      prompt: hostile,
      placeHolder: hostile,
      buttons: [{ icon: 'link-external', tooltip: hostile, run: () => undefined }],
      check: async (text) => (text === 'right' ? undefined : hostile),
    });
    const shown = (): string[] =>
      [input.title, input.prompt, input.placeholder, input.validationMessage].map(String);
    input.accept('wrong');
    await expect.poll(() => input.validationMessage).toContain('Repair now');
    for (const text of [...shown(), ...input.buttons.map(({ tooltip }) => tooltip)]) {
      expect(text).not.toMatch(link);
      expect(text).not.toMatch(icon);
    }
    await expect.poll(() => input.busy).toBe(false);
    input.accept('right');
    await expect(asked).resolves.toBe('right');
  });

  test('keeps our own icon in the status bar, and only that one', () => {
    showInStatusBar('Copied $(trash)');
    expect(window.texts).toEqual(['$(check) Copied $ (trash)']);
  });
});

test('the item that was picked comes back as it was given', async () => {
  const item = { label: '[x](command:y)', id: 'one' };
  window.answer = 0;
  await expect(pick([item], { placeHolder: 'Select' })).resolves.toBe(item);
});

test('the button that was pressed comes back as it was given', async () => {
  window.answer = 1;
  await expect(askModally('Save?', '', 'Save', '$(x)')).resolves.toBe('$(x)');
});

test('cancelling a notification aborts the task', async () => {
  const task = showProgress(
    { title: 'Connecting' },
    (_, signal) => new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('ended'))),
  );
  window.cancel();
  await expect(task).resolves.toBe('ended');
});

test.each([
  [new Error('No GPU is available'), ['No GPU is available']],
  // What `executeCommand` makes of a cancellation.
  [new Error('Canceled'), []],
])('a button of a message that fails shows why: %s', async (error, shown) => {
  window.answer = 0;
  const run = vi.fn(() => {
    throw error;
  });
  showInformation('It is running', { title: 'Connect', run });
  await expect.poll(() => run.mock.calls.length).toBe(1);
  await expect.poll(() => window.errors).toEqual(shown);
});
