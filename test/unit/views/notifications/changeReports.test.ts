import { beforeEach, describe, expect, test, vi } from 'vitest';
import type * as vscode from 'vscode';
import {
  BadRequestError,
  NoCapacityError,
  OutcomeUnknownError,
  ServiceError,
} from '../../../../src/api/errors';
import { Deferred } from '../../../../src/base/deferred';
import { Emitter } from '../../../../src/base/emitter';
import { outcomeOfError } from '../../../../src/api/outcome';
import { UnclearCreateError, type InstanceOutcome } from '../../../../src/instances/createOutcome';
import { operationKinds, type OperationKind } from '../../../../src/instances/operations/journal';
import type { OperationQuestion, RunningOperation } from '../../../../src/instances/operations/operations';
import { showOutcome } from '../../../../src/views/notifications/changeReports';
import { followOperations } from '../../../../src/views/notifications/operationProgress';
import { ManualClock } from '../../../simulator/clock';
import { resetWindow, window } from '../../fakeVscode';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const log = { error: vi.fn(), warn: vi.fn(), show: vi.fn() } as unknown as vscode.LogOutputChannel;
const unclear = new OutcomeUnknownError(
  'TensorDock failed (503). It may have succeeded. Check the instance before you try again.',
);

beforeEach(resetWindow);

function fail(kind: OperationKind, error: unknown): string {
  showOutcome(log, { kind, instanceId: 'id', name: 'box' }, outcomeOfError(error));
  return window.messages.join('\n');
}

describe('a change that failed', () => {
  test.each(operationKinds)('is never said to be refused or undone where its end is unknown: %s', (kind) => {
    for (const error of [unclear, new ServiceError('service-down', 'TensorDock is down.')]) {
      resetWindow();
      const message = fail(kind, error);
      expect(message).toContain('unknown whether “box”');
      expect(message).toMatch(/may have succeeded|may still appear/);
      expect(message).not.toMatch(/couldn’t|nothing was/i);
      expect(window.errors).toEqual([]);
    }
  });

  test('is refused with the words of the service where the service answered so', () => {
    expect(fail('stop', new BadRequestError('It is locked.', []))).toBe('Couldn’t stop “box”. It is locked.');
  });

  test('offers to start when a GPU is available where none is', async () => {
    window.answer = 0;
    expect(fail('start', new NoCapacityError('No RTX 4090 is available.'))).toContain(
      'No RTX 4090 is available.',
    );
    await expect.poll(() => window.ran).toEqual([['tensordock.startWhenAvailable', 'id']]);
  });

  test.each([
    ['another GPU', 1, ['tensordock.modifyInstance', 'id']],
    ['one elsewhere', 2, ['tensordock.createLikeThis', 'id', { elsewhere: true }]],
  ])('offers %s where no GPU is available', async (_what, answer, command) => {
    window.answer = answer;
    fail('start', new NoCapacityError('No RTX 4090 is available.'));
    await expect.poll(() => window.ran).toEqual([command]);
  });

  test('offers to wait for a GPU again after a wait that ended', async () => {
    window.answer = 0;
    const message = 'No RTX 4090 became available by 18:00.';
    expect(fail('startWhenAvailable', new NoCapacityError(message))).toBe(`Couldn’t start “box”. ${message}`);
    expect(window.texts).toContain('Try Again…');
    await expect.poll(() => window.ran).toEqual([['tensordock.startWhenAvailable', 'id']]);
  });

  test('offers to try again after a delete, which asks again', async () => {
    window.answer = 0;
    expect(fail('delete', unclear)).toContain('unknown whether “box” was deleted');
    expect(window.texts).toContain('Try Again…');
    await expect.poll(() => window.ran).toEqual([['tensordock.deleteInstance', 'id']]);
  });

  test('shows nothing where the person cancelled it', () => {
    expect(fail('start', new Error('Canceled'))).toBe('');
  });
});

interface Started {
  readonly cancel: () => void;
  readonly accepted: Deferred;
  readonly done: Deferred;
  readonly outcome: Deferred<InstanceOutcome>;
}

describe('an operation', () => {
  const begun = new Emitter<RunningOperation>();
  const reportedByForm = new WeakSet<RunningOperation>();
  const clock = new ManualClock();
  const finds = new Emitter<RunningOperation>();
  const questions = new Emitter<OperationQuestion>();
  const operations = { onDidBegin: begun.event, onDidFind: finds.event, onDidAsk: questions.event };
  followOperations({ operations, clock, log, reportedByForm });

  function begin(kind: OperationKind, byForm = false, isContinued = false): Started {
    const cancel = vi.fn();
    const [accepted, done] = [new Deferred(), new Deferred()];
    const outcome = new Deferred<InstanceOutcome>();
    const operation = {
      record: { id: kind, kind, name: 'box', instanceId: kind === 'create' ? undefined : 'id' },
      message: '',
      onDidReport: new Emitter<string>().event,
      isElsewhere: false,
      isContinued,
      accepted: accepted.promise,
      done: done.promise,
      outcome: outcome.promise,
      cancel,
    } as unknown as RunningOperation;
    done.promise.then(
      () => outcome.resolve({ kind: 'done', value: { id: 'id' } }),
      (error: unknown) => outcome.resolve(outcomeOfError(error)),
    );
    if (byForm) reportedByForm.add(operation);
    begun.fire(operation);
    return { cancel, accepted, done, outcome };
  }

  test.each<[OperationKind, string]>([
    ['delete', '“box” was deleted.'],
    ['stop', '“box” is stopped. It may still be billed until you delete it.'],
    ['modify', '“box” was modified.'],
    ['start', '“box” is running (took 0 s).'],
  ])('reports its end once: %s', async (kind, message) => {
    const { done } = begin(kind);
    done.resolve(undefined);
    await expect.poll(() => window.messages).toEqual([message]);
  });

  test('reports a create whose end is unknown as a create', async () => {
    const { done, outcome } = begin('create');
    const error = new UnclearCreateError('Your list was checked 9 times.', { lists: 9, forMs: 1 });
    outcome.resolve({ kind: 'unknown', error });
    done.reject(error);
    await expect.poll(() => window.messages.length).toBe(1);
    expect(window.messages[0]).toContain('unknown whether “box” was created');
    expect(window.messages[0]).not.toContain('modified');
    expect(window.messages[0]).toContain('checked 9 times');
  });

  test('reports a failure after it was accepted; before that, the command does', async () => {
    const late = begin('stop');
    late.accepted.resolve(undefined);
    late.done.reject(unclear);
    await expect.poll(() => window.messages.length).toBe(1);
    resetWindow();
    const early = begin('stop');
    early.accepted.reject(unclear);
    early.done.reject(unclear);
    await early.done.promise.catch(() => undefined);
    await Promise.resolve();
    expect(window.messages).toEqual([]);
  });

  test('that was continued from another window is reported here, also if it was never accepted', async () => {
    const { accepted, done } = begin('stop', false, true);
    accepted.reject(unclear);
    done.reject(unclear);
    await expect.poll(() => window.messages.length).toBe(1);
    expect(window.messages[0]).toContain('unknown whether “box” was stopped');
  });

  test('that a form began is reported by the form alone', async () => {
    const good = begin('modify', true);
    good.done.resolve(undefined);
    await good.done.promise;
    const bad = begin('modify', true);
    bad.accepted.resolve(undefined);
    bad.done.reject(unclear);
    await bad.done.promise.catch(() => undefined);
    // A later operation of no form is reported, so the two before had their turn.
    begin('delete').done.resolve(undefined);
    await expect.poll(() => window.messages).toEqual(['“box” was deleted.']);
  });

  test.each(['restart', 'modify', 'startWhenAvailable'] as const)(
    'shows a %s in its row and the status bar, not in a notification',
    async (kind) => {
      const { done } = begin(kind);
      expect(window.progress).toEqual([]);
      expect(window.messages).toEqual([]);
      done.resolve(undefined);
      await expect.poll(() => window.messages).toHaveLength(1);
    },
  );
});
