import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { followOperations } from '../../../../src/views/notifications/operationProgress';
import { hostIds } from '../../../simulator/catalogue';
import { resetWindow, window as editor } from '../../fakeVscode';
import { Person, rtx4090, type Window } from '../../instances/windows';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const minute = 60_000;
const hour = 60 * minute;

let person: Person;
let window: Window;
let id: string;

beforeEach(async () => {
  resetWindow();
  person = new Person({ delays: { boot: 20_000 } });
  id = person.addInstance('box', { holdsGpus: false }).id;
  person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 0);
  window = await open();
});
afterEach(() => person.close());

/** A window that shows what becomes of its operations. */
async function open(): Promise<Window> {
  const opening = person.open({ visible: false, focused: false });
  // As in a real window, nothing begins before somebody listens.
  const { operations } = person.windows.at(-1) ?? expect.fail('it is open');
  const log = { error: vi.fn(), warn: vi.fn(), show: vi.fn() };
  followOperations({
    operations,
    clock: person.clock,
    log: log as never,
    reportedByForm: new WeakSet(),
  });
  const opened = await opening;
  await opened.store.refresh();
  return opened;
}

const attempts = (): number => person.count('POST', '/start');
const isOver = (): boolean => person.journal.records.size === 0;

async function wait(forMs = 12 * hour): Promise<void> {
  await window.operations.begin('startWhenAvailable', id, person.clock.now() + forMs);
}

describe('a start when available, what it sends and what is said of it', () => {
  test('refused 40 times and then granted', async () => {
    await wait();
    await person.until(() => attempts() === 40, 12 * hour);
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.until(isOver, hour);
    expect(attempts()).toBe(41);
    await expect
      .poll(() => editor.messages)
      .toEqual([expect.stringMatching(/^“box” is running \(took .*\)\.$/)]);
  });

  test('canceled after the 10th', async () => {
    await wait();
    await person.until(() => attempts() === 10, hour);
    const [waiting] = window.operations.pending();
    await window.operations.cancel(waiting?.id ?? '');
    await person.until(isOver);
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.clock.advance(hour);
    expect(attempts()).toBe(10);
    expect(editor.messages).toEqual([]);
  });

  test('refused for good at the 5th', async () => {
    await wait();
    await person.until(() => attempts() === 4, hour);
    const body = { error: 'Instance is locked by an administrator' };
    person.service.faults.add({
      method: 'POST',
      path: /\/start$/,
      fault: { kind: 'status', status: 403, body },
    });
    await person.until(isOver, hour);
    await person.clock.advance(hour);
    expect(attempts()).toBe(5);
    await expect.poll(() => editor.messages).toEqual([expect.stringContaining('locked by an administrator')]);
  });

  test('past its deadline', async () => {
    await wait(20.5 * minute);
    await person.until(isOver, hour);
    const sent = attempts();
    expect(sent).toBeGreaterThan(10);
    expect(sent).toBeLessThanOrEqual(16);
    await person.clock.advance(hour);
    expect(attempts()).toBe(sent);
    await expect
      .poll(() => editor.messages)
      .toEqual([expect.stringContaining('No RTX 4090 became available by')]);
    expect(editor.texts).toEqual(
      expect.arrayContaining(['Try Again…', 'Change GPU…', 'Same Instance Elsewhere…']),
    );
  });

  test('over a reload', async () => {
    await wait();
    await person.until(() => attempts() === 3, hour);
    window.close();
    await person.clock.advance(0);
    person.clock.jump(20_000);
    window = await open();
    await person.until(() => window.operations.of(id)?.attempts === 5, hour);
    expect(attempts()).toBe(5);
    person.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 1);
    await person.until(isOver, hour);
    expect(attempts()).toBe(6);
    await expect.poll(() => editor.messages).toEqual([expect.stringMatching(/^“box” is running/)]);
  });
});
