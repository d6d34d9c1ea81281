import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CreatePanel } from '../../../../src/views/forms/createPanel';
import { CloudInitEditors } from '../../../../src/views/forms/cloudInitEditors';
import { Presets } from '../../../../src/views/forms/presets';
import { emptyDraft } from '../../../../src/views/webview/shared/drafts';
import type { Draft, Progress, Result } from '../../../../src/views/webview/shared/protocol';
import { locationIds } from '../../../simulator/catalogue';
import { resetWindow, window as shown } from '../../fakeVscode';
import { rtx4090 } from './catalogFixtures';
import { setUpForm, type FormSetup } from './formSetup';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);

const draft: Draft = {
  ...emptyDraft,
  gpuModel: rtx4090,
  placementId: locationIds.chubbuck,
  image: 'ubuntu2404',
  name: 'trainer',
  access: 'typed',
  typedKey: 'ssh-ed25519 AAAA someone',
};

let form: FormSetup;
let created: CreatePanel;
const reopened: Result[] = [];
const closed: CreatePanel[] = [];

function open(isRestored = false): CreatePanel {
  return new CreatePanel(
    form.webviewPanel,
    {
      ...form.parts,
      feed: form.feed,
      presets: new Presets(form.parts.memory),
      editors: new CloudInitEditors(),
      reopen: ({ result }) => {
        if (result) reopened.push(result);
      },
      closed: (panel) => void closed.push(panel),
    },
    { draft, isRestored },
  );
}

beforeEach(async () => {
  resetWindow();
  reopened.length = 0;
  closed.length = 0;
  form = await setUpForm();
  created = open();
});
afterEach(() => form.close());

const creates = (): number => form.person.count('POST', '/instances');
const results = (): readonly Result[] =>
  form.posted('result').flatMap((message) => ('result' in message ? [message.result] : []));
const submit = (submitId = 'first', changes: Partial<Draft> = {}): void =>
  form.panel.send({ type: 'submit', submitId, draft: { ...draft, ...changes } });

describe('the page', () => {
  test('gets its contents and its account while it loads, and not again when it is ready', async () => {
    expect(form.posted('init')).toMatchObject([{ draft, accountId: 'account-1' }]);
    form.panel.send({ type: 'ready', restored: false });
    expect(form.posted('init')).toHaveLength(1);
    // It says so twice if nothing has come.
    form.panel.send({ type: 'ready', restored: false });
    expect(form.posted('init')).toHaveLength(2);
    await vi.waitFor(() =>
      expect(form.posted('hints')).toMatchObject([
        { hints: { [locationIds.chubbuck]: '3 of 3 starts worked here' } },
      ]),
    );
    for (const type of ['names', 'images', 'presets', 'catalog'] as const)
      expect(form.posted(type), type).not.toEqual([]);
  });

  test('gets all of it again if it was hidden before it had loaded', () => {
    form.panel.show(false);
    form.panel.show(true);
    form.panel.send({ type: 'ready', restored: false });
    expect(form.posted('init')).toMatchObject([{ draft }, { draft, accountId: 'account-1' }]);
    expect(form.posted('catalog').length).toBeGreaterThan(1);
  });

  test('keeps its own contents when it is restored after a reload', () => {
    created.dispose();
    form.panel.posted.length = 0;
    created = open(true);
    expect(form.posted('init')).toEqual([]);
    form.panel.send({ type: 'ready', restored: true, accountId: 'account-1' });
    expect(form.posted('init')).toMatchObject([{ draft: undefined, accountId: 'account-1' }]);
  });

  test('shows the outcome again when it is ready once more', async () => {
    submit();
    await form.person.until(() => results().length > 0);
    form.panel.posted.length = 0;
    form.panel.send({ type: 'ready', restored: true });
    expect(results()).toMatchObject([{ kind: 'created', name: 'trainer' }]);
  });

  test.each([
    { type: 'submit', draft },
    { type: 'submit', submitId: 'x', draft: { ...draft, vcpus: 8 } },
    { type: 'run', command: 'workbench.action.quit' },
    'submit',
    undefined,
  ])('is not obeyed where its message breaks the contract (%#)', async (message) => {
    form.panel.send(message);
    await form.person.clock.advance(5_000);
    expect(creates()).toBe(0);
    expect(results()).toEqual([]);
    expect(shown.ran).toEqual([]);
  });

  test('runs no command with anything but an ID', () => {
    form.panel.send({ type: 'connect', id: 'an-id' });
    expect(shown.ran).toEqual([['tensordock.connect', 'an-id']]);
  });
});

test('a wait for a GPU is for the one that the form has, or for any, in the form’s account', () => {
  form.panel.send({ type: 'watch', model: rtx4090, count: 2 });
  form.panel.send({ type: 'watch' });
  expect(shown.ran).toEqual([
    ['tensordock.watchCapacity', { model: rtx4090, count: 2, account: 'account-1' }],
    ['tensordock.watchCapacity', { model: undefined, count: undefined, account: 'account-1' }],
  ]);
});

describe('a submit', () => {
  test('creates one instance, however often it arrives', async () => {
    submit();
    submit();
    submit('second');
    await form.person.until(() => results().length > 0);
    submit();
    await form.person.clock.advance(5_000);
    expect(creates()).toBe(1);
    expect(results()).toMatchObject([{ kind: 'created' }]);
    expect(form.person.world.all().map(({ name }) => name)).toEqual(['trainer']);
  });

  test('reports its end in the form alone', async () => {
    submit();
    await form.person.until(() => results().length > 0);
    await form.person.clock.advance(1_000);
    expect(shown.messages).toEqual([]);
  });

  test('reports a refusal in the form alone, and can be repeated', async () => {
    form.person.service.faults.add({
      method: 'POST',
      fault: { kind: 'status', status: 400, body: { error: 'No such image.' } },
    });
    submit();
    await form.person.until(() => results().length > 0);
    expect(results()).toMatchObject([{ kind: 'refused' }]);
    expect(JSON.stringify(results())).toContain('No such image');
    expect(shown.messages).toEqual([]);
    submit('second');
    await form.person.until(() => results().length > 1);
    expect(results().at(-1)).toMatchObject({ kind: 'created' });
  });

  test('that nothing answers is unknown, in the form alone, and is not sent again', async () => {
    form.person.service.faults.add({ method: 'POST', fault: { kind: 'drop', when: 'before' } });
    submit();
    await form.person.until(() => results().length > 0, 20 * 60_000);
    expect(results()).toMatchObject([{ kind: 'unknown', name: 'trainer' }]);
    expect(shown.messages).toEqual([]);
    expect(creates()).toBe(1);
  });

  test('with a problem sends nothing', async () => {
    submit('first', { name: '' });
    await form.person.until(() => results().length > 0);
    expect(results()).toMatchObject([{ kind: 'refused' }]);
    expect(creates()).toBe(0);
  });
});

const steps = (): readonly string[] =>
  form.posted('progress').at(-1) === undefined ? [] : lastProgress().done.map(({ step }) => step);

function lastProgress(): Progress {
  const message = form.posted('progress').at(-1);
  if (!message || !('progress' in message)) throw new Error('No progress was posted');
  return message.progress;
}

describe('the progress of a create', () => {
  test('has the steps in order, with their times, as far as the instance is', async () => {
    submit();
    await form.person.until(() => steps().includes('address'));
    expect(steps()).toEqual(['ordered', 'booting', 'address']);
    const times = lastProgress().done.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(lastProgress()).toMatchObject({ name: 'trainer', instanceId: form.person.world.all()[0]?.id });
    expect(lastProgress().summary).toContain('RTX 4090');
  });

  test('goes on after a reload of the window, and sends nothing again', async () => {
    form.person.service.faults.add({ method: 'POST', fault: { kind: 'drop', when: 'after' } });
    submit();
    await form.person.until(() => creates() === 1);
    const progress = lastProgress();
    expect(progress.instanceId).toBeUndefined();
    form.window.close();
    form.panel.posted.length = 0;
    form.window = await form.person.open();
    Object.assign(form.parts, { store: form.window.store, operations: form.window.operations });
    open();
    form.panel.send({ type: 'ready', restored: true, accountId: 'account-1', progress });
    await form.person.until(() => steps().includes('booting'), 20 * 60_000);
    expect(creates()).toBe(1);
    expect(form.person.world.all().map(({ name }) => name)).toEqual(['trainer']);
  });

  test('is unknown, never refused, where nothing is known of the create after a reload', async () => {
    const progress: Progress = {
      submitId: 'old',
      key: 'gone',
      name: 'trainer',
      summary: '',
      windows: false,
      startedAt: 0,
      done: [],
      message: '',
    };
    form.panel.send({ type: 'ready', restored: true, accountId: 'account-1', progress });
    await form.person.until(() => results().length > 0);
    expect(results()).toMatchObject([{ kind: 'unknown', name: 'trainer' }]);
    expect(creates()).toBe(0);
  });

  test('of an instance that is gone says so', async () => {
    submit();
    await form.person.until(() => steps().includes('ordered'));
    const [instance] = form.person.world.all();
    form.person.world.delete('main', instance?.id ?? '');
    await form.person.until(() => lastProgress().problem !== undefined);
    expect(lastProgress().problem).toMatch(/no longer has this instance|being deleted/);
  });

  test('ends for the form when the person goes on with the next instance', async () => {
    submit();
    await form.person.until(() => results().length > 0);
    form.panel.send({ type: 'createAnother' });
    form.panel.posted.length = 0;
    await form.person.clock.advance(60_000);
    expect(form.posted('progress')).toEqual([]);
    submit('second', { name: 'second' });
    await form.person.until(() => results().length > 0);
    expect(creates()).toBe(2);
  });
});

describe('a form of another account', () => {
  test('sends nothing', async () => {
    await form.switchAccount('account-2');
    submit();
    await form.person.until(() => results().length > 0);
    expect(results()).toMatchObject([{ kind: 'refused' }]);
    expect(results()[0]?.message).toContain('Nothing was sent');
    expect(creates()).toBe(0);
    expect(created.isUsable).toBe(false);
  });

  test('sends nothing after it was restored either', async () => {
    form.panel.send({ type: 'ready', restored: true, accountId: 'account-0' });
    submit();
    await form.person.until(() => results().length > 0);
    expect(results()).toMatchObject([{ kind: 'refused' }]);
    expect(results()[0]?.message).toContain('another account');
    expect(creates()).toBe(0);
  });

  test('can be used again once its account is back', async () => {
    await form.switchAccount(undefined);
    expect(created.isUsable).toBe(false);
    await form.switchAccount('account-1');
    expect(created.isUsable).toBe(true);
  });
});

describe('a closed form', () => {
  test('posts nothing more, and loads no GPUs', async () => {
    form.panel.send({ type: 'ready', restored: false });
    await form.person.clock.advance(1_000);
    form.panel.dispose();
    expect(closed).toEqual([created]);
    form.panel.posted.length = 0;
    const before = form.person.count('GET', '/locations');
    form.person.addInstance('another');
    await form.person.clock.advance(10 * 60_000);
    expect(form.panel.posted).toEqual([]);
    expect(form.person.count('GET', '/locations')).toBe(before);
    submit();
    await form.person.clock.advance(5_000);
    expect(creates()).toBe(0);
  });

  test('comes back where its create failed', async () => {
    form.person.service.faults.add({
      method: 'POST',
      fault: { kind: 'status', status: 400, body: { error: 'No such image.' } },
    });
    submit();
    form.panel.dispose();
    await form.person.until(() => reopened.length > 0);
    expect(reopened).toMatchObject([{ kind: 'refused' }]);
    expect(shown.messages).toEqual([]);
  });
});

test('a hidden form is shown where its create failed', async () => {
  form.person.service.faults.add({
    method: 'POST',
    fault: { kind: 'status', status: 400, body: { error: 'No such image.' } },
  });
  submit();
  form.panel.show(false);
  await form.person.until(() => results().length > 0);
  expect(form.panel.revealed).toBe(1);
});

test('a hidden form loads no GPUs', async () => {
  form.panel.show(false);
  await form.person.clock.advance(1_000);
  const before = form.person.count('GET', '/locations');
  await form.person.clock.advance(10 * 60_000);
  expect(form.person.count('GET', '/locations')).toBe(before);
});
