import { expect, test } from 'vitest';
import type { InstanceRow } from '../../../src/instances/store';
import type { Fault } from '../../simulator/faults';
import { hostIds } from '../../simulator/catalogue';
import type { SimulatedInstance } from '../../simulator/model';
import { Random } from '../../simulator/random';
import { Person, rtx4090, type Window } from '../instances/windows';

const minute = 60_000;
const hours = Number(process.env.SOAK_HOURS ?? '0.75');
const seed = Number(process.env.SOAK_SEED ?? 20_261_124);

/** The slowest answer below, and what a person tolerates on top of an interval. */
const answerMs = 12_000;
/** After this long without a change the state of a row must be the service's: the steady interval. */
const intervalMs = 30_000;
/** How long nothing may have gone wrong for the promises to hold: failures make the pace slower. */
const recoveredMs = 6 * minute;
/** Details of a row at rest are asked for again after ten minutes, and three hundred rows take their turn. */
const detailsMs = 35 * minute;

const faults: readonly Fault[] = [
  { kind: 'slow', ms: 8_000 },
  { kind: 'late', ms: 8_000 },
  { kind: 'drop', when: 'before' },
  { kind: 'drop', when: 'after' },
  { kind: 'never', when: 'after' },
  { kind: 'cut' },
  { kind: 'empty' },
  { kind: 'html', status: 502 },
  { kind: 'html', status: 504, handled: true },
  { kind: 'rate-limited' },
  { kind: 'rate-limited', retryAfter: '20' },
  { kind: 'status', status: 500, body: { error: 'unexpected' } },
  { kind: 'error-in-200', status: 500, error: 'Something went wrong' },
  { kind: 'body', body: '{"data":[]}' },
  { kind: 'body', body: '{"data":[{"id":"ghost"' },
  { kind: 'redirect', location: 'https://elsewhere.example/' },
];

/** What the service really has, and when each instance last changed. */
class Truth {
  readonly changedAt = new Map<string, number>();
  readonly goneAt = new Map<string, number>();

  constructor(private readonly person: Person) {
    person.world.onDidChange((real) => {
      const now = person.clock.now();
      if (real.status === 'deleted') this.goneAt.set(real.id, now);
      this.changedAt.set(real.id, now);
    });
  }

  quietFor(id: string): number {
    return this.person.clock.now() - (this.changedAt.get(id) ?? 0);
  }
}

/** Random life: people start, stop, create and delete here and in the web dashboard. */
class Life {
  private serial = 0;
  /** Changes that were accepted, for telling what was wanted. */
  readonly wanted = { creates: 0, unclear: 0 };

  constructor(
    private readonly person: Person,
    private readonly random: Random,
  ) {}

  async step(): Promise<void> {
    const { world } = this.person;
    const windows = this.person.windows;
    const window = this.random.pick(windows);
    window.need = {
      visible: this.random.next() < 0.6,
      focused: this.random.next() < 0.3,
      intervalMs,
    };
    window.store.poke();
    const watcher = windows[0];
    if (watcher) watcher.need = { visible: true, focused: true, intervalMs };
    const real = this.random.pick(world.list('main'));
    const dice = this.random.next();
    if (dice < 0.12) await this.begin(window, real);
    else if (dice < 0.15) this.create(window);
    else if (dice < 0.18 && isAtRest(real)) world.vanish(real.id);
    else if (dice < 0.21) this.appear();
    else if (dice < 0.25) world.rename(real.id, `renamed-${(this.serial += 1)}`);
    else if (dice < 0.27 && real.status === 'running') world.stopByItself(real.id);
    else if (dice < 0.29 && real.status === 'running') world.moveForwards(real.id);
  }

  private async begin(window: Window, real: SimulatedInstance): Promise<void> {
    const kind =
      real.status === 'running' ? this.random.pick(['stop', 'restart', 'delete'] as const) : 'start';
    const operation = await window.operations.begin(kind, real.id).catch(() => undefined);
    if (operation && this.random.next() < 0.1) operation.cancel();
  }

  private create(window: Window): void {
    this.serial += 1;
    this.wanted.creates += 1;
    const request = {
      name: `made-${this.serial}`,
      image: 'ubuntu2404',
      resources: { vcpuCount: 2, ramGb: 8, storageGb: 100, gpus: [] },
      placement: { hostnodeId: hostIds.ashburnCpu },
      sshKey: 'ssh-ed25519 AAAA somebody',
      portForwards: [{ internalPort: 22, externalPort: 0 }],
    };
    void window.operations
      .create(request, `key-${this.serial}`)
      .then((operation) => operation.outcome)
      .catch(() => undefined);
  }

  private appear(): void {
    this.person.addInstance(`outside-${(this.serial += 1)}`, { holdsGpus: false });
  }
}

function isAtRest({ status }: SimulatedInstance): boolean {
  return status === 'running' || status === 'stopped' || status === 'error';
}

function busiestMinute(times: readonly number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last += 1) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= minute) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** How a row differs from the truth; `undefined` if it is right, or may be behind. */
function wrong(row: InstanceRow, real: SimulatedInstance): string | undefined {
  const { instance } = row;
  if (instance.name !== real.name) return `${real.id} is named ${instance.name}, not ${real.name}`;
  if (row.pending === undefined && row.state !== real.status) {
    return `${real.name} is ${row.state}, not ${real.status}`;
  }
  return undefined;
}

function wrongDetails({ instance }: InstanceRow, real: SimulatedInstance): string | undefined {
  if (real.status !== 'running') return undefined;
  const forwards = real.forwards.map(({ internal, external }) => `${internal}:${external}`).join();
  const told = instance.portForwards
    ?.map(({ internalPort, externalPort }) => `${internalPort}:${externalPort}`)
    .join();
  return instance.ipAddress === real.ipAddress && told === forwards
    ? undefined
    : `${real.name} is at ${instance.ipAddress} ${told}, not ${real.ipAddress} ${forwards}`;
}

test(
  `${hours} simulated hours with faults, twelve windows and 300 instances (SOAK_SEED=${seed})`,
  { timeout: 900_000 },
  async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const random = new Random(seed);
    const person = new Person(
      {
        seed: { many: 300 },
        randomSeed: seed,
        wire: { listItems: 'mixed' },
        delays: {
          latency: 300,
          create: 12_000,
          visible: 1_000,
          blinkAfter: 5_000,
          blink: 8_000,
          boot: 45_000,
          address: 15_000,
          forwards: 5_000,
          stop: 30_000,
          remove: 60_000,
        },
      },
      seed,
    );
    const { clock, world, service } = person;
    world.capacity.setAvailable(hostIds.chubbuck, rtx4090, 500);
    const truth = new Truth(person);
    const life = new Life(person, random);
    try {
      for (let index = 0; index < 12; index += 1) await person.open({ visible: index % 3 !== 2 });
      const [watcher] = person.windows;
      if (!watcher) throw new Error('No window');
      const errors: string[] = [];
      let faultsUntil = 0;
      let checks = 0;
      for (let elapsed = 0; elapsed < hours * 60 * minute; elapsed += 10_000) {
        const troubled = elapsed % (30 * minute) < 12 * minute;
        service.faults.chaos = troubled ? { chance: 0.15, of: faults } : undefined;
        if (troubled) faultsUntil = clock.now() + 10_000;
        if (elapsed % (2 * 60 * minute) === 30 * minute) clock.jump(20 * minute);
        await life.step();
        await clock.advance(10_000);
        if (watcher.store.status.failure || clock.now() - faultsUntil < recoveredMs) continue;

        checks += 1;
        const rows = watcher.store.rows();
        const listed = world.list('main');
        const actual = new Map(listed.map((real) => [real.id, real]));
        if (new Set(rows.map(({ instance }) => instance.id)).size !== rows.length) errors.push('doubled row');
        for (const { instance } of rows) {
          const gone = truth.goneAt.get(instance.id);
          if (gone !== undefined && clock.now() - gone > intervalMs + answerMs)
            errors.push(`${instance.name} is gone`);
        }
        for (const [id, real] of actual) {
          if (truth.quietFor(id) <= intervalMs + answerMs) continue;
          const row = watcher.store.row(id);
          const said = row ? wrong(row, real) : `${real.name} is lost`;
          if (said !== undefined) errors.push(said);
          if (row && truth.quietFor(id) > detailsMs) {
            const details = wrongDetails(row, real);
            if (details !== undefined) errors.push(details);
          }
        }
        expect(errors, `after ${elapsed / minute} minutes`).toEqual([]);
      }
      const reads = service.requests.filter(({ method }) => method === 'GET').map(({ time }) => time);
      const all = service.requests.map(({ time }) => time);
      const made = world.all().filter(({ name }) => name.startsWith('made-'));
      console.log(
        `soak: seed ${seed}, ${hours} h, ${all.length} requests, busiest minute ${busiestMinute(reads)} reads, ` +
          `${busiestMinute(all)} in all; ${life.wanted.creates} creates, ${made.length} of them there; ${checks} checks`,
      );
      expect(busiestMinute(all)).toBeLessThanOrEqual(100);
      expect(busiestMinute(reads)).toBeLessThanOrEqual(60);
      expect(new Set(made.map(({ name }) => name)).size).toBe(made.length);
      expect(unhandled).toEqual([]);
      expect(checks).toBeGreaterThan(0);
    } finally {
      process.off('unhandledRejection', onUnhandled);
      person.close();
    }
  },
);
