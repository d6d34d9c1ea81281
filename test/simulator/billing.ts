import type { Disposable } from '../../src/base/disposable';
import { Refusal } from './model';
import type { World } from './world';

const minute = 60_000;
const hour = 3_600_000;
/** How long an account may owe before its instances go. */
const grace = 96 * hour;

/** Prepaid money by the organization; off where no balance was given. */
export class Billing implements Disposable {
  private readonly balances = new Map<string, number>();
  private readonly emptySince = new Map<string, number>();
  private timer: Disposable | undefined;
  private chargedAt: number;

  constructor(
    private readonly world: World,
    private readonly opening: number | undefined,
  ) {
    this.chargedAt = world.clock.now();
    if (opening !== undefined) this.tick();
  }

  dispose(): void {
    this.timer?.dispose();
  }

  /** US dollars left, or undefined where nothing is billed. */
  balance(organization: string): number | undefined {
    return this.opening === undefined ? undefined : (this.balances.get(organization) ?? this.opening);
  }

  setBalance(organization: string, dollars: number): void {
    this.balances.set(organization, dollars);
    if (dollars > 0) this.emptySince.delete(organization);
  }

  mayCreate(organization: string): void {
    const left = this.balance(organization);
    if (left !== undefined && left < 1) {
      throw new Refusal('balance', 'You need at least $1 to deploy an instance');
    }
  }

  private tick(): void {
    this.timer = this.world.clock.after(minute, () => {
      this.charge();
      this.tick();
    });
  }

  private charge(): void {
    const now = this.world.clock.now();
    const hours = (now - this.chargedAt) / hour;
    this.chargedAt = now;
    for (const instance of this.world.all()) {
      if (instance.status === 'deleting') continue;
      const left = this.balance(instance.organization) ?? 0;
      this.balances.set(instance.organization, left - instance.rateHourly * hours);
    }
    for (const [organization, left] of this.balances) {
      if (left <= 0) this.close(organization, now);
    }
  }

  private close(organization: string, now: number): void {
    const since = this.emptySince.get(organization) ?? now;
    this.emptySince.set(organization, since);
    for (const instance of this.world.all(organization)) {
      if (now - since >= grace) this.world.vanish(instance.id);
      else if (instance.status === 'running') this.world.stopByItself(instance.id);
    }
  }
}
