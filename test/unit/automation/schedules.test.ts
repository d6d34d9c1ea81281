import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/base/logger';
import { everyDay } from '../../../src/automation/repeat';
import { latestMs, phaseOf, type Schedule } from '../../../src/automation/schedule';
import { Deferred } from '../../../src/base/deferred';
import { Schedules } from '../../../src/automation/schedules';
import { ManualClock } from '../../simulator/clock';
import {
  hour,
  minute,
  monday,
  newFolder,
  own,
  rowOf,
  StandInOperations,
  StandInStore,
} from '../cost/support';

interface Window {
  readonly store: StandInStore;
  readonly operations: StandInOperations;
  readonly schedules: Schedules;
  readonly warned: Schedule[];
  readonly missed: Schedule[];
  /** The instances that this window knows some window to be connected to. */
  readonly connected: Set<string>;
}

async function newWindow(folder: string, clock: ManualClock): Promise<Window> {
  const store = new StandInStore();
  const operations = new StandInOperations();
  store.list(clock.now(), rowOf('a', 'running', 1), rowOf('b', 'running', 1));
  const connected = new Set<string>();
  const isConnected = (id: string): boolean => connected.has(id);
  const schedules = own(new Schedules({ folder, clock, log: silentLogger, store, operations, isConnected }));
  const window: Window = { store, operations, schedules, warned: [], missed: [], connected };
  schedules.onDidWarn((schedule) => window.warned.push(schedule));
  schedules.onDidMiss(({ schedule }) => window.missed.push(schedule));
  await schedules.settled();
  return window;
}

/** Turns the time on in steps, and lets all windows come to rest in between. */
async function pass(clock: ManualClock, ms: number, ...windows: Window[]): Promise<void> {
  for (let left = ms; left > 0; left -= minute) {
    await clock.advance(Math.min(left, minute));
    for (const { schedules } of windows) await schedules.settled();
  }
}

async function knows(window: Window, count: number): Promise<void> {
  await vi.waitFor(() => expect(window.schedules.list()).toHaveLength(count), 5_000);
}

/** The schedules that wait for a decision. */
function missedIn(window: Window, clock: ManualClock): readonly Schedule[] {
  return window.schedules.list().filter((schedule) => phaseOf(schedule, clock.now()) === 'missed');
}

const inAnHour = { instanceId: 'a', name: 'alpha', at: monday + hour };

describe('a scheduled stop', () => {
  it('is carried out at its time, once, of two windows', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    await one.schedules.set(inAnHour);
    await knows(other, 1);

    await pass(clock, hour - minute, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual([]);
    await pass(clock, 2 * minute, one, other);
    await knows(one, 0);
    await knows(other, 0);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop a']);
    await pass(clock, 20 * minute, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toHaveLength(1);
  });

  it('is warned of five minutes and one minute before, in one window, and can be put off', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    const { id } = await one.schedules.set(inAnHour);
    await knows(other, 1);
    await pass(clock, 54 * minute, one, other);
    expect([...one.warned, ...other.warned]).toEqual([]);
    await pass(clock, 2 * minute, one, other);
    expect([...one.warned, ...other.warned]).toMatchObject([{ id, at: monday + hour }]);

    await pass(clock, 3.5 * minute, one, other);
    expect([...one.warned, ...other.warned]).toHaveLength(2);
    await pass(clock, 0.25 * minute, one, other);
    expect([...one.warned, ...other.warned]).toHaveLength(2);
    expect(await other.schedules.extend(id, hour)).toMatchObject({ at: monday + 2 * hour });
    await pass(clock, 10 * minute, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual([]);
    await pass(clock, 49.5 * minute, one, other);
    expect([...one.warned, ...other.warned]).toHaveLength(4);
    await pass(clock, 2 * minute, one, other);
    await vi.waitFor(
      () => expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop a']),
      5_000,
    );
  });

  it('is not warned of where it is set for the next minutes, or the instance is off', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1), rowOf('b', 'running', 1));
    await window.schedules.set(inAnHour);
    await window.schedules.set({ instanceId: 'b', name: 'b', at: monday + minute });
    await pass(clock, 58 * minute, window);
    expect(window.warned).toEqual([]);
    expect(window.operations.begun).toEqual(['stop b']);
  });

  it('is over when it is cancelled in another window', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    const { id } = await one.schedules.set(inAnHour);
    await other.schedules.cancel(id);
    await knows(one, 0);
    await pass(clock, 2 * hour, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual([]);
    expect(await one.schedules.extend(id, hour)).toBeUndefined();
  });

  it('replaces an earlier one of the same instance', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    await window.schedules.set({ ...inAnHour, at: monday + 2 * hour });
    expect(window.schedules.list()).toMatchObject([{ at: monday + 2 * hour }]);
    expect(window.schedules.of('a')?.at).toBe(monday + 2 * hour);
  });

  it('survives a reload', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const before = await newWindow(folder, clock);
    await before.schedules.set(inAnHour);
    before.schedules.dispose();
    const after = await newWindow(folder, clock);
    await knows(after, 1);
    await pass(clock, hour + minute, after);
    expect(after.operations.begun).toEqual(['stop a']);
    expect(before.operations.begun).toEqual([]);
  });

  it('does nothing to an instance that is off by then, and is over', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    window.store.answer = () => rowOf('a', 'stoppeddisassociated', 1);
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual([]);
    expect(window.schedules.list()).toEqual([]);
  });

  it('asks the service first: a row of before may be wrong', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1));
    await window.schedules.set(inAnHour);
    window.store.answer = () => rowOf('a', 'running', 1);
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
  });

  it('is tried all the same where the service cannot say whether it is off', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1));
    await window.schedules.set(inAnHour);
    window.store.fail();
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
  });

  it('is dropped when its instance is deleted', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    window.store.goneIds.fire(['a']);
    await knows(window, 0);
  });
});

describe('a stop that fails', () => {
  it('is retried every minute, and reported as missed with the reason when it’s too late', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    for (const { operations } of [one, other]) {
      operations.accept = () => Promise.reject(new Error('TensorDock does not answer.'));
    }
    await one.schedules.set(inAnHour);
    await knows(other, 1);
    await pass(clock, hour + 3 * minute, one, other);
    const tries = [...one.operations.begun, ...other.operations.begun].length;
    expect(tries).toBeGreaterThanOrEqual(2);
    expect(tries).toBeLessThanOrEqual(4);
    expect(one.schedules.of('a')?.problem).toBe('TensorDock does not answer.');

    await pass(clock, latestMs, one, other);
    expect([...one.missed, ...other.missed]).toMatchObject([{ problem: 'TensorDock does not answer.' }]);
    expect(missedIn(one, clock)).toHaveLength(1);
  });

  it('succeeds when the service is back in time', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.operations.accept = () => Promise.reject(new Error('TensorDock does not answer.'));
    await window.schedules.set(inAnHour);
    await pass(clock, hour + minute, window);
    window.operations.accept = () => Promise.resolve();
    await pass(clock, 3 * minute, window);
    expect(window.schedules.list()).toEqual([]);
    expect(window.missed).toEqual([]);
  });

  it('is not tried again where a person cancelled it', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    window.operations.accept = () => Promise.reject(new DOMException('Cancelled', 'AbortError'));
    await window.schedules.set(inAnHour);
    await pass(clock, hour + 5 * minute, window);
    expect(window.schedules.list()).toEqual([]);
    expect(window.operations.begun).toHaveLength(1);
  });

  it('is taken up by another window when its own closes in the midst of it', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const one = await newWindow(folder, clock);
    const closing = new AbortController();
    one.operations.accept = () =>
      new Promise((_resolve, reject) => {
        closing.signal.addEventListener('abort', () => reject(new DOMException('Cancelled', 'AbortError')));
      });
    await one.schedules.set(inAnHour);
    await clock.advance(hour);
    await vi.waitFor(() => expect(one.operations.begun).toEqual(['stop a']), 5_000);
    one.schedules.dispose();
    closing.abort();

    const other = await newWindow(folder, clock);
    await knows(other, 1);
    expect(phaseOf(other.schedules.list()[0] ?? expect.fail('it is there'), clock.now())).toBe('stopping');
    await pass(clock, 4 * minute, other);
    expect(other.operations.begun).toEqual(['stop a']);
    expect(other.schedules.list()).toEqual([]);
  });

  it('is not asked for twice where the other window noted it as an operation', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    const { record } = await new StandInOperations().begin('stop', 'a');
    window.operations.noted = { ...record, attendedAt: clock.now() + hour };
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual([]);
    // That stop may still fail, so the schedule goes on until the instance is seen to be off.
    expect(window.schedules.list()).toHaveLength(1);
    window.operations.noted = undefined;
    window.store.list(clock.now(), rowOf('a', 'stopped', 1, 'box'));
    await pass(clock, 2 * minute, window);
    expect(window.operations.begun).toEqual([]);
    expect(window.schedules.list()).toEqual([]);
  });

  it('is carried out if the stop that was under way fails', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(inAnHour);
    const { record: other } = await new StandInOperations().begin('stop', 'a');
    window.operations.noted = { ...other, attendedAt: clock.now() + hour };
    await pass(clock, hour + minute, window);
    window.operations.noted = undefined;
    await pass(clock, 2 * minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
  });

  it('that was accepted and shows no effect leads to a question, and isn’t sent again', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    const begin = window.operations.begin.bind(window.operations);
    window.operations.begin = async (kind, id) => {
      const done = Promise.reject(new Error('The instance didn’t stop.'));
      done.catch(() => undefined);
      return { ...(await begin(kind, id)), done };
    };
    await window.schedules.set(inAnHour);
    await pass(clock, hour + 5 * minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
    expect(window.missed).toMatchObject([{ name: 'alpha' }]);
    expect(window.schedules.list()).toHaveLength(1);
    window.store.list(clock.now(), rowOf('a', 'stopped', 1, 'box'));
    await pass(clock, hour + 5 * minute, window);
    expect(window.schedules.list()).toEqual([]);
    expect(window.missed).toHaveLength(1);
  });
});

describe('a stop that no window was open for', () => {
  async function missedOne(): Promise<{ clock: ManualClock; folder: string; window: Window }> {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const before = await newWindow(folder, clock);
    await before.schedules.set(inAnHour);
    before.schedules.dispose();
    await clock.advance(hour + latestMs + minute);
    const window = await newWindow(folder, clock);
    await vi.waitFor(() => expect(window.missed).toHaveLength(1), 5_000);
    return { clock, folder, window };
  }

  it('leads to a question, and isn’t carried out', async () => {
    const { clock, folder, window } = await missedOne();
    const other = await newWindow(folder, clock);
    await pass(clock, 30 * minute, window, other);
    expect([...window.operations.begun, ...other.operations.begun]).toEqual([]);
    expect([...window.missed, ...other.missed]).toHaveLength(1);
    expect(missedIn(other, clock)).toMatchObject([{ name: 'alpha', at: monday + hour }]);
    await pass(clock, 31 * minute, window, other);
    expect([...window.missed, ...other.missed]).toHaveLength(2);
  });

  it('is carried out when a person says so', async () => {
    const { clock, window } = await missedOne();
    const [missed] = missedIn(window, clock);
    await window.schedules.stopNow(missed?.id ?? '');
    await knows(window, 0);
    expect(window.operations.begun).toEqual(['stop a']);
    await pass(clock, minute, window);
    expect(window.schedules.list()).toEqual([]);
  });

  it('can be put off, from now', async () => {
    const { clock, window } = await missedOne();
    const [missed] = missedIn(window, clock);
    const extended = await window.schedules.extend(missed?.id ?? '', hour);
    expect(extended?.at).toBe(clock.now() + hour);
    expect(missedIn(window, clock)).toEqual([]);
  });

  it('is over where the instance is off already', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const before = await newWindow(folder, clock);
    await before.schedules.set(inAnHour);
    before.schedules.dispose();
    await clock.advance(5 * hour);
    const store = new StandInStore();
    store.answer = () => rowOf('a', 'stopped', 1);
    const operations = new StandInOperations();
    const schedules = own(new Schedules({ folder, clock, log: silentLogger, store, operations }));
    const missed = vi.fn();
    schedules.onDidMiss(missed);
    const file = path.join(folder, 'schedules.json');
    await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('"schedules":[]'), 5_000);
    expect(operations.begun).toEqual([]);
    expect(missed).not.toHaveBeenCalled();
  });
});

describe('what cannot be scheduled', () => {
  it.each([
    [monday, 'past'],
    [monday - 1, 'past'],
    [Number.NaN, 'past'],
    [monday + 40 * 24 * hour, 'too far'],
  ])('%d', async (at, reason) => {
    const window = await newWindow(await newFolder(), new ManualClock(monday));
    await expect(window.schedules.set({ ...inAnHour, at })).rejects.toThrow(reason);
    expect(window.schedules.list()).toEqual([]);
  });

  it('rejects everything while no one is signed in', async () => {
    const window = await newWindow(await newFolder(), new ManualClock(monday));
    window.store.signIn(undefined);
    await expect(window.schedules.set(inAnHour)).rejects.toThrow('You aren’t signed in');
  });
});

it('is carried out for its own account only', async () => {
  const clock = new ManualClock(monday);
  const window = await newWindow(await newFolder(), clock);
  await window.schedules.set(inAnHour);
  window.store.signIn('account-2');
  window.store.list(clock.now(), rowOf('a', 'running', 1));
  expect(window.schedules.list()).toEqual([]);
  expect(window.schedules.list('account-1')).toHaveLength(1);
  await pass(clock, hour + 2 * minute, window);
  expect(window.operations.begun).toEqual([]);
  window.store.signIn('account-1');
  window.store.list(clock.now(), rowOf('a', 'running', 1));
  await vi.waitFor(() => expect(window.operations.begun).toEqual(['stop a']), 5_000);
});

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

it('asks about a stop that was claimed before the computer slept, and does not carry it out', async () => {
  const clock = new ManualClock(monday);
  const window = await newWindow(await newFolder(), clock);
  await window.schedules.set(inAnHour);
  let slept = false;
  window.store.answer = () => {
    if (!slept) {
      slept = true;
      clock.jump(latestMs + minute);
    }
    return rowOf('a', 'running', 1);
  };
  await clock.advance(hour);
  await window.schedules.settled();
  await pass(clock, 3 * minute, window);
  expect(window.operations.begun).toEqual([]);
  expect(window.missed).toMatchObject([{ name: 'alpha' }]);
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

it('reports damaged schedules once, also where nothing is written afterwards', async () => {
  const folder = await newFolder();
  await writeFile(path.join(folder, 'schedules.json'), '{"version":1,"sched');
  const onDamaged = vi.fn();
  const clock = new ManualClock(monday);
  for (let windows = 0; windows < 2; windows++) {
    const store = new StandInStore();
    store.list(clock.now(), rowOf('a', 'running', 1));
    const operations = new StandInOperations();
    const fileEvents = { onDamaged };
    const schedules = own(new Schedules({ folder, clock, log: silentLogger, store, operations, fileEvents }));
    await vi.waitFor(() => expect(onDamaged).toHaveBeenCalledOnce(), 5_000);
    await schedules.settled();
  }
  expect(onDamaged).toHaveBeenCalledOnce();
});

describe('a stop that repeats', () => {
  const daily = { instanceId: 'a', name: 'alpha', repeat: { minute: 22 * 60, days: everyDay } };
  const tonight = monday + 13 * hour;

  it('is carried out every day, once, whichever of two windows is there', async () => {
    const clock = new ManualClock(monday);
    const folder = await newFolder();
    const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
    expect(await one.schedules.set(daily)).toMatchObject({ at: tonight });
    await knows(other, 1);
    clock.jump(13 * hour - 6 * minute);
    await pass(clock, 8 * minute, one, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop a']);
    expect([...one.warned, ...other.warned]).toHaveLength(2);
    one.schedules.dispose();
    await vi.waitFor(() => expect(other.schedules.of('a')?.at).toBe(tonight + 24 * hour), 5_000);
    clock.jump(24 * hour - 4 * minute);
    await pass(clock, 3 * minute, other);
    expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop a', 'stop a']);
  });

  it('is left out once if the person says “Not Now”', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    const schedule = await window.schedules.set(daily);
    await window.schedules.skip(schedule);
    await window.schedules.skip(schedule);
    expect(window.schedules.of('a')?.at).toBe(tonight + 24 * hour);
  });

  it('is asked about once if it was missed, and goes on', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(daily);
    clock.jump(15 * hour);
    await pass(clock, 3 * hour, window);
    expect(window.missed).toMatchObject([{ at: tonight }]);
    expect(window.operations.begun).toEqual([]);
    expect(window.schedules.of('a')?.at).toBe(tonight + 24 * hour);
    await window.schedules.stopNow(window.schedules.of('a')?.id ?? '');
    await window.schedules.settled();
    expect(window.operations.begun).toEqual(['stop a']);
    expect(window.schedules.of('a')?.at).toBe(tonight + 24 * hour);
  });

  it('is independent of one that doesn’t, and ends with its instance', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(daily);
    await window.schedules.set(inAnHour);
    await pass(clock, hour + minute, window);
    expect(window.operations.begun).toEqual(['stop a']);
    expect(window.schedules.list()).toMatchObject([{ at: tonight }]);
    window.store.answer = () => undefined;
    clock.jump(12 * hour - minute);
    await pass(clock, 3 * minute, window);
    expect(window.schedules.list()).toEqual([]);
  });

  it('isn’t lost to a clock that was ahead', async () => {
    const clock = new ManualClock(monday);
    const window = await newWindow(await newFolder(), clock);
    await window.schedules.set(daily);
    clock.jump(60 * 24 * hour);
    await pass(clock, 2 * minute, window);
    clock.jump(-60 * 24 * hour);
    await pass(clock, 2 * minute, window);
    expect(window.schedules.of('a')?.at).toBe(tonight);
  });
});

it('ends a stop for an unused instance when some window connects to it', async () => {
  const clock = new ManualClock(monday);
  const folder = await newFolder();
  const [one, other] = [await newWindow(folder, clock), await newWindow(folder, clock)];
  await one.schedules.set({ ...inAnHour, unlessConnected: true });
  await one.schedules.set({ instanceId: 'b', name: 'b', at: monday + hour, unlessConnected: true });
  await knows(other, 2);
  other.connected.add('a');
  other.schedules.check();
  await knows(one, 1);
  other.connected.clear();
  await pass(clock, hour + minute, one, other);
  expect([...one.operations.begun, ...other.operations.begun]).toEqual(['stop b']);
});
