import { orAborted } from '../../base/abort';
import type { InstanceRow } from '../rows';
import type { Journal, OperationRecord } from './journal';

/** What a request would start billing. */
export interface BillingStart {
  /** Missing for an instance that isn't created yet. */
  readonly instanceId?: string;
  /** US dollars an hour from then on; missing if it isn't known. */
  readonly rateHourly?: number;
}

/** The steps of a modify after which the service lists the instance as it is now. */
const modifiedSteps: ReadonlySet<string> = new Set(['modified', 'start', 'asking-start', 'starting']);

/** What an operation starts billing. `row`: the instance as it is listed, if it is. */
export function billingStartOf(
  { kind, step, instanceId, rateHourly }: OperationRecord,
  row: Pick<InstanceRow, 'instance'> | undefined,
): BillingStart {
  const listed = row?.instance.rateHourly;
  if (kind !== 'modify') return { instanceId, rateHourly: rateHourly ?? listed };
  // Until it's modified, it's listed with its old rate. Afterward, the form's estimate may be too low.
  if (!modifiedSteps.has(step) || rateHourly === undefined) return { instanceId, rateHourly };
  return { instanceId, rateHourly: Math.max(rateHourly, listed ?? 0) };
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

/** For how long a yes of the person holds, in milliseconds. */
const agreementMs = 12 * 3_600_000;

/** Amounts that differ by less are the same: sums of rates aren't exact. */
const epsilon = 1e-9;

/** Whether an amount is higher than another one, not only by rounding. */
export function exceeds(amount: number, limit: number): boolean {
  return amount > limit + epsilon;
}

/** What an operation does at the gate. */
export interface BudgetRequest {
  readonly record: OperationRecord;
  readonly start: BillingStart;
  readonly signal: AbortSignal;
  /** Saves that it may start billing at any moment. */
  readonly markStarting: () => Promise<void>;
  /** Resolves when the person agreed to exceed these limits. */
  readonly ask: (breaches: readonly BudgetBreach[]) => Promise<void>;
}

/**
 * The one check that every request passes before it starts billing. It decides about one request at a time, in all
 * windows, so that two that fit only one by one aren't both let through.
 */
export class BudgetGate {
  private readonly passed = new Map<string, BillingStart>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly check: BudgetCheck,
    private readonly journal: Pick<Journal, 'list' | 'exclusively'>,
    private readonly now: () => number,
    private readonly sharesBudget: (accountId: string) => boolean = () => false,
  ) {}

  /**
   * Resolves when nothing speaks against the start, or when the person agreed. Rejects with the signal's reason, or as
   * `ask` does.
   */
  async pass(request: BudgetRequest): Promise<void> {
    const decision = orAborted(this.turn, request.signal).then(async () => this.decide(request));
    this.turn = Promise.allSettled([this.turn, decision]);
    return decision;
  }

  /** The operation has ended, or waits: whatever it started is in the list, or isn't billed. */
  release(id: string): void {
    this.passed.delete(id);
  }

  private async decide({ record, start, markStarting, ask }: BudgetRequest): Promise<void> {
    let { agreed } = record;
    for (;;) {
      const breaches = await this.journal.exclusively(async () => {
        const found = await this.check(start, await this.othersThan(record));
        if (found.some((breach) => !this.isAgreed(agreed, breach))) return found;
        await markStarting();
        return [];
      });
      if (breaches.length === 0) break;
      await ask(breaches);
      // While the question was open, a limit may have been lowered, or something else started.
      agreed = { at: this.now(), breaches: [...breaches] };
    }
    this.passed.set(record.id, start);
  }

  /** A yes holds for what was asked: that limit, at no higher rate, and not for another day's or month's budget. */
  private isAgreed(
    agreed: OperationRecord['agreed'],
    { kind, limit, amount, isAtLeast }: BudgetBreach,
  ): boolean {
    const now = this.now();
    if (!agreed || Math.abs(now - agreed.at) >= agreementMs) return false;
    return agreed.breaches.some(
      (breach) =>
        breach.kind === kind &&
        breach.limit === limit &&
        budgetOf(kind, agreed.at) === budgetOf(kind, now) &&
        (kind !== 'hourly' || (!exceeds(amount, breach.amount) && (!isAtLeast || breach.isAtLeast))),
    );
  }

  private async othersThan({ id, accountId }: OperationRecord): Promise<readonly BillingStart[]> {
    const elsewhere = (await this.journal.list()).filter(
      (other) =>
        (other.accountId === accountId || this.sharesBudget(other.accountId)) &&
        (other.isStarting === true || startingSteps.has(other.step)) &&
        !this.passed.has(other.id),
    );
    return [...this.passed, ...elsewhere.map((other) => [other.id, other] as const)]
      .filter(([other]) => other !== id)
      .map(([, { instanceId, rateHourly }]) => ({ instanceId, rateHourly }));
  }
}

/** Which day's or month's budget is meant at a time, in this computer's time zone. */
function budgetOf(kind: BudgetBreach['kind'], at: number): string {
  const date = new Date(at);
  if (kind === 'hourly') return '';
  return kind === 'daily' ? date.toDateString() : `${date.getFullYear()}-${date.getMonth()}`;
}
