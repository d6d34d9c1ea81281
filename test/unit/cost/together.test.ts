import { silentLogger } from '../../../src/base/logger';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CapacityWatches } from '../../../src/automation/capacityWatch';
import { Ledger } from '../../../src/cost/ledger';
import { Schedules } from '../../../src/automation/schedules';
import { Person, rtx4090, shown, type Window } from '../instances/windows';
import { hour, minute, newFolder, own } from './support';

let person: Person;
let folder: string;
let windows: Window[];

beforeEach(async () => {
  person = new Person({ delays: { stop: 5_000 } });
  folder = await newFolder();
  windows = [await person.open(), await person.open()];
});
afterEach(() => person.close());

/** Turns the clock until it holds, and lets files be read and written meanwhile. */
async function until(holds: () => boolean, stepMs = 1_000): Promise<void> {
  await vi.waitFor(
    async () => {
      await person.clock.advance(stepMs);
      expect(holds()).toBe(true);
    },
    { interval: 5, timeout: 20_000 },
  );
}

it('stops an instance at its time, with one request from two windows', async () => {
  const { id } = person.addInstance('box', { status: 'running' });
  await person.outcome(Promise.all(windows.map(({ store }) => store.refresh())));
  const { clock } = person;
  const schedules = windows.map(({ store, operations }) =>
    own(new Schedules({ folder, clock, log: silentLogger, store, operations })),
  );
  await schedules[0]?.set({ instanceId: id, name: 'box', at: clock.now() + 3 * minute });
  await until(() => schedules.every((one) => one.list().length === 1));
  expect(person.count('POST', '/stop')).toBe(0);

  await until(() => windows.every((window) => shown(window, 'box') === 'stopped'), 5_000);
  await until(() => schedules.every((one) => one.list().length === 0));
  expect(person.count('POST', '/stop')).toBe(1);
});

it('counts what an instance costs according to the service', async () => {
  person.addInstance('box', { status: 'running' });
  const { clock } = person;
  const ledgers = windows.map(({ store }) => own(new Ledger({ folder, clock, log: silentLogger, store })));
  const [window] = windows;
  const from = clock.now();
  while (clock.now() < from + hour) {
    await Promise.all(ledgers.map((ledger) => ledger.settled()));
    await clock.advance(5_000);
  }
  await Promise.all(ledgers.map((ledger) => ledger.flush()));
  const rate = window?.store.rows()[0]?.instance.rateHourly ?? expect.fail('its rate is known');
  for (const ledger of ledgers) {
    const { dollars, onMs, estimatedMs, unknownRateMs } = ledger.total({ from, to: clock.now() });
    expect(dollars).toBeCloseTo(rate * (onMs / hour));
    // All but the time until the first list, and since the newest.
    expect(onMs).toBeGreaterThan(hour - 3 * minute);
    expect(onMs).toBeLessThanOrEqual(clock.now() - from);
    expect([estimatedMs, unknownRateMs]).toEqual([0, 0]);
  }
});

it('finds a GPU that the service lists, with one request from two windows', async () => {
  const { clock } = person;
  const watches = windows.map(({ store }) =>
    own(new CapacityWatches({ folder, clock, log: silentLogger, store })),
  );
  const found = vi.fn();
  for (const one of watches) one.onDidFind(found);
  await watches[0]?.add({ model: rtx4090 });
  await until(() => found.mock.calls.length > 0);
  await until(() => watches.every((one) => one.list().length === 0));
  expect(person.count('GET', '/locations')).toBe(1);
  expect(found).toHaveBeenCalledOnce();
});
