import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AccountCommands, type CommandAccount } from '../../../src/commands/accountCommands';
import type { SignedIn } from '../../../src/instances/signedIn';
import { LedgerOfAll } from '../../../src/cost/ledgerOfAll';
import { resetWindow, window as editor } from '../fakeVscode';
import { Person, type Window } from '../instances/windows';
import { watchEnd } from '../instances/operations/support';
import { commandServices } from './support';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

/** Two accounts, each with a service of its own. */
const people = new Map<string, Person>();
const windows = new Map<string, Window>();
let all: readonly CommandAccount[];
let shown: readonly string[];
let commands: AccountCommands;

const names: Readonly<Record<string, string>> = { home: 'Home', work: 'Work' };

beforeEach(async () => {
  resetWindow();
  const accounts: CommandAccount[] = [];
  for (const [index, id] of Object.keys(names).entries()) {
    const person = new Person({ randomSeed: index + 1 });
    const window = await person.openWith(`${id}-box`);
    people.set(id, person);
    windows.set(id, window);
    const services = { ...commandServices(person, window), accountName: () => names[id] };
    accounts.push({ id, services } as unknown as CommandAccount);
  }
  all = accounts;
  shown = ['home'];
  const of = (id: string): CommandAccount | undefined => all.find((account) => account.id === id);
  const signedIn = {
    all: () => all,
    shown: () => shown.map(of),
    of,
    nameOf: (id: string) => (of(id) ? names[id] : undefined),
  } as unknown as SignedIn<CommandAccount>;
  commands = new AccountCommands({ signedIn, ledger: new LedgerOfAll(() => []) });
});

afterEach(() => {
  for (const person of people.values()) person.close();
});

function person(id: string): Person {
  const found = people.get(id);
  if (!found) throw new Error(id);
  return found;
}

const boxOf = (id: string): string => person(id).idOf(`${id}-box`);
const node = (account: string): object => ({ kind: 'instance', account, id: boxOf(account) });
const stops = (id: string): number => person(id).count('POST', '/stop');

/** Runs the command to its end, for which the clocks of both services have to be turned. */
async function run(...args: readonly unknown[]): Promise<void> {
  const ending = commands.run('tensordock.stopInstance', args);
  const hasEnded = watchEnd(ending);
  while (!hasEnded()) for (const each of people.values()) await each.clock.advance(1_000);
  await ending;
}

/** The stops that were sent, by account. */
const sent = (): readonly number[] => Object.keys(names).map(stops);

describe('a command about an instance', () => {
  test('goes to its account, whichever is shown, and the question names it', async () => {
    editor.answer = 0;
    await run(node('work'), [node('work')]);
    expect(editor.texts.join('\n')).toContain('Account: Work');
    expect(sent()).toEqual([0, 1]);
  });

  test('goes to the account that has the ID, if a notification or a program gives it alone', async () => {
    editor.answer = 0;
    await run(boxOf('work'), { confirm: false });
    expect(sent()).toEqual([0, 1]);
  });

  test('stays with its account if another one is shown while the question is open', async () => {
    editor.answer = 0;
    shown = ['work'];
    editor.beforeAnswer = () => void (shown = ['home']);
    await run(node('work'), [node('work')]);
    expect(sent()).toEqual([0, 1]);
  });

  test('asks once for each account if rows of several are selected', async () => {
    editor.answer = 0;
    shown = ['home', 'work'];
    const rows = [node('home'), node('work')];
    await run(rows[0], rows);
    expect(editor.texts.filter((text) => text.startsWith('Account: '))).toHaveLength(2);
    expect(sent()).toEqual([1, 1]);
  });

  test('does nothing for an account that was signed out meanwhile, and says so', async () => {
    editor.answer = 0;
    const row = node('work');
    all = all.slice(0, 1);
    all = [...all, { ...all[0], id: 'third' } as CommandAccount];
    await run(row, [row]);
    expect(editor.errors.join()).toContain('no longer signed in');
    expect(sent()).toEqual([0, 0]);
  });

  test('is refused if several accounts have the ID', async () => {
    const home = windows.get('home');
    const twin = home && { ...all[1]?.services, store: home.store };
    all = [...all.slice(0, 1), { ...all[1], services: twin } as unknown as CommandAccount];
    await expect(run(boxOf('home'), { confirm: false })).rejects.toThrow('Several accounts');
    expect(sent()).toEqual([0, 0]);
  });
});

describe('a command about nothing in particular', () => {
  test('is about the one account that is shown', async () => {
    editor.answer = 0;
    await run();
    expect(editor.texts).not.toContain('Select an account');
    expect(sent()).toEqual([1, 0]);
  });

  test('asks which account where several are shown, and does nothing if that is dismissed', async () => {
    shown = ['home', 'work'];
    await run();
    expect(editor.texts).toContain('Select an account');
    expect(editor.errors).toEqual([]);
    expect(sent()).toEqual([0, 0]);
  });
});
