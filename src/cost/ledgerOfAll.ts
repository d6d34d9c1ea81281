import { addUp, type CostSum } from './history';
import { totalOf, type InstanceCost, type Ledger } from './ledger';
import type { Period } from './period';

/** The ledger of an account. */
export interface AccountLedger {
  readonly id: string | undefined;
  readonly ledger: Pick<Ledger, 'costs' | 'isLoaded' | 'keepsDaysOf' | 'settled' | 'since'>;
  /** The account's name, if there are several. */
  readonly name: string | undefined;
}

/** What all accounts together cost. */
export class LedgerOfAll {
  constructor(private readonly all: () => readonly AccountLedger[]) {}

  /** Whether there are costs of several accounts. */
  get hasSeveral(): boolean {
    return this.all().length > 1;
  }

  /** See `Ledger.isLoaded`: of all of them. */
  get isLoaded(): boolean {
    return this.all().every(({ ledger }) => ledger.isLoaded);
  }

  /** When the first observation was made; undefined if none was. */
  get since(): number | undefined {
    const times = this.all().flatMap(({ ledger }) => ledger.since ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** The name of an account, if there are several. */
  accountName(accountId: string): string | undefined {
    return this.all().find(({ id }) => id === accountId)?.name;
  }

  /** See `Ledger.costs`. */
  costs(period: Period): readonly InstanceCost[] {
    return this.all()
      .flatMap(({ ledger, name }) => ledger.costs(period).map((cost) => ({ ...cost, account: name })))
      .sort((one, other) => totalOf(other.sum) - totalOf(one.sum));
  }

  /** What all instances together cost in a period. */
  total(period: Period): CostSum {
    return addUp(this.costs(period).map(({ sum }) => sum));
  }

  /** See `Ledger.keepsDaysOf`. */
  keepsDaysOf(month: Period, now: number): boolean {
    return this.all().every(({ ledger }) => ledger.keepsDaysOf(month, now));
  }

  /** Resolves when this window has finished reading and writing. */
  async settled(): Promise<void> {
    await Promise.all(this.all().map(async ({ ledger }) => ledger.settled()));
  }
}
