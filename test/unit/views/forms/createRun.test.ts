import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { delay } from '../../../../src/base/clock';
import type { BannerResult, BannerWaitOptions } from '../../../../src/ssh/connect/banner';
import { CreateRun } from '../../../../src/views/forms/createRun';
import type { CreateStep, Progress } from '../../../../src/views/webview/shared/protocol';
import { createRequest } from '../../instances/windows';
import { setUpForm, type FormSetup } from './formSetup';

vi.mock('vscode', async () => (await import('../../fakeVscode')).fakeVscode);
vi.mock('../../../../src/ssh/connect/banner', () => ({
  waitForBanner: async ({ clock }: BannerWaitOptions): Promise<BannerResult> => {
    await delay(clock, 90_000);
    return { kind: 'ready', banner: 'SSH-2.0-test' };
  },
}));

const fresh: Omit<Progress, 'startedAt'> = {
  submitId: 's',
  key: 'k',
  name: 'made',
  summary: '',
  windows: false,
  done: [],
  message: '',
};

let form: FormSetup;
beforeEach(async () => {
  form = await setUpForm();
});
afterEach(() => form.close());

function newRun(progress: Progress): CreateRun {
  return new CreateRun(form.parts, progress, { changed: () => undefined, isVisible: () => true });
}

function timeOf({ progress }: CreateRun, wanted: CreateStep): number {
  return progress.done.find(({ step }) => step === wanted)?.at ?? expect.fail(`${wanted} was reached`);
}

test('records how long SSH took after the create, unless a reload may have missed when it answered', async () => {
  const run = newRun({ ...fresh, startedAt: form.person.clock.now() });
  void run.send(createRequest());
  await form.person.until(() => run.isOver);
  const tookMs = timeOf(run, 'ssh') - timeOf(run, 'ordered');
  expect(tookMs).toBeGreaterThanOrEqual(90_000);
  expect(form.sshTimes).toEqual([[form.person.world.all()[0]?.id, tookMs]]);

  const done = run.progress.done.filter(({ step }) => step !== 'ssh' && step !== 'ready');
  const resumed = newRun({ ...run.progress, done });
  await resumed.resume();
  await form.person.until(() => resumed.isOver);
  expect(timeOf(resumed, 'ssh')).toBeGreaterThan(timeOf(run, 'ssh'));
  expect(form.sshTimes).toHaveLength(1);
});

test('says when the instance is deleted meanwhile, so that nobody is asked to connect to it', async () => {
  const run = newRun({ ...fresh, startedAt: form.person.clock.now() });
  void run.send(createRequest());
  await form.person.until(() => run.progress.done.some(({ step }) => step === 'address'));
  const id = run.progress.instanceId ?? expect.fail('It has no ID');
  await form.window.operations.begin('delete', id);
  await form.person.until(() => run.isOver);
  expect(run.progress).toMatchObject({ isGone: true });
  expect(run.progress.problem).toMatch(/deleted|no longer/);
});

test('records no time of a create that TensorDock did not confirm', async () => {
  form.person.service.faults.add({ method: 'POST', fault: { kind: 'drop', when: 'after' } });
  const run = newRun({ ...fresh, startedAt: form.person.clock.now() });
  void run.send(createRequest());
  await form.person.until(() => run.isOver, 20 * 60_000);
  expect(timeOf(run, 'ssh')).toBeGreaterThan(0);
  expect(form.sshTimes).toEqual([]);
});
