import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ModifyPanel } from '../../../../src/views/forms/modifyPanel';
import type { ModifyDraft, ToModifyForm } from '../../../../src/views/webview/shared/protocol';
import { locationIds } from '../../../simulator/catalogue';
import { resetWindow, window as shown } from '../../fakeVscode';
import { rtx4090 } from './catalogFixtures';
import { setUpForm, type FormSetup } from './formSetup';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

type ModifyResult = Extract<ToModifyForm, { type: 'result' }>;

const draft: ModifyDraft = {
  gpuModel: rtx4090,
  gpuCount: '1',
  vcpus: '16',
  ramGb: '32',
  storageGb: '200',
  placementId: locationIds.chubbuck,
};
const refusal = { kind: 'status', status: 400, body: { error: 'Out of stock of that size.' } } as const;

let form: FormSetup;
let id: string;
const closed: ModifyPanel[] = [];

/** Opens the form of an instance in this state. */
async function open(status: 'stopped' | 'running'): Promise<void> {
  ({ id } = form.person.addInstance('box', { status }));
  await form.window.store.refresh();
  const panel = new ModifyPanel(form.webviewPanel, form.parts, form.feed, id, (each) => closed.push(each));
  form.panel.send({ type: 'ready', instanceId: panel.instanceId });
  await form.person.clock.advance(1_000);
}

beforeEach(async () => {
  resetWindow();
  closed.length = 0;
  form = await setUpForm();
});
afterEach(() => form.close());

const modifies = (): number => form.person.count('PUT', '/modify') + form.person.count('PUT', id);
const results = (): readonly ModifyResult[] =>
  form.posted('result').filter((message) => 'outcome' in message);
const submit = (submitId = 'first', changes: Partial<ModifyDraft> = {}): void =>
  form.panel.send({ type: 'submit', submitId, draft: { ...draft, ...changes } });

describe('the page', () => {
  test('gets its account and the instance when it is ready', async () => {
    await open('stopped');
    expect(form.posted('init')).toMatchObject([{ instanceId: id, accountId: 'account-1' }]);
    expect(form.posted('instance').at(-1)?.instance).toMatchObject({
      id,
      name: 'box',
      mode: 'direct',
      vcpus: 8,
      gpuModel: rtx4090,
    });
    expect(form.panel.title).toBe('Modify box');
  });

  test('follows the instance', async () => {
    await open('stopped');
    form.person.world.bringUp(id);
    await form.window.store.refresh();
    expect(form.posted('instance').at(-1)?.instance).toMatchObject({
      mode: 'restart',
    });
  });

  test('is not obeyed where its message breaks the contract', async () => {
    await open('stopped');
    form.panel.send({ type: 'submit', submitId: '', draft });
    form.panel.send({ type: 'submit', submitId: 'x', draft: { ...draft, vcpus: 16 } });
    await form.person.clock.advance(5_000);
    expect(modifies()).toBe(0);
    expect(results()).toEqual([]);
  });
});

describe('a submit', () => {
  test('modifies the instance once, and reports that in the form alone', async () => {
    await open('stopped');
    submit();
    submit();
    submit('second');
    await form.person.until(() => results().length > 0);
    submit();
    await form.person.clock.advance(5_000);
    expect(modifies()).toBe(1);
    expect(results()).toMatchObject([{ outcome: 'done', message: 'box was modified and is still stopped.' }]);
    expect(form.person.world.instance(id).sizes.vcpus).toBe(16);
    expect(shown.messages).toEqual([]);
  });

  test('reports a refusal in the form alone', async () => {
    await open('stopped');
    form.person.service.faults.add({ method: 'PUT', times: 2, fault: refusal });
    submit();
    await form.person.until(() => results().length > 0);
    await form.person.clock.advance(5_000);
    expect(results()).toMatchObject([{ outcome: 'refused' }]);
    expect(results()[0]?.message).toContain('Out of stock of that size');
    expect(shown.messages).toEqual([]);
  });

  test('reports a refusal in one notification where the form is hidden', async () => {
    await open('stopped');
    form.person.service.faults.add({ method: 'PUT', times: 2, fault: refusal });
    submit();
    form.panel.show(false);
    await form.person.until(() => results().length > 0);
    await form.person.clock.advance(5_000);
    expect(shown.messages).toHaveLength(1);
    expect(shown.messages[0]).toContain('Couldn’t modify “box”.');
    expect(shown.messages[0]).toContain('Out of stock of that size');
  });

  test('that nothing answers is unknown, and never called refused', async () => {
    await open('stopped');
    form.person.service.faults.add({ method: 'PUT', times: 5, fault: { kind: 'html', status: 502 } });
    submit();
    form.panel.show(false);
    await form.person.until(() => results().length > 0);
    await form.person.clock.advance(5_000);
    expect(results()).toMatchObject([{ outcome: 'unknown' }]);
    expect(shown.messages).toHaveLength(1);
    expect(shown.messages[0]).toContain('It’s unknown whether “box” was modified.');
    expect(shown.errors).toEqual([]);
  });

  test('asks before it stops a running instance', async () => {
    await open('running');
    submit();
    await form.person.until(() => results().length > 0);
    expect(shown.messages).toEqual(['Stop box, modify it, and start it again?']);
    expect(form.person.count('POST', 'stop')).toBe(0);
    expect(modifies()).toBe(0);
    expect(results()).toMatchObject([{ outcome: 'refused', message: '' }]);
  });
});

describe('a form of another account', () => {
  test('sends nothing', async () => {
    await open('stopped');
    await form.switchAccount('account-2');
    submit();
    await form.person.until(() => results().length > 0);
    expect(results()).toMatchObject([{ outcome: 'refused' }]);
    expect(results()[0]?.message).toContain('Nothing was sent');
    expect(modifies()).toBe(0);
  });

  test('sends nothing where the account was switched during the question', async () => {
    await open('running');
    shown.answer = 0;
    shown.beforeAnswer = () => void form.switchAccount('account-2');
    submit();
    await form.person.until(() => results().length > 0);
    await form.person.clock.advance(5_000);
    expect(results()).toMatchObject([{ outcome: 'refused' }]);
    expect(results()[0]?.message).toContain('another account');
    expect(form.person.count('POST', 'stop') + modifies()).toBe(0);
  });

  test('that was restored is unavailable', async () => {
    await open('stopped');
    form.panel.posted.length = 0;
    form.panel.send({ type: 'ready', instanceId: id, accountId: 'account-0' });
    await form.person.clock.advance(1_000);
    expect(form.posted('unavailable')).toHaveLength(1);
    expect(JSON.stringify(form.posted('unavailable'))).toContain('another account');
  });
});

test('a closed form posts nothing more', async () => {
  await open('stopped');
  form.panel.dispose();
  expect(closed).toHaveLength(1);
  form.panel.posted.length = 0;
  form.person.world.bringUp(id);
  await form.window.store.refresh();
  submit();
  await form.person.clock.advance(60_000);
  expect(form.panel.posted).toEqual([]);
  expect(modifies()).toBe(0);
});

test('an instance that TensorDock doesn’t have is unavailable', async () => {
  const gone = '00000000-0000-4000-8000-000000000000';
  new ModifyPanel(form.webviewPanel, form.parts, form.feed, gone, () => undefined);
  form.panel.send({ type: 'ready', instanceId: gone });
  await form.person.until(() => form.posted('unavailable').length > 0);
  expect(form.posted('instance')).toEqual([]);
});
