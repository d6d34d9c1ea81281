import { describe, expect, it, vi } from 'vitest';
import { latestMs, phaseOf } from '../../../src/automation/schedule';
import { Deferred } from '../../../src/base/deferred';
import { ManualClock } from '../../simulator/clock';
import { hour, minute, monday, newFolder, rowOf } from '../cost/support';
import { inAnHour, knows, newWindow, pass, type Window } from './windows';

it('is kept if the account changes while its instance is requested', async () => {
  const clock = new ManualClock(monday);
  const window = await newWindow(await newFolder(), clock);
  await window.schedules.set(inAnHour);
  window.store.answer = () => {
    window.store.signIn('account-2');
    return undefined;
  };
  await pass(clock, hour + minute, window);
  expect(window.schedules.list('account-1')).toHaveLength(1);
  expect(window.operations.begun).toEqual([]);
});

describe('only a proof ends a schedule', () => {
  it('a single 404 does not', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    window.store.answer = () => undefined;
    await pass(clock, hour + 30_000, window);
    expect(window.operations.begun).toEqual([]);
    expect(window.schedules.list()).toHaveLength(1);

    window.store.answer = () => rowOf('a', 'running', 1);
    await pass(clock, 2 * minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
  });

  it('two 404s a minute apart do', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    window.store.answer = () => undefined;
    await pass(clock, hour + 3 * minute, window);
    expect(window.operations.begun).toEqual([]);
    expect(window.schedules.list()).toEqual([]);
    expect(window.missed).toEqual([]);
  });

  it('two 404s do not where the service answered otherwise in between', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    const answers = [undefined, rowOf('a', 'stopping', 1), undefined, rowOf('a', 'running', 1)];
    window.store.answer = () => answers.shift();
    await pass(clock, hour + 6 * minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
  });

  it('a failed request with an old row "stopped" does not, also when it was missed', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1));
    window.store.fail();
    window.operations.accept = () => Promise.reject(new Error('TensorDock does not answer.'));
    await pass(clock, hour + latestMs + 2 * minute, window);
    expect(window.schedules.list()).toHaveLength(1);
    expect(window.missed).toHaveLength(1);
  });
});

describe('a person who changes their mind during the last check', () => {
  it.each([
    ['Don’t Stop', async (window: Window, id: string) => window.schedules.cancel(id)],
    ['In 1 Hour', async (window: Window, id: string) => window.schedules.extend(id, hour)],
  ])('is heard: %s, in another window', async (button, press) => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    const { id } = await one.schedules.set(inAnHour);
    await knows(other, 1);
    other.schedules.dispose();
    const person = await newWindow(folder, new ManualClock(monday));
    const check = new Deferred();
    const session = one.store.sessionOf('account-1') ?? expect.fail('signed in');
    const { getInstance } = session.api;
    one.store.sessionOf = () => ({
      ...session,
      api: {
        ...session.api,
        getInstance: async (instanceId: string) => {
          await check.promise;
          return getInstance(instanceId);
        },
      },
    });
    await clock.advance(hour);
    await vi.waitFor(() => {
      expect(phaseOf(one.schedules.of('a') ?? expect.fail('scheduled'), clock.now())).toBe('stopping');
    }, 5_000);
    await press(person, id);
    check.resolve(undefined);
    await one.schedules.settled();
    expect(one.operations.begun).toEqual([]);
    expect(one.schedules.list().map(({ at }) => at)).toEqual(
      button === 'In 1 Hour' ? [monday + 2 * hour] : [],
    );
  });
});

it('stops nothing where the account changes right after the claim', async () => {
  const clock = new ManualClock(monday);
  const window = await newWindow(await newFolder(), clock);
  await window.schedules.set(inAnHour);
  window.store.sessionOf = () => undefined;
  await pass(clock, hour + minute, window);
  expect(window.operations.begun).toEqual([]);
  expect(window.schedules.list('account-1')).toHaveLength(1);
});
