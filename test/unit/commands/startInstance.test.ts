import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect } from '../../../src/commands/connect';
import type { Services } from '../../../src/commands/services';
import { startInstance } from '../../../src/commands/startInstance';
import { resetWindow, window as editor } from '../fakeVscode';
import { Person, type Window } from '../instances/windows';
import { commandServices } from './support';

vi.mock('vscode', async () => (await import('../fakeVscode')).fakeVscode);

let person: Person;
let window: Window;
let lost: string;
let kept: string;

beforeEach(async () => {
  resetWindow();
  person = new Person();
  lost = person.addInstance('lost', { status: 'stoppeddisassociated', holdsGpus: false }).id;
  kept = person.addInstance('kept').id;
  window = await person.open();
  await person.clock.advance(1_000);
});
afterEach(() => person.close());

const services = (): Services => commandServices(person, window);

const node = (id: string): object => ({ kind: 'instance', id });
const several = (ids: readonly string[]): readonly unknown[] => {
  const nodes = ids.map(node);
  return [nodes[0], nodes];
};
const starts = (): number => person.count('POST', '/start');

describe('starting an instance whose GPU was released', () => {
  test('still starts it', async () => {
    editor.answer = 0;
    await startInstance(services(), [node(lost)]);
    expect(starts()).toBe(1);
    expect(editor.texts[0]).toBe('The GPU of “lost” was released. How do you want to go on?');
  });

  test.each([
    ['to wait for the GPU', 1, (id: string) => ['tensordock.startWhenAvailable', id]],
    ['to change the GPU', 2, (id: string) => ['tensordock.modifyInstance', id]],
    ['the same elsewhere', 3, (id: string) => ['tensordock.createLikeThis', id, { elsewhere: true }]],
  ])('offers %s instead, and starts nothing', async (_what, answer, command) => {
    editor.answer = answer;
    await expect(startInstance(services(), [node(lost)])).rejects.toThrow('Canceled');
    expect(editor.ran).toEqual([command(lost)]);
    expect(starts()).toBe(0);
  });

  test('starts nothing if the question is dismissed', async () => {
    await expect(startInstance(services(), [node(lost)])).rejects.toThrow('Canceled');
    expect(editor.ran).toEqual([]);
    expect(starts()).toBe(0);
  });

  test('offers the same to a person who connects to it', async () => {
    editor.answer = 3;
    await expect(connect(services(), [node(lost)], 'terminal')).rejects.toThrow('Canceled');
    expect(editor.ran).toEqual([['tensordock.createLikeThis', lost, { elsewhere: true }]]);
  });
});

test.each([
  ['a program that asks for no questions', () => [lost, { confirm: false }]],
  ['an instance that still has its GPU', () => [node(kept)]],
  ['several instances', () => several([lost, kept])],
])('nothing is asked before the start of %s', async (_what, args) => {
  await startInstance(services(), args()).catch(() => undefined);
  expect(editor.texts.filter((text) => text.includes('How do you want'))).toEqual([]);
  expect(starts()).toBeGreaterThan(0);
});
