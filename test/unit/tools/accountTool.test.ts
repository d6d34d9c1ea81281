import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  plannedForAccount,
  runForAccount,
  type AccountTools,
  type ToolAccounts,
} from '../../../src/tools/accountTool';
import type { ToolResult } from '../../../src/tools/runTool';
import { resetWindow, window as editor } from '../fakeVscode';
import { Person } from '../instances/windows';
import { setUp, type Setup } from './agentSetup';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

let home: Setup;
let work: Setup;
let signedIn: AccountTools[];

const accounts: ToolAccounts = {
  all: () => signedIn,
  nobody: () => home.parts,
  settled: () => Promise.resolve(),
};

beforeEach(async () => {
  resetWindow();
  home = await setUp(new Person(), { running: ['home-box'] });
  work = await setUp(new Person({ randomSeed: 2 }), { running: ['work-box'] });
  signedIn = [
    { name: 'Home', parts: home.parts },
    { name: 'Work', parts: work.parts },
  ];
});

afterEach(() => {
  home.person.close();
  work.person.close();
});

async function call(name: string, input: unknown = {}): Promise<ToolResult> {
  const { signal } = new AbortController();
  return work.person.outcome(runForAccount(accounts, name, input, signal));
}

const sent = (): readonly number[] => [home.changes(), work.changes()];

describe('an agent where several accounts are signed in', () => {
  test('gets the instances of each, by the account’s name', async () => {
    const result = await call('tensordock_list_instances');
    expect(JSON.stringify(result)).toMatch(/home-box.*"account":"Home".*work-box.*"account":"Work"/);
  });

  test('stops an instance with its own account, which the question names', async () => {
    editor.answer = 0;
    const instanceId = work.person.idOf('work-box');
    const result = await call('tensordock_stop_instance', { instanceId });
    expect(result).toMatchObject({ account: 'Work' });
    expect(editor.texts.join('\n')).toContain('Account: Work');
    expect(sent()).toEqual([0, 1]);
  });

  test('is asked which account it means before anything is created', async () => {
    editor.answer = 0;
    const wish = { name: 'new', gpuModel: 'geforcertx4090-pcie-24gb' };
    const result = await call('tensordock_create_instance', wish);
    expect(result).toMatchObject({ outcome: 'invalid' });
    expect(JSON.stringify(result)).toContain('Home, Work');
    expect(
      await plannedForAccount(accounts, 'tensordock_create_instance', wish, new AbortController().signal),
    ).toBeUndefined();
    expect(editor.texts).toEqual([]);
    expect(sent()).toEqual([0, 0]);
  });

  test.each([
    [{ account: 'Nobody' }, 'No account has this name'],
    [{ instanceId: 'unknown' }, 'No account lists this instance'],
  ])('changes nothing with %j', async (input, problem) => {
    editor.answer = 0;
    const instanceId = work.person.idOf('work-box');
    const result = await call('tensordock_delete_instance', { instanceId, ...input });
    expect(result).toMatchObject({ outcome: 'invalid' });
    expect(JSON.stringify(result)).toContain(problem);
    expect(sent()).toEqual([0, 0]);
  });

  test('never reaches an instance of one account through another one', async () => {
    editor.answer = 0;
    const instanceId = work.person.idOf('work-box');
    const result = await call('tensordock_stop_instance', { instanceId, account: 'Home' });
    expect(result.outcome).not.toBe('done');
    expect(sent()).toEqual([0, 0]);
  });

  test('has to name none where only one is signed in', async () => {
    signedIn = signedIn.slice(0, 1);
    editor.answer = 0;
    const result = await call('tensordock_list_instances');
    expect(JSON.stringify(result)).toContain('home-box');
    expect(JSON.stringify(result)).not.toContain('"account"');
  });
});
