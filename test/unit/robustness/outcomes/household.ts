import type { Clock } from '../../../../src/base/clock';
import { silentLogger } from '../../../../src/base/logger';
import { TensorDockClient } from '../../../../src/api/client';
import { Schedules, type MissedStop } from '../../../../src/automation/schedules';
import { Ledger } from '../../../../src/cost/ledger';
import { Operations, type OperationQuestion } from '../../../../src/instances/operations/operations';
// Loaded with the first operation; a clock that a test moves doesn't wait for that.
import '../../../../src/instances/operations/work';
import { InstanceStore } from '../../../../src/instances/store';
import { hostIds } from '../../../simulator/catalogue';
import { ManualClock } from '../../../simulator/clock';
import { inProcessFetch } from '../../../simulator/inProcess';
import { Random } from '../../../simulator/random';
import { SimulatedService } from '../../../simulator/service';
import { MemoryJournal, MemorySnapshot } from '../../instances/memory';
import { origin, rtx4090, stoppedInstance } from '../../instances/windows';
import { clockOf, JournalOf, Life, snapshotOf } from './life';
import { folderOf, forgetFiles } from './memoryFile';

/** The person's two accounts: of each, the ID, and the organization at the service. */
export const accounts = ['main', 'other'] as const;
export type AccountId = (typeof accounts)[number];

/** One VS Code window, with the parts that act on instances. */
export interface Window {
  readonly number: number;
  readonly store: InstanceStore;
  readonly operations: Operations;
  readonly schedules: Schedules;
  readonly ledger: Ledger;
  readonly questions: OperationQuestion[];
  readonly missed: MissedStop[];
  readonly isOpen: () => boolean;
  /** Shows an account, or none. */
  show(account: AccountId | undefined): Promise<void>;
  close(): void;
  kill(): void;
}

/** A person with two accounts and some windows, a simulated service, and a clock that a test turns. */
export class Household {
  readonly clock = new ManualClock();
  readonly random: Random;
  readonly service: SimulatedService;
  readonly journal = new MemoryJournal();
  readonly windows: Window[] = [];
  /** The service's clock, which is right whatever the person's says. */
  readonly time: Clock = {
    now: () => this.clock.now() - this.ahead,
    after: (ms, callback) => this.clock.after(ms, callback),
  };
  /** Who is signed in, in all windows. */
  account: AccountId | undefined = 'main';
  /** Called for each window that is opened, before it begins to work. */
  onOpen: (window: Window) => void = () => undefined;
  private readonly snapshots: Readonly<Record<AccountId, MemorySnapshot>> = {
    main: new MemorySnapshot('main'),
    other: new MemorySnapshot('other'),
  };
  private opened = 0;
  /** How far the person's clock is ahead, in milliseconds. */
  private ahead = 0;

  constructor(seed: number) {
    forgetFiles();
    this.random = new Random(seed);
    this.service = new SimulatedService({
      clock: this.time,
      randomSeed: seed,
      tokens: accounts.map((organization) => ({ token: `token-${organization}`, organization })),
      wire: { listItems: 'mixed' },
      delays: {
        latency: 200,
        create: 4_000,
        blinkAfter: 2_000,
        blink: 3_000,
        boot: 20_000,
        address: 3_000,
        stop: 10_000,
        remove: 20_000,
        modify: 8_000,
      },
    });
    this.service.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 3);
    for (const organization of accounts) {
      for (const name of ['one', 'two', 'three']) {
        const { id } = this.service.world.add({
          ...stoppedInstance(`${organization}-${name}`),
          organization,
        });
        if (name !== 'one') this.service.world.bringUp(id);
      }
    }
  }

  get open(): readonly Window[] {
    return this.windows.filter((window) => window.isOpen());
  }

  async openWindow(): Promise<Window> {
    this.opened += 1;
    const window = this.newWindow(this.opened);
    this.windows.push(window);
    this.onOpen(window);
    await window.show(this.account);
    return window;
  }

  /** Signs in to another account, or out, in all windows. */
  async show(account: AccountId | undefined): Promise<void> {
    this.account = account;
    for (const window of this.open) await window.show(account);
  }

  /** The person's clock is set ahead or back. */
  setClock(ms: number): void {
    this.ahead += ms;
    this.clock.set(ms);
  }

  dispose(): void {
    for (const window of this.open) window.close();
    this.service.dispose();
  }

  private newWindow(number: number): Window {
    const life = new Life();
    const clock = clockOf(life, this.clock);
    const journal = new JournalOf(life, this.journal);
    const random = (): number => this.random.next();
    const log = silentLogger;
    const ask = inProcessFetch(this.service);
    const fetch: typeof ask = async (url, init) =>
      life.gate(life.isOver ? new Promise(() => undefined) : ask(url, init));
    let isOpen = true;
    const need = { visible: true, focused: number % 2 === 1, intervalMs: 30_000 };
    const store = new InstanceStore({ clock, log, random, need: () => need, onScreen: () => new Set() });
    const beforeRequest = async (): Promise<void> => store.noteRequest();
    const apis = Object.fromEntries(
      accounts.map((account) => {
        const getToken = async (): Promise<string> => `token-${account}`;
        return [account, new TensorDockClient({ origin, getToken, fetch, clock, random, beforeRequest })];
      }),
    );
    const snapshots = accounts.map((account) => snapshotOf(life, this.snapshots[account]));
    const operations = new Operations({ journal, store, clock, log, random });
    const folder = folderOf(number, life);
    const schedules = new Schedules({ folder, clock, log, store, operations });
    const ledger = new Ledger({ folder, clock, log, store });
    const questions: OperationQuestion[] = [];
    const missed: MissedStop[] = [];
    operations.onDidAsk((question) => questions.push(question));
    schedules.onDidMiss((each) => missed.push(each));
    return {
      number,
      store,
      operations,
      schedules,
      ledger,
      questions,
      missed,
      isOpen: () => isOpen,
      show: async (account) => {
        const api = account && apis[account];
        const shared = account && snapshots[accounts.indexOf(account)];
        await store.setSession(account && api && shared && { accountId: account, api, shared });
      },
      close: () => {
        isOpen = false;
        for (const part of [schedules, ledger, operations, store]) part.dispose();
      },
      kill: () => {
        isOpen = false;
        life.isOver = true;
        journal.expire(this.clock);
        for (const shared of snapshots) shared.expire(this.clock);
      },
    };
  }
}
