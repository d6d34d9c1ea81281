import { parse } from 'csv-parse/sync';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { TensorDockClient } from '../../../src/api/client';
import { formatDollars } from '../../../src/api/price';
import { silentLogger } from '../../../src/base/logger';
import { billingOf } from '../../../src/cost/billing';
import { costsAsCsv } from '../../../src/cost/csv';
import { Ledger } from '../../../src/cost/ledger';
import { gapMs } from '../../../src/cost/observe';
import { daysOf, monthOf } from '../../../src/cost/period';
import { costReport } from '../../../src/cost/report';
import type { InstanceState } from '../../../src/api/types';
import { ManualClock } from '../../simulator/clock';
import { inProcessFetch } from '../../simulator/inProcess';
import { Random } from '../../simulator/random';
import { SimulatedService } from '../../simulator/service';
import { hour, minute, newFolder, own, rowOf, StandInStore } from '../cost/support';
import { origin, stoppedInstance, token } from '../instances/windows';

const seed = Number(process.env.MONTH_SEED ?? 20_261_101);
const start = new Date(2026, 10, 1, 8, 0).getTime();
const day = 24 * hour;

/** What the service answered about one instance. */
interface Answer {
  readonly at: number;
  readonly state: InstanceState | 'gone';
  readonly rateHourly: number;
}

/** A TensorDock account with a service of its own, and all that the service ever answered. */
class Account {
  readonly answers = new Map<string, Answer[]>();
  readonly client: TensorDockClient;
  readonly service: SimulatedService;

  constructor(
    readonly id: string,
    private readonly clock: ManualClock,
  ) {
    this.service = new SimulatedService({ clock, tokens: [token], dialect: 'specified', balance: 1e6 });
    this.client = new TensorDockClient({
      origin,
      getToken: async () => token,
      fetch: inProcessFetch(this.service),
      clock,
      random: () => 0.5,
      logger: silentLogger,
    });
    for (const name of ['one', 'two']) this.add(name);
  }

  add(name: string): void {
    this.service.world.add(stoppedInstance(name));
  }

  /** Lists the instances in a window, and records the answer. */
  async list(store: StandInStore): Promise<void> {
    const { instances } = await this.turning(this.client.listInstances());
    const at = this.clock.now();
    for (const { id, state, rateHourly } of instances) {
      if (rateHourly === undefined) throw new Error('The simulator tells every rate');
      this.record(id, { at, state, rateHourly });
    }
    for (const [id, answers] of this.answers) {
      const isListed = instances.some((instance) => instance.id === id);
      if (!isListed && answers.at(-1)?.state !== 'gone')
        this.record(id, { at, state: 'gone', rateHourly: 0 });
    }
    store.list(at, ...instances.map(({ id, state, rateHourly, name }) => rowOf(id, state, rateHourly, name)));
  }

  /** A person, here or in the web dashboard, starts, stops, creates, or deletes something. */
  async act(random: Random): Promise<void> {
    const { instances } = await this.turning(this.client.listInstances());
    const { id, state } = random.pick(instances);
    const isStopped = billingOf(state) === 'off';
    const roll = random.next();
    if (roll < 0.1 && instances.length > 1) await this.turning(this.client.deleteInstance(id));
    else if (roll < 0.2 && instances.length < 4) this.add(`box-${random.whole(1, 99)}`);
    else if (isStopped) await this.turning(this.client.startInstance(id));
    else await this.turning(this.client.stopInstance(id));
  }

  /** The account as the simulator's answers make it: from each answer to the next. */
  expected(): { dollars: number; estimatedDollars: number; unseenMs: number } {
    const sum = { dollars: 0, estimatedDollars: 0, unseenMs: 0 };
    for (const answers of this.answers.values()) {
      for (const [index, { at, state, rateHourly }] of answers.entries()) {
        const next = answers[index + 1];
        if (!next || state === 'gone') continue;
        const isOn = billingOf(state) === 'on';
        const dollars = (rateHourly * (next.at - at)) / hour;
        if (next.at - at <= gapMs) {
          if (next.state !== 'gone' && isOn) sum.dollars += dollars;
        } else if (next.state !== 'gone' && isOn && billingOf(next.state) === 'on') {
          sum.estimatedDollars += dollars;
        } else {
          sum.unseenMs += next.at - at;
        }
      }
    }
    return sum;
  }

  private record(id: string, answer: Answer): void {
    this.answers.set(id, [...(this.answers.get(id) ?? []), answer]);
  }

  private async turning<T>(promise: Promise<T>): Promise<T> {
    const state = { isPending: true };
    const done = promise.finally(() => (state.isPending = false));
    done.catch(() => undefined);
    for (let turns = 0; state.isPending && turns < 600; turns++) await this.clock.advance(100);
    return done;
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

interface Window {
  readonly store: StandInStore;
  readonly ledger: Ledger;
}

test(`a month of two accounts and two windows costs what the simulator says was seen (MONTH_SEED=${seed})`, async () => {
  const random = new Random(seed);
  const clock = new ManualClock(start);
  const folder = await newFolder();
  const accounts = [new Account('account-1', clock), new Account('account-2', clock)] as const;

  const open = async (account: Account): Promise<Window> => {
    const store = new StandInStore();
    store.signIn(account.id);
    const ledger = own(new Ledger({ folder, clock, log: silentLogger, store }));
    await ledger.settled();
    return { store, ledger };
  };
  const close = async ({ ledger }: Window): Promise<void> => {
    // Half of them are killed, which writes nothing.
    if (random.next() < 0.5) await ledger.flush();
    ledger.dispose();
    await ledger.settled();
  };

  for (let today = 0; today < 30; today++) {
    clock.jump(Math.max(0, start + today * day + random.whole(0, 4) * hour - clock.now()));
    let account = random.pick(accounts);
    let windows = [await open(account), await open(account)];
    for (let poll = random.whole(6, 14); poll > 0; poll--) {
      const window = random.pick(windows);
      await account.list(window.store);
      await window.ledger.settled();
      if (random.next() < 0.25) await account.act(random);
      const roll = random.next();
      if (roll < 0.08) {
        // The computer sleeps, or everybody is at lunch.
        clock.jump(random.whole(10, 180) * minute);
      } else if (roll < 0.16) {
        await close(window);
        windows = [...windows.filter((other) => other !== window), await open(account)];
      } else if (roll < 0.24) {
        account = random.pick(accounts);
        for (const { store, ledger } of windows) {
          store.signIn(account.id);
          await ledger.settled();
        }
      }
      await clock.advance(random.whole(61, 330) * 1000);
    }
    for (const window of windows) await close(window);
    // Somebody uses the web dashboard while no window is open.
    if (random.next() < 0.4) await random.pick(accounts).act(random);
  }

  for (const account of accounts) {
    const { ledger } = await open(account);
    const total = ledger.total(monthOf(start));
    const expected = account.expected();
    expect(expected.dollars).toBeGreaterThan(1);
    expect(total.dollars).toBeCloseTo(expected.dollars, 2);
    expect(total.estimatedDollars).toBeCloseTo(expected.estimatedDollars, 2);
    expect(total.unknownRateMs).toBe(0);
    expect(total.unseenMs).toBeGreaterThanOrEqual(expected.unseenMs);
    const days = daysOf(monthOf(start)).map((day) => ledger.total(day).dollars);
    expect(days.reduce((sum, dollars) => sum + dollars, 0)).toBeCloseTo(expected.dollars, 2);
    const spent = expected.dollars + expected.estimatedDollars;
    // What the page shows, and what is exported.
    const now = clock.now();
    const { total: shown, days: bars, instances } = costReport({ ledger, rows: [], now, stateOf: () => '' });
    expect(shown.month.value).toBeCloseTo(spent, 2);
    expect(shown.month.text).toContain(formatDollars(spent));
    expect(sumOf((bars ?? []).map(({ cost }) => cost.value))).toBeCloseTo(spent, 2);
    expect(
      sumOf((bars ?? []).flatMap(({ parts }) => parts.map(({ dollars, estimated }) => dollars + estimated))),
    ).toBeCloseTo(spent, 2);
    expect(sumOf(instances.map(({ month }) => month.value))).toBeCloseTo(spent, 2);
    const exported = v.parse(
      v.array(v.object({ cost_usd: v.pipe(v.string(), v.transform(Number)) })),
      parse(costsAsCsv(ledger, now), { columns: true }),
    );
    expect(sumOf(exported.map(({ cost_usd }) => cost_usd))).toBeCloseTo(spent, 2);
    // Each instance by itself, deleted ones too.
    expect(ledger.costs(monthOf(start)).every(({ instanceId }) => account.answers.has(instanceId))).toBe(
      true,
    );
  }
}, 60_000);
