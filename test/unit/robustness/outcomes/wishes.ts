import type { OutcomeUnknownError } from '../../../../src/api/errors';
import { outcomeOfError } from '../../../../src/api/outcome';
import type { OperationKind, OperationRecord } from '../../../../src/instances/operations/journal';
import type { RunningOperation } from '../../../../src/instances/operations/operations';
import type { ServiceRequest } from '../../../simulator/service';
import type { AccountId, Household, Window } from './household';
import { Truth, type Effect } from './truth';

export const minute = 60_000;
/** After this long without a window that works on it, nothing may be sent before the person was asked. */
const lateMs = 10 * minute;

type Action = Effect['action'];

const actionsOf: Readonly<Record<OperationKind, readonly Action[]>> = {
  start: ['start'],
  stop: ['stop'],
  restart: ['stop', 'start'],
  delete: ['delete'],
  create: ['create'],
  modify: ['stop', 'modify', 'start'],
  startWhenAvailable: ['start'],
};

/** A moment, and what the person's clock showed then. */
interface Times {
  readonly real: number;
  readonly shown: number;
}

/** Whether so much time has passed, which a clock that was set meanwhile may hide. */
function isLate(before: Times, after: Times): boolean {
  return after.real - before.real >= lateMs && Math.abs(after.shown - before.shown) >= lateMs;
}

/** Something that the person asked for. */
export interface Wish {
  readonly kind: OperationKind;
  readonly account: AccountId;
  /** The instance; of a create, what it is to be called. */
  readonly target: string;
  readonly at: number;
  /** Of a modify: the sizes. */
  readonly sizes?: string;
  /** Nobody worked on it for so long that the person has to be asked. */
  stale: boolean;
  attendedAt: Times;
  /** The person doesn't want it anymore. */
  canceled: boolean;
}

/** A stop that the person scheduled. */
export interface ScheduleWish {
  readonly account: AccountId;
  readonly target: string;
  id: string;
  /** By the person's clock. */
  at: number;
  readonly setAt: number;
  canceled: boolean;
}

/** What the person asked for, held against the simulator's record: every request, and everything that is told. */
export class Wishes {
  readonly errors: string[] = [];
  readonly schedules: ScheduleWish[] = [];
  readonly truth: Truth;
  private readonly byRecord = new Map<string, Wish>();
  /** What the person asks for right now, until it's saved. */
  private readonly expected = new Set<Wish>();

  constructor(private readonly household: Household) {
    const { service, journal } = household;
    this.truth = new Truth(service);
    const begin = journal.begin.bind(journal);
    journal.begin = async (record) => {
      if (!journal.records.has(record.id)) this.byRecord.set(record.id, this.wishOf(record));
      return begin(record);
    };
    const handle = service.handle.bind(service);
    service.handle = (request) => {
      if (request.method !== 'GET') this.checkSent(request);
      return handle(request);
    };
    household.onOpen = (window) => {
      window.operations.onDidBegin((operation) => this.follow(window, operation));
      window.store.onDidGo((ids) => {
        for (const id of ids)
          if (this.truth.isThere(id)) this.fail(`${this.nameOf(id)} is claimed to be gone`);
      });
    };
  }

  newWish(kind: OperationKind, account: AccountId, target: string, sizes?: string): Wish {
    const wish = { kind, account, target, at: this.now, sizes, attendedAt: this.times };
    return { ...wish, stale: false, canceled: false };
  }

  /** The person asks for it now. Once that has ended, nothing more begins for it. */
  async ask(wish: Wish, asking: () => Promise<unknown>): Promise<void> {
    this.expected.add(wish);
    await asking().catch(() => undefined);
    this.expected.delete(wish);
  }

  cancel(recordId: string): void {
    const wish = this.byRecord.get(recordId);
    if (wish) wish.canceled = true;
  }

  of(operation: RunningOperation): Wish | undefined {
    return this.byRecord.get(operation.record.id);
  }

  /** Call this often: which wishes some window works on. */
  attend(): void {
    const isAttended = this.household.open.length > 0;
    for (const wish of this.byRecord.values()) {
      if (!isAttended || wish.account !== this.household.account) continue;
      if (isLate(wish.attendedAt, this.times)) wish.stale = true;
      wish.attendedAt = this.times;
    }
  }

  nameOf(id: string): string {
    return this.truth.instances.get(id)?.name ?? id;
  }

  fail(message: string): void {
    this.errors.push(`${message} (at ${Math.round((this.now - Date.UTC(2026, 0, 1)) / 1000)} s)`);
  }

  get times(): Times {
    return { real: this.now, shown: this.household.clock.now() };
  }

  private get now(): number {
    return this.household.time.now();
  }

  private checkSent({ method, url, body, headers }: ServiceRequest): void {
    const account = headers.authorization?.split('token-')[1];
    const [id, word] = url.split('/').slice(4);
    const action: string = word ?? (method === 'DELETE' ? 'delete' : 'create');
    const name = id === undefined ? /"name":"([^"]*)"/.exec(body)?.[1] : undefined;
    const asking = [...this.household.journal.records.values()].filter(
      (record) =>
        record.accountId === account &&
        (actionsOf[record.kind] as readonly string[]).includes(action) &&
        (id === undefined ? record.name === name : record.instanceId === id),
    );
    const what = `${action} of ${id === undefined ? name : this.nameOf(id)}`;
    const wishes = asking.map((record) => this.byRecord.get(record.id)).filter((wish) => wish !== undefined);
    if (wishes.length === 0) this.fail(`${what} is sent, which nobody asked for`);
    else if (wishes.every((wish) => wish.canceled)) this.fail(`${what} is sent after it was canceled`);
    else if (wishes.every((wish) => wish.stale)) this.fail(`${what} is sent late, without a question`);
  }

  private follow(window: Window, operation: RunningOperation): void {
    const isTold = (): boolean => window.isOpen() && !operation.isElsewhere;
    operation.done.then(
      () => isTold() && this.checkDone(operation),
      (error: unknown) => {
        const { kind, error: reason } = outcomeOfError(error);
        if (isTold() && kind === 'refused') this.checkRefused(operation, reason);
      },
    );
    void operation.outcome.then((outcome) => {
      if (!isTold() || operation.record.kind !== 'create' || outcome.kind !== 'done') return;
      const made = this.truth.instances.get(outcome.value.id);
      const wish = this.of(operation);
      if (made?.name !== wish?.target || made?.organization !== wish?.account) {
        this.fail(`${wish?.target} is told to be ${outcome.value.id}, which it isn’t`);
      }
    });
  }

  private wishOf(record: OperationRecord): Wish {
    const target = record.instanceId ?? record.name;
    const own = [...this.expected].find(
      (wish) => wish.kind === record.kind && wish.target === target && wish.account === record.accountId,
    );
    if (own) return own;
    // What begins unasked is a scheduled stop.
    const due = this.schedules.find(
      ({ account, target: each, at, canceled }) =>
        !canceled &&
        account === record.accountId &&
        each === target &&
        at <= this.household.clock.now() &&
        this.household.clock.now() - at <= lateMs + 2 * minute,
    );
    const name = this.nameOf(target);
    if (!due || record.kind !== 'stop') this.fail(`${record.kind} of ${name} begins, which nobody asked for`);
    const account = record.accountId === 'main' ? 'main' : 'other';
    return this.newWish(record.kind, account, target);
  }

  /** Each create makes one instance at most. */
  checkCreated(): void {
    const names = [...this.truth.instances.values()].map(({ name }) => name);
    for (const name of names)
      if (names.filter((other) => other === name).length > 1) this.fail(`two ${name}`);
  }

  /** At the end: a schedule ends only when its instance is off, or gone. */
  checkSettled({ schedules }: Window): void {
    const left = new Set(schedules.list().map(({ id }) => id));
    for (const { account, target, id, setAt, canceled } of this.schedules) {
      if (account !== this.household.account || canceled || left.has(id)) continue;
      const wasOff = this.truth.was(target, setAt, this.now, (status) => /^stopp|^delet/.test(status));
      if (!wasOff) this.fail(`the scheduled stop of ${this.nameOf(target)} is gone, and it was never off`);
    }
  }

  private checkDone(operation: RunningOperation): void {
    const wish = this.of(operation);
    if (!wish) return;
    const { kind, target, at, sizes } = wish;
    const was = (test: (status: string, sizes: string) => boolean): boolean =>
      this.truth.was(target, at, this.now, test);
    const isTrue = {
      start: () => was((status) => status === 'running'),
      startWhenAvailable: () => was((status) => status === 'running'),
      restart: () => was((status) => status === 'running'),
      stop: () => was((status) => status.startsWith('stopped')),
      delete: () => !this.truth.isThere(target),
      modify: () => was((_status, each) => each === sizes),
      create: () => true,
    }[kind];
    if (!isTrue()) this.fail(`${kind} of ${this.nameOf(target)} is told to be done, and wasn’t`);
  }

  /** Nothing happened, except that an instance was stopped on the way, which is said. */
  private checkRefused(operation: RunningOperation, error: Error | OutcomeUnknownError): void {
    const wish = this.of(operation);
    if (!wish) return;
    const { kind, target, at, account } = wish;
    if (kind === 'create') {
      const made = [...this.truth.instances.values()].filter(
        ({ name, organization }) => name === target && organization === account,
      );
      if (made.length > 0) this.fail(`create of ${target} is told to be refused, and it is there`);
      return;
    }
    for (const action of actionsOf[kind]) {
      const others = [...this.byRecord.values()].some(
        (other) => other !== wish && other.target === target && actionsOf[other.kind].includes(action),
      );
      const effects = this.truth.effectsOn(target, action, at, this.now);
      const isSaid = action === 'stop' && kind !== 'stop' && error.message.includes('was stopped');
      if (effects > 0 && !others && !isSaid) {
        this.fail(`${kind} of ${this.nameOf(target)} is told to be refused, and ${action} was carried out`);
      }
    }
  }
}
