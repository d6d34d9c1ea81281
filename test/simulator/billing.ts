import type { Disposable } from '../../src/base/disposable';
import { Refusal } from './model';
import type { World } from './world';

const minute = 60_000;
const hour = 3_600_000;
/** How long an account may owe before its machines go. */
const grace = 96 * hour;

/** Prepaid money by the organisation; off where no balance was given. */
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
  balance(organisation: string): number | undefined {
    return this.opening === undefined ? undefined : (this.balances.get(organisation) ?? this.opening);
  }

  setBalance(organisation: string, dollars: number): void {
    this.balances.set(organisation, dollars);
    if (dollars > 0) this.emptySince.delete(organisation);
  }

  mayCreate(organisation: string): void {
    const left = this.balance(organisation);
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
    for (const machine of this.world.all()) {
      if (machine.status === 'deleting') continue;
      const left = this.balance(machine.organisation) ?? 0;
      this.balances.set(machine.organisation, left - machine.rateHourly * hours);
    }
    for (const [organisation, left] of this.balances) {
      if (left <= 0) this.close(organisation, now);
    }
  }

  private close(organisation: string, now: number): void {
    const since = this.emptySince.get(organisation) ?? now;
    this.emptySince.set(organisation, since);
    for (const machine of this.world.all(organisation)) {
      if (now - since >= grace) this.world.vanish(machine.id);
      else if (machine.status === 'running') this.world.stopByItself(machine.id);
    }
  }
}
