import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Schedule } from '../../../src/automation/schedule';
import { followStarts } from '../../../src/automation/unusedStops';
import { silentLogger } from '../../../src/base/logger';
import { startWhenAvailable } from '../../../src/commands/startWhenAvailable';
import { hostIds } from '../../simulator/catalogue';
import { resetWindow, window as editor } from '../fakeVscode';
import { Person, rtx4090, type Window } from '../instances/windows';
import { commandServices } from './support';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

const hour = 3_600_000;

let person: Person;
let window: Window;
let ids: readonly string[];

beforeEach(async () => {
  resetWindow();
  person = new Person();
  window = await person.open();
  person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
  ids = ['box', 'bag'].map((name) => person.addInstance(name, { holdsGpus: false }).id);
  await window.store.refresh();
});
afterEach(() => person.close());

async function run(...args: readonly unknown[]): Promise<void> {
  await startWhenAvailable(commandServices(person, window), args);
}

const node = (id: string | undefined): object => ({ kind: 'instance', id });

function deadlines(): readonly (number | undefined)[] {
  return [...person.journal.records.values()].map(({ until }) => until);
}

describe('Start When Available', () => {
  test('asks how long to wait, once for all instances', async () => {
    editor.answer = 1;
    const nodes = ids.map(node);
    await run(nodes[0], nodes);
    expect(editor.texts.filter((text) => text === 'How long do you want to wait for a GPU?')).toHaveLength(1);
    const until = person.clock.now() + 4 * hour;
    expect(deadlines()).toEqual([until, until]);
  });

  test('waits longer than a day only if the person enters it', async () => {
    editor.answer = 4;
    editor.typed = '3d';
    await run(node(ids[0]));
    expect(deadlines()).toEqual([person.clock.now() + 72 * hour]);
    expect(editor.texts).toContain('For 24 hours');
    expect(editor.texts.join()).not.toMatch(/For (2[5-9]|[3-9]\d) hours/);
  });

  test('begins nothing if the question is dismissed', async () => {
    await expect(run(node(ids[0]))).rejects.toThrow('Canceled');
    expect(person.journal.records.size).toBe(0);
    expect(person.count('POST', '/start')).toBe(0);
  });

  test('asks a person who came from a notification, which gives the ID alone', async () => {
    editor.answer = 0;
    await run(ids[0]);
    expect(deadlines()).toEqual([person.clock.now() + hour]);
  });

  test('asks nothing if a program says so, and waits 24 hours', async () => {
    await run(ids[0], { confirm: false });
    expect(editor.texts).toEqual([]);
    expect(person.journal.records.size).toBe(1);
    await person.clock.advance(23 * hour);
    expect(person.journal.records.size).toBe(1);
    await person.clock.advance(hour + 120_000);
    expect(person.journal.records.size).toBe(0);
  });

  test('schedules a stop when it starts, unless somebody connects, if the person asks for it', async () => {
    editor.answer = 2;
    const made: Schedule[] = [];
    const { clock } = person;
    followStarts({
      operations: window.operations,
      schedules: {
        set: async (wish) => ({ ...wish, id: '', accountId: wish.accountId ?? '', at: wish.at ?? 0 }),
      },
      clock,
      log: silentLogger,
      onDidSchedule: (one) => made.push(one),
      onDidFail: () => undefined,
    });
    await run(node(ids[0]));
    await clock.advance(hour);
    expect(made).toEqual([]);
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.until(() => made.length > 0);
    expect(made).toMatchObject([{ instanceId: ids[0], name: 'box', unlessConnected: true }]);
    expect(made[0]?.at).toBeCloseTo(clock.now() + 2 * hour, -4);
  });

  test('a window that is killed before it has saved that stop leaves it to another one', async () => {
    editor.answer = 2;
    const { clock } = person;
    const made: Schedule[] = [];
    const lost: string[] = [];
    const follow = ({ operations }: Window, set: () => Promise<void>): void =>
      followStarts({
        operations,
        schedules: {
          set: async (wish) => {
            await set();
            return { ...wish, id: '', accountId: wish.accountId ?? '', at: wish.at ?? 0 };
          },
        },
        clock,
        log: silentLogger,
        onDidSchedule: (one) => made.push(one),
        onDidFail: ({ name }) => lost.push(name),
      });
    let isSaving = false;
    follow(window, async () => {
      isSaving = true;
      await new Promise(() => undefined);
    });
    await run(node(ids[0]));
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.until(() => isSaving);
    window.close();
    person.journal.loseClaims();
    const other = await person.open();
    follow(other, async () => Promise.resolve());
    await person.until(() => made.length > 0);
    expect(made).toMatchObject([{ instanceId: ids[0], accountId: other.store.status.accountId }]);
    expect(person.count('POST', '/start')).toBeGreaterThan(0);
    expect(lost).toEqual([]);
  });

  test('says that the instance stays on where the stop can’t be saved', async () => {
    editor.answer = 2;
    const lost: string[] = [];
    followStarts({
      operations: window.operations,
      schedules: { set: async () => Promise.reject(new Error('no space left on device')) },
      clock: person.clock,
      log: silentLogger,
      onDidSchedule: () => undefined,
      onDidFail: ({ name }) => lost.push(name),
    });
    await run(node(ids[0]));
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.until(() => lost.length > 0);
    expect(lost).toEqual(['box']);
    await person.until(() => person.journal.records.size === 0);
  });
});
