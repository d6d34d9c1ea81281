import { beforeEach, expect, test, vi } from 'vitest';
import type { Services } from '../../../src/commands/services';
import { warnOfHandedOver } from '../../../src/commands/warnOfHandedOver';
import type { HandedOver } from '../../../src/ssh/connect/handedOver';
import { resetWindow, window as editor } from '../fakeVscode';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

beforeEach(resetWindow);

const nothing: HandedOver = { remoteForwards: [], localForwards: [], sentVariables: [], setVariables: [] };
const given: HandedOver = {
  remoteForwards: ['8080 localhost:80'],
  localForwards: ['1080'],
  sentVariables: ['AWS_SECRET', '[x](command:evil)'],
  setVariables: ['MODE'],
};

function servicesOf(memory: Map<string, unknown>): Services {
  const globalState = {
    get: (key: string) => memory.get(key),
    update: async (key: string, value: unknown) => void memory.set(key, value),
  };
  return { context: { globalState }, log: { warn: vi.fn() } } as unknown as Services;
}

test('what the person’s configuration gives every host is told once, with what keeps it back', async () => {
  const memory = new Map<string, unknown>();
  await warnOfHandedOver(servicesOf(memory), given);
  await warnOfHandedOver(servicesOf(memory), given);
  expect(editor.messages).toHaveLength(1);
  expect(editor.messages[0]).toContain('8080 localhost:80');
  expect(editor.messages[0]).toContain('local port forwards (1080)');
  expect(editor.messages[0]).toContain('AWS_SECRET');
  expect(editor.messages[0]).toContain('MODE');
  expect(editor.messages[0]).toContain('Host * !td-*');
  expect(editor.messages[0]).not.toContain('](');
});

test('something else that is given is told again, and nothing is told of nothing', async () => {
  const memory = new Map<string, unknown>();
  await warnOfHandedOver(servicesOf(memory), nothing);
  expect(editor.messages).toEqual([]);
  await warnOfHandedOver(servicesOf(memory), given);
  await warnOfHandedOver(servicesOf(memory), { ...nothing, sentVariables: ['GITHUB_TOKEN'] });
  expect(editor.messages).toHaveLength(2);
});
