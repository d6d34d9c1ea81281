import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Services } from '../../../src/commands/services';
import { stopAll } from '../../../src/commands/stopAll';
import { stopInstance } from '../../../src/commands/stopInstance';
import { connectedInstance } from '../../../src/vscode/connectedWindow';
import type { SshSetup } from '../../../src/vscode/sshSetup';
import { Person, shown, type Window } from '../instances/windows';

/** What VS Code says of this window, and what a person answers in it. */
const editor = vi.hoisted(() => ({
  remoteName: undefined as string | undefined,
  authority: '',
  unsaved: [] as string[],
  answers: [] as string[],
  asked: [] as { message: string; detail: string }[],
  ran: [] as string[],
}));

vi.mock('vscode', () => {
  const uri = (path: string): object => ({ scheme: 'vscode-remote', authority: editor.authority, path });
  return {
    l10n: {
      t: (text: string, ...values: unknown[]) =>
        text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
    },
    CancellationError: class extends Error {},
    ThemeIcon: Object,
    ThemeColor: Object,
    TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
    env: {
      get remoteName() {
        return editor.remoteName;
      },
    },
    workspace: {
      get workspaceFolders() {
        return editor.authority === '' ? undefined : [{ uri: uri('/home/user') }];
      },
      get textDocuments() {
        return editor.unsaved.map((fileName) => ({ fileName, isDirty: true, uri: uri(fileName) }));
      },
      saveAll: () => {
        editor.unsaved = [];
        return Promise.resolve(true);
      },
    },
    window: {
      showWarningMessage: (
        message: string,
        { detail }: { detail: string },
        ...buttons: { title: string }[]
      ) => {
        editor.asked.push({ message, detail });
        const answer = editor.answers.shift();
        return Promise.resolve(buttons.find(({ title }) => title === answer));
      },
      showErrorMessage: () => Promise.resolve(undefined),
    },
    commands: {
      executeCommand: (command: string) => {
        editor.ran.push(command);
        return Promise.resolve();
      },
    },
  };
});

let person: Person;
let window: Window;
let id: string;

beforeEach(async () => {
  person = new Person({ wire: { listItems: 'full' } });
  id = person.addInstance('box', { status: 'running' }).id;
  window = await person.open();
  await person.clock.advance(1_000);
  Object.assign(editor, {
    remoteName: 'ssh-remote',
    authority: 'ssh-remote+td-box',
    unsaved: [],
    answers: [],
    asked: [],
    ran: [],
  });
});
afterEach(() => person.close());

function servicesOf(): Services {
  const log = { error: vi.fn(), warn: vi.fn(), show: vi.fn() };
  const ssh = { hosts: { entries: () => Promise.resolve([{ alias: 'td-box', id }]) } };
  return {
    clock: person.clock,
    store: window.store,
    operations: window.operations,
    treeView: { visible: false, selection: [] },
    log,
    connected: () => connectedInstance(ssh as unknown as SshSetup, log as never),
    isOpenElsewhere: () => false,
  } as unknown as Services;
}

/** A person's stop of the row, in the window. */
async function stop(): Promise<unknown> {
  return stopInstance(servicesOf(), [{ kind: 'instance', id }]);
}

const stops = (): number => person.count('POST', 'stop');

describe('stopping the instance that this window is inside of', () => {
  test('is announced, closes the connection first, and is carried out by another window', async () => {
    editor.answers = ['Stop'];
    await stop();
    expect(editor.asked[0]?.detail).toContain('The connection is closed first');
    expect(editor.ran).toEqual(['workbench.action.remote.close']);
    window.close();
    await person.open();
    await person.until(() => person.world.instance(id).status === 'stopped');
    expect(stops()).toBe(1);
  });

  test('offers to save what is not saved, and ends nothing where the person stays', async () => {
    editor.unsaved = ['/home/user/train.py'];
    editor.answers = ['Stop', ''];
    await expect(stop()).rejects.toThrow();
    expect(editor.asked[0]?.detail).toContain('1 file in this window has unsaved changes');
    expect(editor.asked[1]?.detail).toContain('/home/user/train.py');
    expect(editor.ran).toEqual([]);
    await person.clock.advance(60_000);
    expect(stops()).toBe(0);
    expect(shown(window, 'box')).toBe('running');

    editor.answers = ['Stop', 'Save All'];
    await stop();
    expect(editor.unsaved).toEqual([]);
    expect(editor.ran).toEqual(['workbench.action.remote.close']);
  });

  test('also closes a connection whose instance is unknown', async () => {
    editor.authority = '';
    editor.answers = ['Stop'];
    await stop();
    expect(editor.asked[0]?.detail).toContain('may be connected');
    expect(editor.ran).toEqual(['workbench.action.remote.close']);
  });

  test('closes nothing if this window is connected to another instance, or none', async () => {
    editor.authority = 'ssh-remote+somewhere-else';
    editor.answers = ['Stop'];
    await stop();
    expect(editor.ran).toEqual([]);
    await person.until(() => person.world.instance(id).status === 'stopped');
    expect(stops()).toBe(1);
  });
});

describe('stopping everything', () => {
  beforeEach(async () => {
    Object.assign(editor, { remoteName: undefined, authority: '' });
    person.addInstance('other', { status: 'running' });
    person.addInstance('resting', { status: 'stopped' });
    await window.store.refresh();
  });

  test('asks once, with names and rates, and stops what is running', async () => {
    editor.answers = ['Stop All'];
    await stopAll(servicesOf());
    expect(editor.asked).toHaveLength(1);
    expect(editor.asked[0]?.message).toMatch(/^Stop all 2 running instances \(\$\d+\.\d+\/hr\)\?$/);
    expect(editor.asked[0]?.detail).toMatch(/^box \(\$.+\/hr\)\nother \(\$.+\/hr\)\n\n/);
    expect(editor.asked[0]?.detail).not.toContain('resting');
    expect(stops()).toBe(2);
  });

  test('stops nothing where the person cancels', async () => {
    await expect(stopAll(servicesOf())).rejects.toThrow();
    expect(stops()).toBe(0);
  });

  test('says so where nothing is running', async () => {
    editor.answers = ['Stop All'];
    await stopAll(servicesOf());
    await person.until(() => person.world.all().every(({ status }) => status === 'stopped'));
    await window.store.refresh();
    await expect(stopAll(servicesOf())).rejects.toThrow('No instance is running');
  });
});
