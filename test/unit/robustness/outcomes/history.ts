import type { OperationQuestion } from '../../../../src/instances/operations/operations';
import type { PlainKind } from '../../../../src/instances/operations/journal';
import { hostIds } from '../../../simulator/catalogue';
import type { Fault } from '../../../simulator/faults';
import { Random } from '../../../simulator/random';
import { createRequest, rtx4090 } from '../../instances/windows';
import { accounts, Household, type Window } from './household';
import { minute, Wishes, type Wish } from './wishes';

const html = [404, 502, 503, 504] as const;
const noNodes = { error: 'No available nodes found' };

/** What goes wrong with a request at any step. */
const faults: readonly Fault[] = [
  { kind: 'slow', ms: 20_000 },
  { kind: 'late', ms: 40_000 },
  { kind: 'late', ms: 70_000 },
  ...(['before', 'after'] as const).flatMap((when): Fault[] => [
    { kind: 'drop', when },
    { kind: 'never', when },
  ]),
  { kind: 'cut' },
  { kind: 'empty' },
  ...html.flatMap((status): Fault[] => [
    { kind: 'html', status },
    { kind: 'html', status, handled: true },
  ]),
  ...[true, false].flatMap((handled): Fault[] => [
    { kind: 'status', status: 500, body: { error: 'unexpected' }, handled },
    { kind: 'status', status: 503, body: noNodes, handled },
    // A wrong 200: a gateway's, an empty one, another call's.
    { kind: 'status', status: 200, body: {}, handled },
    { kind: 'status', status: 200, body: [], handled },
    { kind: 'status', status: 200, body: { data: { message: 'OK' } }, handled },
  ]),
  { kind: 'body', body: '<html>Sign in to this network</html>', contentType: 'text/html' },
  { kind: 'rate-limited', retryAfter: '5' },
  { kind: 'rate-limited', retryAfter: '2592000' },
  { kind: 'error-in-200', error: 'No available nodes found' },
  { kind: 'redirect', location: 'https://elsewhere.example/' },
];

/** One random history of a person, their windows, the service, and the clock; the seed repeats it. */
export class History {
  readonly household: Household;
  readonly wishes: Wishes;
  /** What was done, for the report of a failure. */
  readonly story: string[] = [];
  private readonly random: Random;
  private serial = 0;

  constructor(
    seed: number,
    private readonly steps: number,
  ) {
    this.household = new Household(seed);
    this.wishes = new Wishes(this.household);
    this.random = new Random(seed ^ 0x5eed);
  }

  /** Resolves with what was wrong; empty if all was well. */
  async run(): Promise<readonly string[]> {
    const { household, wishes, random } = this;
    const { clock, service } = household;
    for (let count = random.whole(1, 3); count > 0; count--) await household.openWindow();
    await clock.advance(2_000);
    const chance = random.pick([0, 0.1, 0.3, 0.6]);
    for (let step = 0; step < this.steps && wishes.errors.length === 0; step++) {
      service.faults.chaos = { chance, of: faults };
      await this.step();
      await clock.advance(random.whole(0, 40) * random.whole(1, 1_500));
      wishes.attend();
    }
    if (wishes.errors.length === 0) await this.settle();
    wishes.checkCreated();
    household.dispose();
    return wishes.errors;
  }

  private async step(): Promise<void> {
    const { household, random } = this;
    const [window] = household.open.length > 0 ? [random.pick(household.open)] : [];
    const acts: readonly [number, string, () => unknown][] = [
      [10, 'ask', () => window && this.ask(window)],
      [3, 'create', () => window && this.create(window)],
      [2, 'cancel', () => window && this.cancel(window)],
      [3, 'answer', () => this.answer()],
      [2, 'schedule', () => window && this.schedule(window)],
      [2, 'leave', () => window && this.leave(window)],
      [2, 'dashboard', () => this.useDashboard()],
      [1, 'capacity', () => this.changeCapacity()],
      [2, 'kill', () => window?.kill()],
      [1, 'close', () => window?.close()],
      [household.open.length < 3 ? 4 : 0, 'open', async () => household.openWindow()],
      [1, 'account', async () => household.show(accounts[random.whole(0, accounts.length)])],
      [1, 'sleep', () => this.jump(random.pick([1, 4, 12, 45]) * minute)],
      [1, 'clock', () => this.setClock(random.pick([-120, -12, 2, 15, 120]) * minute)],
    ];
    let dice = random.next() * acts.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, name, act] of acts) {
      dice -= weight;
      if (dice >= 0) continue;
      this.tell(`${name}${window ? ` in ${window.number}` : ''}`);
      await act();
      return;
    }
  }

  private ask(window: Window): void {
    const { household, random } = this;
    const { account } = household;
    const rows = window.store.rows();
    if (!account || rows.length === 0) return;
    const { id } = random.pick(rows).instance;
    const kind = random.pick(['start', 'stop', 'restart', 'delete', 'startWhenAvailable', 'modify'] as const);
    if (kind === 'modify') {
      const [vcpuCount, storageGb] = [random.pick([4, 8, 16]), 200 + random.whole(0, 3) * 100];
      const request = { vcpuCount, ramGb: 32, storageGb, gpu: { model: rtx4090, count: 1 } };
      const wish = this.wishes.newWish(kind, account, id, [vcpuCount, 32, storageGb].join());
      const restart = random.next() < 0.5;
      this.want(wish, () => window.operations.modify(id, request, restart));
      return;
    }
    const until =
      kind === 'startWhenAvailable' ? household.clock.now() + random.whole(5, 40) * minute : undefined;
    this.want(this.wishes.newWish(kind, account, id), () => window.operations.begin(kind, id, until));
  }

  private create(window: Window): void {
    const { account } = this.household;
    if (!account) return;
    this.serial += 1;
    const name = `made-${this.serial}`;
    const request = createRequest({ name, placement: { hostnodeId: hostIds.ashburnCpu } });
    const resources = { vcpuCount: 2, ramGb: 8, storageGb: 100, gpus: [] };
    const key = `key-${this.serial}`;
    this.want(this.wishes.newWish('create', account, name), () =>
      window.operations.create({ ...request, resources }, key),
    );
  }

  private want(wish: Wish, asking: () => Promise<unknown>): void {
    this.tell(`  ${wish.kind} ${this.wishes.nameOf(wish.target)}`);
    void this.wishes.ask(wish, asking);
  }

  private cancel(window: Window): void {
    const pending = window.operations.pending();
    if (pending.length === 0) return;
    const { id } = this.random.pick(pending);
    this.wishes.cancel(id);
    void window.operations.cancel(id);
  }

  private leave(window: Window): void {
    const { account } = this.household;
    const rows = window.store.rows();
    if (!account || rows.length === 0) return;
    const { id } = this.random.pick(rows).instance;
    const kind: PlainKind = this.random.pick(['stop', 'restart', 'delete']);
    this.want(this.wishes.newWish(kind, account, id), async () => {
      await window.operations.leaveNote(kind, id).finally(() => window.close());
    });
  }

  private answer(): void {
    for (const window of this.household.open) {
      for (const question of window.questions.splice(0)) this.answerOne(question, this.random.next() < 0.6);
      for (const { schedule } of window.missed.splice(0)) {
        if (this.random.next() < 0.5) this.moveSchedule(window, schedule.id);
        else this.cancelSchedule(window, schedule.id);
      }
    }
  }

  private answerOne(question: OperationQuestion, yes: boolean): void {
    const { operation } = question;
    const wish = this.wishes.of(operation);
    this.tell(
      `  ${yes ? 'yes' : 'no'} to ${question.kind} about ${operation.record.kind} ${operation.record.name}`,
    );
    if (question.kind === 'candidates') {
      const own = question.candidates.find(({ id }) => this.wishes.truth.instances.has(id));
      if (own && yes) operation.choose(own.id);
    } else if (yes) {
      if (wish) Object.assign(wish, { stale: false, attendedAt: this.wishes.times });
      question.proceed();
    } else {
      if (wish) wish.canceled = true;
      question.discard();
    }
  }

  private async schedule(window: Window): Promise<void> {
    const { account, clock, time } = this.household;
    const [mine] = window.schedules.list();
    if (mine && this.random.next() < 0.4) {
      this.cancelSchedule(window, mine.id);
      return;
    }
    const rows = window.store.rows();
    if (!account || rows.length === 0) return;
    const { id, name } = this.random.pick(rows).instance;
    const at = clock.now() + this.random.whole(1, 20) * minute;
    const set = await window.schedules.set({ instanceId: id, name, at }).catch(() => undefined);
    for (const each of this.wishes.schedules) {
      if (each.target === id && each.account === account) each.canceled = true;
    }
    if (set)
      this.wishes.schedules.push({ account, target: id, id: set.id, at, setAt: time.now(), canceled: false });
  }

  private cancelSchedule(window: Window, id: string): void {
    const wish = this.wishes.schedules.find((each) => each.id === id);
    if (wish) wish.canceled = true;
    void window.schedules.cancel(id);
  }

  private moveSchedule(window: Window, id: string): void {
    const wish = this.wishes.schedules.find((each) => each.id === id);
    if (wish) wish.at = this.household.clock.now();
    void window.schedules.stopNow(id);
  }

  private useDashboard(): void {
    const { world } = this.household.service;
    const instances = world.all().filter(({ status }) => status === 'running' || status === 'stopped');
    if (instances.length === 0) return;
    const { id, status } = this.random.pick(instances);
    if (status === 'running') world.stopByItself(id);
    else if (this.random.next() < 0.5) world.bringUp(id);
    else world.vanish(id);
  }

  private changeCapacity(): void {
    const { service } = this.household;
    service.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, this.random.whole(0, 4));
    service.world.settings.stopEndsIn = this.random.pick(['stopped', 'stoppeddisassociated']);
  }

  private jump(ms: number): void {
    this.tell(`  by ${ms / minute} min`);
    this.wishes.attend();
    this.household.clock.jump(ms);
    this.wishes.attend();
    // Locks that nobody renewed are anybody's.
    if (this.random.next() < 0.5) this.household.journal.loseClaims();
  }

  private setClock(ms: number): void {
    this.tell(`  by ${ms / minute} min`);
    this.wishes.attend();
    this.household.setClock(ms);
  }

  /** All is well again, and the person answers: everything comes to an end that is told. */
  private async settle(): Promise<void> {
    const { household, wishes } = this;
    household.service.faults.clear();
    household.service.world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 8);
    for (const account of accounts) {
      this.tell(`settle ${account}`);
      await household.show(account);
      wishes.attend();
      const window = await household.openWindow();
      for (const other of household.open) if (other !== window) other.close();
      for (let minutes = 0; minutes < 90; minutes++) {
        await household.clock.advance(minute);
        wishes.attend();
        this.answer();
        const isQuiet = window.operations.pending().length === 0 && window.schedules.list().length === 0;
        if (minutes > 3 && isQuiet) break;
      }
      const left = window.operations.pending().map(({ kind, step }) => `${kind} at ${step}`);
      if (left.length > 0) wishes.fail(`never ended: ${left.join(', ')}`);
      wishes.checkSettled(window);
    }
  }

  private tell(line: string): void {
    this.story.push(`${Math.round((this.household.time.now() - Date.UTC(2026, 0, 1)) / 1000)} s: ${line}`);
  }
}
