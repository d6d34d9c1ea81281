import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { requestInstance, type RequestedInstance } from '../../../../src/views/forms/createRequest';
import { createRequest } from '../../instances/windows';
import { setUpForm, type FormSetup } from './formSetup';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const minute = 60_000;

let form: FormSetup;
beforeEach(async () => {
  form = await setUpForm();
});
afterEach(() => form.close());

async function ask(): Promise<RequestedInstance> {
  const options = { onProgress: () => undefined, idempotencyKey: 'key' };
  return form.person.outcome(requestInstance(form.parts, createRequest(), options));
}

/** The ID of the instance that was asked for. */
async function idOf(request: Promise<RequestedInstance>): Promise<string> {
  const { outcome } = await request;
  return outcome.kind === 'done' ? outcome.value.id : expect.fail(outcome.error.message);
}

const creates = (): number => form.person.count('POST');

test('the same request again is the same instance', async () => {
  const id = await idOf(ask());
  await form.person.clock.advance(minute);
  expect(await idOf(ask())).toBe(id);
  expect(creates()).toBe(1);
});

test('creates another one right after the first was deleted', async () => {
  const id = await idOf(ask());
  await form.person.outcome(form.window.operations.begin('delete', id));
  await form.person.until(() => form.window.store.session.isGone(id));
  const next = await idOf(ask());
  expect(next).not.toBe(id);
  expect(form.person.world.all().map((instance) => instance.id)).toContain(next);
  expect(creates()).toBe(2);
});

test('sends nothing while the first may just be missing from the list, and a new one when it can’t be', async () => {
  const id = await idOf(ask());
  await form.person.until(() => form.window.operations.pending().length === 0);
  form.person.world.vanish(id);
  // What was known of the instances was lost.
  await form.switchAccount('account-1');
  await form.person.clock.advance(minute);
  await expect(form.person.outcome(ask())).rejects.toThrow('isn’t in the list yet');
  expect(creates()).toBe(1);
  await form.person.clock.advance(5 * minute);
  expect(await idOf(ask())).not.toBe(id);
  expect(creates()).toBe(2);
});
