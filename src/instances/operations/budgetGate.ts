import type { Journal, OperationRecord } from './journal';

/** What a request would start billing. */
export interface BillingStart {
  /** Missing for an instance that isn't created yet. */
  readonly instanceId?: string;
  /** US dollars an hour from then on; missing if it isn't known. */
  readonly rateHourly?: number;
}

/** A limit that the person set, and that a request would exceed, or may. */
export interface BudgetBreach {
  /** `hourly`: the rate of all running instances. `daily`, `monthly`: what this day or month has cost so far. */
  readonly kind: 'hourly' | 'daily' | 'monthly';
  /** US dollars, or US dollars an hour. */
  readonly limit: number;
  /** What it would be (`hourly`) or is by now, in the same unit. */
  readonly amount: number;
  /** Not every rate or time is known, so the amount may be higher. */
  readonly isAtLeast: boolean;
}

/**
 * Which limits a request would exceed. `others`: requests that are under way, whose instances may not be running yet.
 */
export type BudgetCheck = (
  start: BillingStart,
  others: readonly BillingStart[],
) => Promise<readonly BudgetBreach[]>;

/** The steps at which a start or create may have been sent, and at which an unclear create is searched for. */
const startingSteps: ReadonlySet<string> = new Set([
  'asking-start',
  'starting',
  'sending',
  'unclear',
  'searching',
  'made',
]);

/**
 * The one check that every request passes before it starts billing. It decides about one request at a time, so that
 * two that fit only one by one aren't both let through.
 */
export class BudgetGate {
  private readonly passed = new Map<string, BillingStart>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly check: BudgetCheck,
    private readonly journal: Pick<Journal, 'list'>,
  ) {}

  /** Resolves when nothing speaks against the start, or when `ask` has resolved. Rejects if `ask` does. */
  async pass(
    record: OperationRecord,
    start: BillingStart,
    ask: (breaches: readonly BudgetBreach[]) => Promise<void>,
  ): Promise<void> {
    const decision = this.turn.then(async () => {
      const breaches = await this.check(start, await this.othersThan(record));
      if (breaches.length > 0) await ask(breaches);
      this.passed.set(record.id, start);
    });
    this.turn = decision.catch(() => undefined);
    return decision;
  }

  /** The operation has ended: whatever it started is in the list, or isn't billed. */
  release(id: string): void {
    this.passed.delete(id);
  }

  private async othersThan({ id, accountId }: OperationRecord): Promise<readonly BillingStart[]> {
    const elsewhere = (await this.journal.list()).filter(
      (other) => other.accountId === accountId && startingSteps.has(other.step) && !this.passed.has(other.id),
    );
    return [...this.passed, ...elsewhere.map((other) => [other.id, other] as const)]
      .filter(([other]) => other !== id)
      .map(([, { instanceId, rateHourly }]) => ({ instanceId, rateHourly }));
  }
}
