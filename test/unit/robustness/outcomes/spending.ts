import { billingOf } from '../../../../src/cost/billing';
import { noCost } from '../../../../src/cost/history';
import { totalOf } from '../../../../src/cost/ledger';
import { gapMs } from '../../../../src/cost/observe';
import { describeSum } from '../../../../src/cost/describe';
import type { Fault } from '../../../simulator/faults';
import { Random } from '../../../simulator/random';
import { Household, type Window } from './household';
import { Truth } from './truth';

const minute = 60_000;
const hour = 60 * minute;
const cent = 0.005;

const faults: readonly Fault[] = [
  { kind: 'drop', when: 'before' },
  { kind: 'never', when: 'before' },
  { kind: 'html', status: 502 },
  { kind: 'status', status: 200, body: {} },
  { kind: 'body', body: '{"data":[]}' },
];

/** What an instance cost by the simulator, US dollars. */
interface TrueCost {
  /** While it was on. */
  readonly dollars: number;
  /** As if each change had been seen only as late as a window that looks at all may see it. */
  readonly latest: number;
  readonly earliest: number;
}

/** Some hours of windows that are killed at any moment, while instances start and stop here and elsewhere. */
export class Spending {
  private readonly household: Household;
  private readonly truth: Truth;
  private readonly random: Random;

  constructor(seed: number) {
    this.household = new Household(seed);
    this.truth = new Truth(this.household.service);
    this.random = new Random(seed ^ 0x5eed);
  }

  /** Resolves with what the costs say that isn't so; empty if all is well. */
  async run(steps: number): Promise<readonly string[]> {
    const { household, random } = this;
    const { clock, service } = household;
    await household.openWindow();
    await clock.advance(5_000);
    for (let step = 0; step < steps; step++) {
      service.faults.chaos = { chance: random.pick([0, 0, 0.2]), of: faults };
      await this.step();
      await clock.advance(random.whole(1, 240) * 1_000);
    }
    service.faults.clear();
    for (const window of household.open) window.kill();
    await clock.advance(minute);
    const last = await household.openWindow();
    await clock.advance(2 * minute);
    await last.ledger.settled();
    const errors = this.check(last);
    household.dispose();
    return errors;
  }

  private async step(): Promise<void> {
    const { household, random } = this;
    const { world } = household.service;
    const window = household.open[0];
    const dice = random.next();
    if (dice < 0.2) window?.kill();
    else if (dice < 0.25) window?.close();
    else if (dice < 0.5 && household.open.length < 3) await household.openWindow();
    else if (dice < 0.6) household.clock.jump(random.whole(1, 90) * minute);
    else {
      const instances = world
        .all('main')
        .filter(({ status }) => status === 'running' || status === 'stopped');
      if (instances.length === 0) return;
      const { id, status } = random.pick(instances);
      const asked = random.next() < 0.5 && window;
      if (asked)
        void window.operations.begin(status === 'running' ? 'stop' : 'start', id).catch(() => undefined);
      else if (status !== 'running') world.bringUp(id);
      else if (random.next() < 0.2) world.vanish(id);
      else world.stopByItself(id);
    }
  }

  private check({ ledger }: Window): readonly string[] {
    const errors: string[] = [];
    const costs = new Map(
      ledger.costs({ from: 0, to: Number.MAX_SAFE_INTEGER }).map((one) => [one.instanceId, one]),
    );
    for (const [id, { name, organization }] of this.truth.instances) {
      if (organization !== 'main') continue;
      const cost = costs.get(id);
      const { dollars, latest, earliest } = this.costOf(id);
      const text = cost ? describeSum(cost.sum) : '$0.00';
      if ((cost?.sum.dollars ?? 0) > latest + cent) {
        errors.push(`${name} is said to have cost ${text}, and cost $${dollars.toFixed(2)}`);
      }
      const isWhole = !/at least|unknown|~/.test(text);
      if (isWhole && totalOf(cost?.sum ?? noCost) < earliest - cent) {
        errors.push(`${name} is said to have cost ${text} in all, and cost $${dollars.toFixed(2)}`);
      }
    }
    return errors;
  }

  private costOf(id: string): TrueCost {
    const spans = this.truth.spans(id, (status) => billingOfWord(status) === 'on');
    const rate = (this.truth.instances.get(id)?.rateHourly ?? 0) / hour;
    const sum = (more: number): number =>
      rate * spans.reduce((total, { from, to }) => total + Math.max(0, to - from + more), 0);
    return { dollars: sum(0), latest: sum(gapMs), earliest: sum(-gapMs) };
  }
}

/** What the simulator's word for a state means for the bill. */
function billingOfWord(status: string): ReturnType<typeof billingOf> {
  switch (status) {
    case 'deleted':
      return 'none';
    case 'stopped':
    case 'stoppeddisassociated':
      return billingOf('stopped');
    default:
      return billingOf('running');
  }
}
